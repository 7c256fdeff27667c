using Dbt.Runtime.Memory;
using Dbt.Runtime.Persistence;
using Dbt.Translator.Emission;

namespace Dbt.Runtime.Translation;

/// <summary>How to translate.</summary>
/// <param name="Threshold">How often a place is entered before a region is formed there.</param>
/// <param name="Chain">Whether fragments lead directly to each other.</param>
/// <param name="Blocks">Whether regions are single basic blocks.</param>
/// <param name="MostFragments">How many fragments may be alive: the next one retires them all. The garbage collector slows down with each.</param>
/// <param name="CountLinks">Whether fragments count how often they are entered.</param>
/// <param name="Translate">Whether regions are formed at all; else everything is threaded code.</param>
/// <param name="InBackground">Whether the guest goes on while a region is compiled.</param>
/// <param name="Window">Where kseg0 is, and how much RAM is behind it.</param>
/// <param name="Patches">Which sensitive instructions are patched in kernel mode; null for none.</param>
/// <param name="Sites">Where they have been.</param>
/// <param name="SymbolAt">What the guest calls an address, to name compiled methods by; null for none.</param>
/// <param name="Store">Where translations are kept for the next run; null for none.</param>
public sealed record TranslationOptions(int Threshold, bool Chain, bool Blocks, int MostFragments, bool CountLinks, bool Translate, bool InBackground, LinearWindow Window, PatchTable? Patches, PatchSites Sites, Func<uint, string?> SymbolAt, ArchiveStore? Store)
{
    /// <summary>The byte order of the guest's memory.</summary>
    public ByteOrder ByteOrder { get; init; }

    /// <summary>After how many entries a fragment is looked at.</summary>
    public int WatchedEntries => 10 * Threshold;
}

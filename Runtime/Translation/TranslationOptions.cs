using Dbt.Runtime.Memory;
using Dbt.Runtime.Persistence;
using Dbt.Translator.Emission;
using Dbt.Translator.Patches;

namespace Dbt.Runtime.Translation;

/// <summary>How to translate.</summary>
public sealed record TranslationOptions
{
    /// <summary>How often a place is entered before a region is formed there.</summary>
    public required int Threshold { get; init; }

    /// <summary>Whether fragments lead directly to each other.</summary>
    public required bool Chain { get; init; }

    /// <summary>Whether regions are single basic blocks.</summary>
    public required bool Blocks { get; init; }

    /// <summary>Whether regions go on where their computed calls and jumps have led so far.</summary>
    public bool InlineComputedCalls { get; init; } = true;

    /// <summary>Whether regions of user code hold the pages that their loops are on.</summary>
    public bool HoldPages { get; init; } = true;

    /// <summary>Whether they hold what leads to the host where those change too often, as kseg0 does anyway.</summary>
    public bool HoldOffsets { get; init; }

    /// <summary>
    /// How many fragments may be alive: the next one retires them all. The garbage collector slows down with each.
    /// </summary>
    public required int MostFragments { get; init; }

    /// <summary>Whether fragments count how often they are entered.</summary>
    public required bool CountLinks { get; init; }

    /// <summary>Whether regions are formed at all; else everything is threaded code.</summary>
    public required bool Translate { get; init; }

    /// <summary>Whether the guest goes on while a region is compiled.</summary>
    public required bool InBackground { get; init; }

    /// <summary>How late a region is published where it is not; null for at once.</summary>
    public Lateness? Lateness { get; init; }

    /// <summary>Where kseg0 is, and how much RAM is behind it.</summary>
    public required LinearWindow Window { get; init; }

    /// <summary>Which sensitive instructions are patched in kernel mode; null for none.</summary>
    public required IPatches? Patches { get; init; }

    /// <summary>Where they have been.</summary>
    public required PatchSites Sites { get; init; }

    /// <summary>What the guest calls an address, to name compiled methods by; null for none.</summary>
    public required Func<uint, string?> SymbolAt { get; init; }

    /// <summary>Sees the exits that were carried out on the way, before anybody asks what they have changed.</summary>
    public Action SeeExits { get; init; } = () => { };

    /// <summary>Where translations are kept for the next run; null for none.</summary>
    public required ArchiveStore? Store { get; init; }

    /// <summary>The byte order of the guest's memory.</summary>
    public required ByteOrder ByteOrder { get; init; }

    /// <summary>After how many entries a fragment is looked at.</summary>
    public int WatchedEntries => 10 * Threshold;
}

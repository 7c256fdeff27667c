namespace Dbt.Runtime.Translation;

/// <summary>How to translate.</summary>
/// <param name="Threshold">How often a place is entered before a region is formed there.</param>
/// <param name="Chain">Whether fragments lead directly to each other.</param>
/// <param name="Translate">Whether regions are formed at all; else everything is threaded code.</param>
/// <param name="InBackground">Whether the guest goes on while a region is compiled.</param>
/// <param name="RamWindow">Bytes of RAM behind the start of kseg0.</param>
public sealed record TranslationOptions(int Threshold, bool Chain, bool Translate, bool InBackground, uint RamWindow);

/// <summary>What a translating engine did.</summary>
public sealed class TranslationStatistics
{
    /// <summary>Instructions that the interpreter retired.</summary>
    public long Interpreted { get; set; }

    /// <summary>Instructions that threaded code retired.</summary>
    public long Threaded { get; set; }

    /// <summary>Instructions that fragments retired.</summary>
    public long Translated { get; set; }

    /// <summary>Regions handed to the compiler.</summary>
    public long Requested { get; set; }

    /// <summary>Fragments published.</summary>
    public long Fragments { get; set; }

    /// <summary>How often translated code came back to the dispatcher.</summary>
    public long FragmentExits { get; set; }
}

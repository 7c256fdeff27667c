namespace Dbt.Runtime.Translation;

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

    /// <summary>Regions that could not be compiled.</summary>
    public long Refused { get; set; }

    /// <summary>Fragments published.</summary>
    public long Fragments { get; set; }

    /// <summary>How often translated code came back to the dispatcher.</summary>
    public long FragmentExits { get; set; }
}

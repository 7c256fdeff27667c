namespace Dbt.Translator.Instructions;

/// <summary>Width of a memory access in bytes.</summary>
public enum AccessSize
{
    /// <summary>8 bits.</summary>
    Byte = 1,

    /// <summary>16 bits.</summary>
    Half = 2,

    /// <summary>32 bits.</summary>
    Word = 4,

    /// <summary>64 bits.</summary>
    Double = 8,
}

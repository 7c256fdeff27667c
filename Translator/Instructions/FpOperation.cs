namespace Dbt.Translator.Instructions;

/// <summary>
/// Formats of a floating-point operand, numbered as in the fmt field's low bits (MD00086, table "fmt field").
/// </summary>
public enum FpFormat
{
    /// <summary>IEEE 754 binary32.</summary>
    Single = 0,

    /// <summary>IEEE 754 binary64.</summary>
    Double = 1,

    /// <summary>32-bit two's complement.</summary>
    Word = 4,

    /// <summary>64-bit two's complement.</summary>
    Long = 5,
}

/// <summary>
/// The floating-point operations that round, compare or raise IEEE exceptions; moves are not among them.
/// </summary>
public enum FpOperation
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a − b.</summary>
    Subtract,

    /// <summary>a × b.</summary>
    Multiply,

    /// <summary>a ÷ b.</summary>
    Divide,

    /// <summary>√a.</summary>
    SquareRoot,

    /// <summary>|a|; arithmetic (a signalling NaN is invalid), as FCSR.ABS2008 = 0 has it.</summary>
    Absolute,

    /// <summary>−a; arithmetic, as FCSR.ABS2008 = 0 has it.</summary>
    Negate,

    /// <summary>1 ÷ a.</summary>
    Reciprocal,

    /// <summary>1 ÷ √a.</summary>
    ReciprocalSquareRoot,

    /// <summary>a × b + c, both operations rounded.</summary>
    MultiplyAdd,

    /// <summary>a × b − c, both operations rounded.</summary>
    MultiplySubtract,

    /// <summary>−(a × b + c), both operations rounded.</summary>
    NegateMultiplyAdd,

    /// <summary>−(a × b − c), both operations rounded.</summary>
    NegateMultiplySubtract,

    /// <summary>To single, in the current rounding mode.</summary>
    ConvertToSingle,

    /// <summary>To double, in the current rounding mode.</summary>
    ConvertToDouble,

    /// <summary>To word, in the current rounding mode.</summary>
    ConvertToWord,

    /// <summary>To long, in the current rounding mode.</summary>
    ConvertToLong,

    /// <summary>To word, to nearest, ties to even.</summary>
    RoundToWord,

    /// <summary>To word, towards zero.</summary>
    TruncateToWord,

    /// <summary>To word, towards +∞.</summary>
    CeilingToWord,

    /// <summary>To word, towards −∞.</summary>
    FloorToWord,

    /// <summary>To long, to nearest, ties to even.</summary>
    RoundToLong,

    /// <summary>To long, towards zero.</summary>
    TruncateToLong,

    /// <summary>To long, towards +∞.</summary>
    CeilingToLong,

    /// <summary>To long, towards −∞.</summary>
    FloorToLong,
}

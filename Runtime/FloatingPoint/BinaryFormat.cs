namespace Dbt.Runtime.FloatingPoint;

/// <summary>
/// The two numbers that make an IEEE 754 binary interchange format (section 3.4). A type, so that the JIT compiles one
/// copy of the arithmetic for each.
/// </summary>
internal interface IBinaryFormat
{
    /// <summary>Bits of the trailing significand field.</summary>
    static abstract int FractionBits { get; }

    /// <summary>Bits of the exponent field.</summary>
    static abstract int ExponentBits { get; }
}

/// <summary>binary32: S.</summary>
internal readonly struct Binary32 : IBinaryFormat
{
    public static int FractionBits => 23;

    public static int ExponentBits => 8;
}

/// <summary>binary64: D.</summary>
internal readonly struct Binary64 : IBinaryFormat
{
    public static int FractionBits => 52;

    public static int ExponentBits => 11;
}

/// <summary>What follows from the parameters of a format.</summary>
internal static class Binary<TFormat>
    where TFormat : IBinaryFormat
{
    /// <summary>The exponent field of infinities and NaNs.</summary>
    public static int SpecialExponent => (1 << TFormat.ExponentBits) - 1;

    /// <summary>What the exponent field has too much.</summary>
    public static int Bias => SpecialExponent >> 1;

    /// <summary>emin: the exponent of the smallest normal number.</summary>
    public static int MinExponent => 1 - Bias;

    public static ulong FractionMask => (1UL << TFormat.FractionBits) - 1;

    public static ulong SignBit => 1UL << TFormat.FractionBits + TFormat.ExponentBits;

    public static ulong Infinity => (ulong)SpecialExponent << TFormat.FractionBits;

    public static ulong LargestFinite => Infinity - 1;

    public static ulong One => (ulong)Bias << TFormat.FractionBits;

    /// <summary>
    /// The top fraction bit; set in a signalling NaN (FCSR.NAN2008 = 0, the reverse of IEEE 754-2008 section 6.2.1).
    /// </summary>
    public static ulong SignallingBit => 1UL << TFormat.FractionBits - 1;

    /// <summary>
    /// What an invalid operation returns: 7fbfffff, 7ff7ffffffffffff (MD00086, table "Value Supplied When a New Quiet
    /// NaN Is Created").
    /// </summary>
    public static ulong DefaultNaN => Infinity | SignallingBit - 1;

    public static ulong Sign(bool negative) => negative ? SignBit : 0;
}

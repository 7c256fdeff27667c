using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dbt.Runtime.FloatingPoint;

/// <summary>What kind of datum a bit pattern is.</summary>
internal enum FpClass
{
    Zero,
    Finite,
    Infinity,
    QuietNaN,
    SignallingNaN,
}

/// <summary>
/// A number of any format, taken apart. A finite one is ±significand × 2^(exponent − 63) with the significand's top
/// bit set: subnormal numbers and integers are no special case after this. A NaN's significand is its fraction field,
/// shifted to the top.
/// </summary>
internal readonly record struct Unpacked(FpClass Class, bool Negative, int Exponent, ulong Significand)
{
    public bool IsNaN => Class >= FpClass.QuietNaN;

    /// <summary>Takes apart an operand, as zero if it is subnormal and those are flushed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Unpacked From<TFormat>(ulong bits, in FpEnvironment environment)
        where TFormat : IBinaryFormat
    {
        bool negative = (bits & Binary<TFormat>.SignBit) != 0;
        int exponent = (int)(bits >> TFormat.FractionBits) & Binary<TFormat>.SpecialExponent;
        ulong fraction = bits & Binary<TFormat>.FractionMask;

        if (exponent == Binary<TFormat>.SpecialExponent)
        {
            FpClass special = fraction == 0 ? FpClass.Infinity
                : (fraction & Binary<TFormat>.SignallingBit) != 0 ? FpClass.SignallingNaN
                : FpClass.QuietNaN;
            return new(special, negative, 0, fraction << 64 - TFormat.FractionBits);
        }
        if (exponent != 0)
        {
            ulong significand = fraction | 1UL << TFormat.FractionBits;
            return new(
                FpClass.Finite, negative, exponent - Binary<TFormat>.Bias, significand << 63 - TFormat.FractionBits);
        }
        if (fraction == 0 || environment.FlushToZero)
            return new(FpClass.Zero, negative, 0, 0);
        return Normalized(negative, Binary<TFormat>.MinExponent + 63 - TFormat.FractionBits, fraction);
    }

    /// <summary>Takes apart a two's complement integer.</summary>
    public static Unpacked FromInteger(long value)
    {
        if (value == 0)
            return new(FpClass.Zero, false, 0, 0);
        ulong magnitude = value < 0 ? 0 - (ulong)value : (ulong)value;
        return Normalized(value < 0, 63, magnitude);
    }

    private static Unpacked Normalized(bool negative, int exponent, ulong significand)
    {
        int shift = BitOperations.LeadingZeroCount(significand);
        return new(FpClass.Finite, negative, exponent - shift, significand << shift);
    }
}

using System.Runtime.CompilerServices;

namespace Dbt.Runtime.FloatingPoint;

/// <summary>
/// From an exact result, or one whose lowest bit stands for all that was cut off, to bits of a format (IEEE 754 section
/// 4.3).
/// </summary>
internal static class Rounding
{
    /// <summary>
    /// Shifts right; what falls off sticks to the lowest bit, so that it still counts as inexact and breaks ties.
    /// </summary>
    public static ulong ShiftRightSticky(ulong value, int count)
    {
        if (count == 0)
            return value;
        if (count > 63)
            return value != 0 ? 1UL : 0;
        return value >> count | (value << 64 - count != 0 ? 1UL : 0);
    }

    /// <summary>Packs ±significand × 2^(exponent − 63), the significand's top bit being set.</summary>
    public static ulong Pack<TFormat>(bool negative, int exponent, ulong significand, ref FpEnvironment environment)
        where TFormat : IBinaryFormat
    {
        ulong sign = Binary<TFormat>.Sign(negative);
        int cut = 63 - TFormat.FractionBits;
        bool tiny = exponent < Binary<TFormat>.MinExponent;

        if (tiny)
        {
            // MIPS detects tininess after rounding: a number that unbounded exponents would round to 2^emin is not
            // tiny.
            tiny = exponent != Binary<TFormat>.MinExponent - 1
                || Round(significand, cut, negative, environment.Rounding) >> TFormat.FractionBits + 1 == 0;
            if (tiny && environment.FlushToZero)
            {
                environment.Raised |= FpExceptions.Underflow | FpExceptions.Inexact;
                return sign;
            }
            significand = ShiftRightSticky(significand, Binary<TFormat>.MinExponent - exponent);
            exponent = Binary<TFormat>.MinExponent;
        }

        // The significand's integer bit adds one to the field below which it stands, and so does the carry of rounding:
        // a subnormal number that rounds up to 2^emin and a significand that rounds up to 2 need no further care.
        ulong rounded = Round(significand, cut, negative, environment.Rounding);
        ulong bits = ((ulong)(exponent - Binary<TFormat>.MinExponent) << TFormat.FractionBits) + rounded;
        if (exponent > Binary<TFormat>.Bias || bits >= Binary<TFormat>.Infinity)
        {
            environment.Raised |= FpExceptions.Overflow | FpExceptions.Inexact;
            bool toInfinity = RoundsUp(environment.Rounding, negative, aboveHalf: true, half: false, odd: false);
            return sign | (toInfinity ? Binary<TFormat>.Infinity : Binary<TFormat>.LargestFinite);
        }

        bool inexact = rounded << cut != significand;
        if (inexact)
            environment.Raised |= FpExceptions.Inexact;
        if (tiny && (inexact || environment.UnderflowEnabled))
            environment.Raised |= FpExceptions.Underflow;
        return sign | bits;
    }

    /// <summary>Rounds to a two's complement integer of <paramref name="width"/> bits.</summary>
    /// <returns>The integer, or the largest one if the operand is no integer of that width (MD00086, as the table of
    /// <see cref="Binary{TFormat}.DefaultNaN"/>).</returns>
    public static ulong ToInteger(Unpacked value, int width, ref FpEnvironment environment)
    {
        if (value.Class == FpClass.Zero)
            return 0;

        ulong largest = (1UL << width - 1) - 1;
        if (value.Class != FpClass.Finite || value.Exponent > 63)
            return OutOfRange(largest, ref environment);

        // The binary point goes between two words.
        ulong integer = value.Exponent < 0 ? 0 : value.Significand >> 63 - value.Exponent;
        ulong fraction = value.Exponent switch
        {
            < 0 => ShiftRightSticky(value.Significand, -1 - value.Exponent),
            63 => 0,
            _ => value.Significand << value.Exponent + 1,
        };
        const ulong Half = 1UL << 63;
        if (fraction != 0
            && RoundsUp(environment.Rounding, value.Negative, fraction > Half, fraction == Half, (integer & 1) != 0))
            integer++;

        if (integer > (value.Negative ? largest + 1 : largest))
            return OutOfRange(largest, ref environment);
        if (fraction != 0)
            environment.Raised |= FpExceptions.Inexact;
        return (value.Negative ? 0 - integer : integer) & (largest << 1 | 1);
    }

    private static ulong OutOfRange(ulong largest, ref FpEnvironment environment)
    {
        environment.Raised |= FpExceptions.InvalidOperation;
        return largest;
    }

    /// <summary>Cuts off the lowest <paramref name="cut"/> bits, rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Round(ulong significand, int cut, bool negative, FpRounding rounding)
    {
        ulong kept = significand >> cut;
        ulong lost = significand & (1UL << cut) - 1;
        if (lost == 0)
            return kept;
        ulong half = 1UL << cut - 1;
        return RoundsUp(rounding, negative, lost > half, lost == half, (kept & 1) != 0) ? kept + 1 : kept;
    }

    /// <summary>Whether a magnitude of which something was cut off is rounded away from zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool RoundsUp(
        FpRounding rounding, bool negative, bool aboveHalf, bool half, bool odd) => rounding switch
        {
            FpRounding.ToNearest => aboveHalf || (half && odd),
            FpRounding.Up => !negative,
            FpRounding.Down => negative,
            _ => false,
        };
}

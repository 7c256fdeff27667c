using System.Numerics;

namespace Dbt.Runtime.FloatingPoint;

/// <summary>
/// The arithmetic of one format (IEEE 754 section 5.4.1), on packed operands, rounded to packed results.
/// </summary>
internal static class Arithmetic<TFormat>
    where TFormat : IBinaryFormat
{
    public static ulong Add(ulong a, ulong b, ref FpEnvironment environment) => Sum(a, b, false, ref environment);

    public static ulong Subtract(ulong a, ulong b, ref FpEnvironment environment) => Sum(a, b, true, ref environment);

    public static ulong Multiply(ulong a, ulong b, ref FpEnvironment environment)
    {
        Unpacked x = Unpacked.From<TFormat>(a, environment);
        Unpacked y = Unpacked.From<TFormat>(b, environment);
        bool negative = x.Negative ^ y.Negative;

        if (x.Class != FpClass.Finite || y.Class != FpClass.Finite)
        {
            if (x.IsNaN || y.IsNaN)
                return Propagate(x, a, y, b, ref environment);
            bool infinite = x.Class == FpClass.Infinity || y.Class == FpClass.Infinity;
            bool zero = x.Class == FpClass.Zero || y.Class == FpClass.Zero;
            if (infinite && zero)
                return environment.Invalid<TFormat>();
            return Binary<TFormat>.Sign(negative) | (infinite ? Binary<TFormat>.Infinity : 0);
        }

        // Two significands in [1, 2) make one in [1, 4).
        ulong product = Math.BigMul(x.Significand, y.Significand, out ulong low);
        int exponent = x.Exponent + y.Exponent + 1;
        if (product >> 63 == 0)
        {
            product = product << 1 | low >> 63;
            low <<= 1;
            exponent--;
        }
        return Rounding.Pack<TFormat>(negative, exponent, product | (low != 0 ? 1UL : 0), ref environment);
    }

    public static ulong Divide(ulong a, ulong b, ref FpEnvironment environment)
    {
        Unpacked x = Unpacked.From<TFormat>(a, environment);
        Unpacked y = Unpacked.From<TFormat>(b, environment);
        bool negative = x.Negative ^ y.Negative;

        if (x.Class != FpClass.Finite || y.Class != FpClass.Finite)
        {
            if (x.IsNaN || y.IsNaN)
                return Propagate(x, a, y, b, ref environment);
            // ∞ ÷ ∞ and 0 ÷ 0.
            if (x.Class == y.Class)
                return environment.Invalid<TFormat>();
            if (y.Class == FpClass.Zero && x.Class == FpClass.Finite)
                environment.Raised |= FpExceptions.DivideByZero;
            bool infinite = x.Class == FpClass.Infinity || y.Class == FpClass.Zero;
            return Binary<TFormat>.Sign(negative) | (infinite ? Binary<TFormat>.Infinity : 0);
        }

        // The dividend is shifted so that the quotient fills 64 bits exactly.
        bool below = x.Significand < y.Significand;
        UInt128 dividend = (UInt128)x.Significand << (below ? 64 : 63);
        (UInt128 quotient, UInt128 remainder) = UInt128.DivRem(dividend, y.Significand);
        int exponent = x.Exponent - y.Exponent - (below ? 1 : 0);
        return Rounding.Pack<TFormat>(
            negative, exponent, (ulong)quotient | (remainder != 0 ? 1UL : 0), ref environment);
    }

    public static ulong SquareRoot(ulong a, ref FpEnvironment environment)
    {
        Unpacked x = Unpacked.From<TFormat>(a, environment);

        if (x.IsNaN)
            return Propagate(x, a, ref environment);
        // √−0 = −0 (IEEE 754 section 6.3).
        if (x.Class == FpClass.Zero)
            return Binary<TFormat>.Sign(x.Negative);
        if (x.Negative)
            return environment.Invalid<TFormat>();
        if (x.Class == FpClass.Infinity)
            return Binary<TFormat>.Infinity;

        // Digit by digit: bring down two bits of the radicand for each bit of the root. Two bits more than the format
        // keeps are enough, the second being where the remainder sticks.
        ulong radicand = x.Significand;
        ulong root = 0;
        ulong remainder = 0;
        int digits = TFormat.FractionBits + 3;
        int first = (x.Exponent & 1) == 0 ? 1 : 2;
        for (int digit = 0; digit < digits; digit++)
        {
            int down = digit == 0 ? first : 2;
            remainder = remainder << down | radicand >> 64 - down;
            radicand <<= down;
            // Whether the digit is 1 is as random as a coin, so it is computed rather than branched on.
            ulong trial = root << 2 | 1;
            ulong bit = remainder >= trial ? 1UL : 0;
            remainder -= trial & 0 - bit;
            root = root << 1 | bit;
        }
        return Rounding.Pack<TFormat>(
            false, x.Exponent >> 1, root << 64 - digits | (remainder != 0 ? 1UL : 0), ref environment);
    }

    public static ulong Absolute(ulong a, ref FpEnvironment environment) => WithSign(a, 0, ref environment);

    public static ulong Negate(ulong a, ref FpEnvironment environment) =>
        WithSign(a, ~a & Binary<TFormat>.SignBit, ref environment);

    public static ulong Reciprocal(ulong a, ref FpEnvironment environment) =>
        Divide(Binary<TFormat>.One, a, ref environment);

    /// <summary>Two operations, both rounded: within the two units in the last place that MD00086 allows.</summary>
    public static ulong ReciprocalSquareRoot(ulong a, ref FpEnvironment environment) =>
        Reciprocal(SquareRoot(a, ref environment), ref environment);

    /// <summary>a × b + c or a × b − c, unfused: the product is rounded to the format first.</summary>
    public static ulong MultiplyAdd(ulong a, ulong b, ulong c, bool subtract, ref FpEnvironment environment) =>
        Sum(Multiply(a, b, ref environment), c, subtract, ref environment);

    /// <summary>−(a × b ± c): the sum is rounded, then negated.</summary>
    public static ulong NegateMultiplyAdd(ulong a, ulong b, ulong c, bool subtract, ref FpEnvironment environment)
    {
        ulong sum = MultiplyAdd(a, b, c, subtract, ref environment);
        bool isNaN = (sum & ~Binary<TFormat>.SignBit) > Binary<TFormat>.Infinity;
        return isNaN ? sum : sum ^ Binary<TFormat>.SignBit;
    }

    /// <summary>
    /// C.cond.fmt: bits 2, 1 and 0 of the condition ask for less, equal and unordered; bit 3 makes any NaN invalid
    /// (MD00086, table "FPU Comparisons").
    /// </summary>
    public static bool Compare(int condition, ulong a, ulong b, ref FpEnvironment environment)
    {
        Unpacked x = Unpacked.From<TFormat>(a, environment);
        Unpacked y = Unpacked.From<TFormat>(b, environment);

        if (x.IsNaN || y.IsNaN)
        {
            bool signals = x.Class == FpClass.SignallingNaN || y.Class == FpClass.SignallingNaN || (condition & 8) != 0;
            if (signals)
                environment.Raised |= FpExceptions.InvalidOperation;
            return (condition & 1) != 0;
        }

        long left = Ordinal(x, a);
        long right = Ordinal(y, b);
        return ((condition & 4) != 0 && left < right) || ((condition & 2) != 0 && left == right);
    }

    /// <summary>
    /// The result of an operation on a NaN: that NaN if it is quiet, the default NaN if it signals (IEEE 754 section
    /// 6.2).
    /// </summary>
    public static ulong Propagate(Unpacked x, ulong a, ref FpEnvironment environment) =>
        x.Class == FpClass.SignallingNaN ? environment.Invalid<TFormat>() : a;

    private static ulong Propagate(Unpacked x, ulong a, Unpacked y, ulong b, ref FpEnvironment environment)
    {
        if (x.Class == FpClass.SignallingNaN || y.Class == FpClass.SignallingNaN)
            return environment.Invalid<TFormat>();
        return x.IsNaN ? a : b;
    }

    private static ulong Sum(ulong a, ulong b, bool subtract, ref FpEnvironment environment)
    {
        Unpacked x = Unpacked.From<TFormat>(a, environment);
        Unpacked y = Unpacked.From<TFormat>(b, environment);
        bool yNegative = y.Negative ^ subtract;

        if (x.Class != FpClass.Finite || y.Class != FpClass.Finite)
        {
            if (x.IsNaN || y.IsNaN)
                return Propagate(x, a, y, b, ref environment);
            if (x.Class == FpClass.Infinity && y.Class == FpClass.Infinity && x.Negative != yNegative)
                return environment.Invalid<TFormat>();
            if (x.Class == FpClass.Zero && y.Class == FpClass.Zero)
                return Binary<TFormat>.Sign(x.Negative == yNegative ? x.Negative : ZeroIsNegative(environment));
            if (x.Class == FpClass.Infinity)
                return a;
            if (y.Class == FpClass.Infinity)
                return Binary<TFormat>.Sign(yNegative) | Binary<TFormat>.Infinity;
            // A finite number and zero: packed again, for without FS the number may be subnormal and U enabled.
            return y.Class == FpClass.Zero
                ? Rounding.Pack<TFormat>(x.Negative, x.Exponent, x.Significand, ref environment)
                : Rounding.Pack<TFormat>(yNegative, y.Exponent, y.Significand, ref environment);
        }

        Unpacked larger = x;
        Unpacked smaller = y with { Negative = yNegative };
        if (x.Exponent < y.Exponent || (x.Exponent == y.Exponent && x.Significand < y.Significand))
            (larger, smaller) = (smaller, larger);

        // One bit of room for the carry. At least ten bits below the significand are free, so that after a subtraction
        // the sticky bit is still below the rounding bit: only neighbouring exponents cancel more than one bit.
        int exponent = larger.Exponent + 1;
        ulong sum = larger.Significand >> 1;
        ulong addend = Rounding.ShiftRightSticky(smaller.Significand >> 1, larger.Exponent - smaller.Exponent);
        sum = larger.Negative == smaller.Negative ? sum + addend : sum - addend;
        if (sum == 0)
            return Binary<TFormat>.Sign(ZeroIsNegative(environment));

        int shift = BitOperations.LeadingZeroCount(sum);
        return Rounding.Pack<TFormat>(larger.Negative, exponent - shift, sum << shift, ref environment);
    }

    /// <summary>The sign of an exact zero sum of two numbers of opposite signs (IEEE 754 section 6.3).</summary>
    private static bool ZeroIsNegative(in FpEnvironment environment) => environment.Rounding == FpRounding.Down;

    private static ulong WithSign(ulong a, ulong sign, ref FpEnvironment environment)
    {
        Unpacked x = Unpacked.From<TFormat>(a, environment);
        if (x.IsNaN)
            return Propagate(x, a, ref environment);
        return sign | (x.Class == FpClass.Zero ? 0 : a & ~Binary<TFormat>.SignBit);
    }

    /// <summary>An integer that orders as the number does; both zeros, and what is flushed to them, are 0.</summary>
    private static long Ordinal(Unpacked x, ulong bits)
    {
        long magnitude = x.Class == FpClass.Zero ? 0 : (long)(bits & ~Binary<TFormat>.SignBit);
        return x.Negative ? -magnitude : magnitude;
    }
}

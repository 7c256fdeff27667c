using System.Numerics;
using Dbt.Runtime.FloatingPoint;
using Dbt.Translator.Instructions;
using static Dbt.Runtime.FloatingPoint.FpExceptions;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>
/// What IEEE 754 asks of an operation, worked out with integers of any size and rounded once, and what MD00086 adds: NaNs of the legacy encoding,
/// FCSR.FS, and which exceptions an operation reports. It shares nothing with the unit it is compared with.
/// </summary>
internal sealed class ExactArithmetic(FpRounding rounding, bool flushes, bool reportsExactUnderflow)
{
    // Bits behind the last of any format, of quotients and roots; what is beyond them is told by one more.
    private const int GuardBits = 8;

    /// <summary>What has been raised.</summary>
    public FpExceptions Raised { get; private set; }

    /// <summary>The result of an operation, as bits of its format.</summary>
    public ulong Execute(FpOperation operation, FpFormat format, ulong a, ulong b, ulong c)
    {
        if (format >= FpFormat.Word)
            return FromInteger(format == FpFormat.Word ? (int)a : (long)a, operation == FpOperation.ConvertToSingle ? Layout.Single : Layout.Double);
        Layout layout = Layout.Of(format);
        return operation switch
        {
            FpOperation.Add => Add(layout, a, b, negate: false),
            FpOperation.Subtract => Add(layout, a, b, negate: true),
            FpOperation.Multiply => Multiply(layout, a, b),
            FpOperation.Divide => Divide(layout, a, b),
            FpOperation.SquareRoot => SquareRoot(layout, a),
            FpOperation.Absolute => WithSign(layout, a, _ => false),
            FpOperation.Negate => WithSign(layout, a, sign => !sign),
            FpOperation.Reciprocal => Divide(layout, layout.One, a),
            FpOperation.ReciprocalSquareRoot => Divide(layout, layout.One, SquareRoot(layout, a)),
            FpOperation.MultiplyAdd => Add(layout, Multiply(layout, a, b), c, negate: false),
            FpOperation.MultiplySubtract => Add(layout, Multiply(layout, a, b), c, negate: true),
            FpOperation.NegateMultiplyAdd => Negated(layout, Add(layout, Multiply(layout, a, b), c, negate: false)),
            FpOperation.NegateMultiplySubtract => Negated(layout, Add(layout, Multiply(layout, a, b), c, negate: true)),
            FpOperation.ConvertToSingle => Convert(layout, Layout.Single, a),
            FpOperation.ConvertToDouble => Convert(layout, Layout.Double, a),
            FpOperation.ConvertToWord => ToInteger(layout, a, 32, rounding),
            FpOperation.ConvertToLong => ToInteger(layout, a, 64, rounding),
            FpOperation.RoundToWord => ToInteger(layout, a, 32, FpRounding.ToNearest),
            FpOperation.TruncateToWord => ToInteger(layout, a, 32, FpRounding.TowardsZero),
            FpOperation.CeilingToWord => ToInteger(layout, a, 32, FpRounding.Up),
            FpOperation.FloorToWord => ToInteger(layout, a, 32, FpRounding.Down),
            FpOperation.RoundToLong => ToInteger(layout, a, 64, FpRounding.ToNearest),
            FpOperation.TruncateToLong => ToInteger(layout, a, 64, FpRounding.TowardsZero),
            FpOperation.CeilingToLong => ToInteger(layout, a, 64, FpRounding.Up),
            _ => ToInteger(layout, a, 64, FpRounding.Down),
        };
    }

    /// <summary>C.cond.fmt: bit 0 of the condition holds for what is unordered, bit 1 for equal, bit 2 for less; bit 3 makes any NaN invalid.</summary>
    public bool Compare(int condition, FpFormat format, ulong a, ulong b)
    {
        Layout layout = Layout.Of(format);
        Number x = layout.Read(a, flushes), y = layout.Read(b, flushes);
        if (x.IsNaN || y.IsNaN)
        {
            if (x.IsSignalling || y.IsSignalling || condition >= 8)
                Raised |= InvalidOperation;
            return (condition & 1) != 0;
        }
        int order = Order(x, y);
        return (condition & 2) != 0 && order == 0 || (condition & 4) != 0 && order < 0;
    }

    private static int Order(Number x, Number y)
    {
        if (x.IsInfinite || y.IsInfinite)
            return Rank(x).CompareTo(Rank(y));
        int least = Math.Min(x.Exponent, y.Exponent);
        return (x.Signed << (x.Exponent - least)).CompareTo(y.Signed << (y.Exponent - least));

        static int Rank(Number n) => !n.IsInfinite ? 0 : n.Sign ? -1 : 1;
    }

    private ulong Add(Layout layout, ulong a, ulong b, bool negate)
    {
        Number x = layout.Read(a, flushes), y = layout.Read(b, flushes);
        if (x.IsNaN || y.IsNaN)
            return NaN(layout, x, y);
        bool sign = y.Sign ^ negate;
        if (x.IsInfinite || y.IsInfinite)
            return x.IsInfinite && y.IsInfinite && x.Sign != sign ? Invalid(layout) : layout.Infinity(x.IsInfinite ? x.Sign : sign);
        int least = Math.Min(x.Exponent, y.Exponent);
        BigInteger sum = (x.Signed << (x.Exponent - least)) + ((negate ? -y.Signed : y.Signed) << (y.Exponent - least));
        if (!sum.IsZero)
            return Round(layout, sum.Sign < 0, BigInteger.Abs(sum), least, more: false);
        // Zeros of one sign keep it; what cancels is +0, and −0 when rounding down.
        return layout.Zero(x.IsZero && y.IsZero && x.Sign == sign ? sign : rounding == FpRounding.Down);
    }

    private ulong Multiply(Layout layout, ulong a, ulong b)
    {
        Number x = layout.Read(a, flushes), y = layout.Read(b, flushes);
        if (x.IsNaN || y.IsNaN)
            return NaN(layout, x, y);
        bool sign = x.Sign ^ y.Sign;
        if (x.IsInfinite || y.IsInfinite)
            return x.IsZero || y.IsZero ? Invalid(layout) : layout.Infinity(sign);
        return x.IsZero || y.IsZero ? layout.Zero(sign) : Round(layout, sign, x.Significand * y.Significand, x.Exponent + y.Exponent, more: false);
    }

    private ulong Divide(Layout layout, ulong a, ulong b)
    {
        Number x = layout.Read(a, flushes), y = layout.Read(b, flushes);
        if (x.IsNaN || y.IsNaN)
            return NaN(layout, x, y);
        bool sign = x.Sign ^ y.Sign;
        if (x.IsInfinite || y.IsZero)
        {
            if (x.IsInfinite ? y.IsInfinite : x.IsZero)
                return Invalid(layout);
            if (!x.IsInfinite)
                Raised |= DivideByZero;
            return layout.Infinity(sign);
        }
        if (y.IsInfinite || x.IsZero)
            return layout.Zero(sign);
        int shift = 2 * layout.Precision + GuardBits;
        BigInteger quotient = BigInteger.DivRem(x.Significand << shift, y.Significand, out BigInteger remainder);
        return Round(layout, sign, quotient, x.Exponent - y.Exponent - shift, more: !remainder.IsZero);
    }

    private ulong SquareRoot(Layout layout, ulong a)
    {
        Number x = layout.Read(a, flushes);
        if (x.IsNaN)
            return NaN(layout, x, x);
        if (x.IsZero)
            return layout.Zero(x.Sign);
        if (x.Sign)
            return Invalid(layout);
        if (x.IsInfinite)
            return layout.Infinity(false);
        int shift = 2 * (layout.Precision + GuardBits) + (x.Exponent & 1);
        BigInteger square = x.Significand << shift, root = Root(square);
        return Round(layout, false, root, (x.Exponent - shift) / 2, more: root * root != square);
    }

    private static BigInteger Root(BigInteger square)
    {
        BigInteger root = BigInteger.One << (int)((square.GetBitLength() + 1) / 2 + 1);
        while (true)
        {
            BigInteger next = root + square / root >> 1;
            if (next >= root)
                return root;
            root = next;
        }
    }

    private ulong WithSign(Layout layout, ulong a, Func<bool, bool> sign)
    {
        Number x = layout.Read(a, flushes);
        if (x.IsNaN)
            return NaN(layout, x, x);
        ulong magnitude = x.IsZero ? 0 : a & ~layout.SignBit;
        return magnitude | (sign(x.Sign) ? layout.SignBit : 0);
    }

    private static ulong Negated(Layout layout, ulong a) => layout.Read(a, flush: false).IsNaN ? a : a ^ layout.SignBit;

    private ulong Convert(Layout from, Layout to, ulong a)
    {
        Number x = from.Read(a, flushes);
        if (x.IsSignalling)
            return Invalid(to);
        if (x.IsNaN)
        {
            // The upper bits of the payload; where none of them is set, it would be an infinity.
            ulong fraction = a & (1UL << from.FractionBits) - 1;
            int less = from.FractionBits - to.FractionBits;
            fraction = less > 0 ? fraction >> less : fraction << -less;
            return fraction == 0 ? to.DefaultNaN : fraction | to.Infinity(x.Sign);
        }
        if (x.IsInfinite)
            return to.Infinity(x.Sign);
        return x.IsZero ? to.Zero(x.Sign) : Round(to, x.Sign, x.Significand, x.Exponent, more: false);
    }

    private ulong FromInteger(long value, Layout to) =>
        value == 0 ? 0 : Round(to, value < 0, BigInteger.Abs(value), 0, more: false);

    private ulong ToInteger(Layout layout, ulong a, int bits, FpRounding mode)
    {
        BigInteger most = (BigInteger.One << bits - 1) - 1;
        Number x = layout.Read(a, flushes);
        if (x.IsNaN || x.IsInfinite)
            return TooBig();
        (BigInteger magnitude, bool inexact) = x.IsZero ? (0, false) : Quantized(mode, x.Sign, x.Significand, x.Exponent, 0, more: false);
        BigInteger value = x.Sign ? -magnitude : magnitude;
        if (value > most || value < -most - 1)
            return TooBig();
        if (inexact)
            Raised |= Inexact;
        return (ulong)(long)value & (ulong.MaxValue >> 64 - bits);

        ulong TooBig()
        {
            Raised |= InvalidOperation;
            return (ulong)most;
        }
    }

    private ulong NaN(Layout layout, Number x, Number y) =>
        x.IsSignalling || y.IsSignalling ? Invalid(layout) : x.IsNaN ? x.Bits : y.Bits;

    private ulong Invalid(Layout layout)
    {
        Raised |= InvalidOperation;
        return layout.DefaultNaN;
    }

    /// <summary>The number that is the significand by a power of two, or a little more, as the format has it.</summary>
    private ulong Round(Layout layout, bool sign, BigInteger significand, int exponent, bool more)
    {
        int top = (int)significand.GetBitLength() - 1 + exponent;
        // Tininess is detected after rounding: to the format's precision, as if exponents had no end.
        int unbounded = top - (layout.Precision - 1);
        (BigInteger rounded, _) = Quantized(rounding, sign, significand, exponent, unbounded, more);
        bool tiny = (int)rounded.GetBitLength() - 1 + unbounded < layout.LeastExponent;
        int quantum = Math.Max(unbounded, layout.LeastExponent - (layout.Precision - 1));
        (BigInteger result, bool inexact) = Quantized(rounding, sign, significand, exponent, quantum, more);
        if (tiny && flushes)
        {
            Raised |= Underflow | Inexact;
            return layout.Zero(sign);
        }
        if (tiny && (inexact || reportsExactUnderflow))
            Raised |= Underflow;
        if (inexact)
            Raised |= Inexact;
        if ((int)result.GetBitLength() - 1 + quantum > layout.MostExponent)
        {
            Raised |= Overflow | Inexact;
            bool toInfinity = rounding == FpRounding.ToNearest || rounding == (sign ? FpRounding.Down : FpRounding.Up);
            return toInfinity ? layout.Infinity(sign) : layout.Infinity(sign) - 1;
        }
        // Of subnormal numbers the field is 0, and a carry out of the fraction is the next exponent's.
        BigInteger field = (quantum - (layout.LeastExponent - (layout.Precision - 1))) * (BigInteger.One << layout.FractionBits) + result;
        return (ulong)field | (sign ? layout.SignBit : 0);
    }

    // In units of 2^quantum, and whether that is not exact.
    private static (BigInteger Units, bool Inexact) Quantized(FpRounding mode, bool sign, BigInteger significand, int exponent, int quantum, bool more)
    {
        int cut = quantum - exponent;
        if (cut <= 0 && !more)
            return (significand << -cut, false);
        // With what is beyond the significand as one more bit.
        BigInteger twice = significand << 1 | (more ? 1 : 0);
        cut++;
        if (cut <= 0)
            throw new InvalidOperationException("too few bits were worked out");
        BigInteger units = twice >> cut, rest = twice - (units << cut), half = BigInteger.One << cut - 1;
        bool up = mode switch
        {
            FpRounding.ToNearest => rest > half || rest == half && !units.IsEven,
            FpRounding.Up => !sign && !rest.IsZero,
            FpRounding.Down => sign && !rest.IsZero,
            _ => false,
        };
        return (up ? units + 1 : units, !rest.IsZero);
    }

    private readonly record struct Number(ulong Bits, bool Sign, BigInteger Significand, int Exponent, bool IsInfinite, bool IsNaN, bool IsSignalling)
    {
        public bool IsZero => !IsInfinite && !IsNaN && Significand.IsZero;

        public BigInteger Signed => Sign ? -Significand : Significand;
    }

    private sealed record Layout(int FractionBits, int ExponentBits)
    {
        public static readonly Layout Single = new(23, 8), Double = new(52, 11);

        public int Precision => FractionBits + 1;

        public int MostExponent => (1 << ExponentBits - 1) - 1;

        public int LeastExponent => 1 - MostExponent;

        public ulong SignBit => 1UL << FractionBits + ExponentBits;

        // The top bit of the fraction signals (FCSR.NAN2008 = 0): all others are set.
        public ulong DefaultNaN => Infinity(false) | (1UL << FractionBits - 1) - 1;

        public ulong One => (ulong)MostExponent << FractionBits;

        public static Layout Of(FpFormat format) => format == FpFormat.Single ? Single : Double;

        public ulong Zero(bool sign) => sign ? SignBit : 0;

        public ulong Infinity(bool sign) => ((1UL << ExponentBits) - 1 << FractionBits) | Zero(sign);

        public Number Read(ulong bits, bool flush)
        {
            if (this == Single)
                bits = (uint)bits;
            bool sign = (bits & SignBit) != 0;
            ulong fraction = bits & (1UL << FractionBits) - 1;
            int field = (int)(bits >> FractionBits) & (1 << ExponentBits) - 1;
            if (field == (1 << ExponentBits) - 1)
                return new(bits, sign, 0, 0, fraction == 0, fraction != 0, (fraction >> FractionBits - 1) != 0);
            if (field == 0)
                return new(bits, sign, flush ? 0 : fraction, LeastExponent - FractionBits, false, false, false);
            return new(bits, sign, fraction | 1UL << FractionBits, field - MostExponent - FractionBits, false, false, false);
        }
    }
}

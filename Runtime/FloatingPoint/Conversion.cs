namespace Dbt.Runtime.FloatingPoint;

/// <summary>Conversions between formats (IEEE 754 sections 5.4.1 and 5.4.2).</summary>
internal static class Conversion
{
    /// <summary>From one binary format to another.</summary>
    public static ulong Convert<TFrom, TTo>(ulong a, ref FpEnvironment environment)
        where TFrom : IBinaryFormat
        where TTo : IBinaryFormat
    {
        Unpacked x = Unpacked.From<TFrom>(a, environment);
        ulong sign = Binary<TTo>.Sign(x.Negative);
        switch (x.Class)
        {
            case FpClass.Zero:
                return sign;
            case FpClass.Finite:
                return Rounding.Pack<TTo>(x.Negative, x.Exponent, x.Significand, ref environment);
            case FpClass.Infinity:
                return sign | Binary<TTo>.Infinity;
            case FpClass.QuietNaN:
                // The payload keeps its upper bits; where none of them is set it would be an infinity.
                ulong fraction = x.Significand >> 64 - TTo.FractionBits;
                return fraction == 0 ? Binary<TTo>.DefaultNaN : sign | Binary<TTo>.Infinity | fraction;
            default:
                return environment.Invalid<TTo>();
        }
    }

    /// <summary>From a two's complement integer.</summary>
    public static ulong FromInteger<TTo>(long value, ref FpEnvironment environment)
        where TTo : IBinaryFormat
    {
        Unpacked x = Unpacked.FromInteger(value);
        return x.Class == FpClass.Zero ? 0 : Rounding.Pack<TTo>(x.Negative, x.Exponent, x.Significand, ref environment);
    }

    /// <summary>
    /// To a two's complement integer of <paramref name="width"/> bits, in a rounding mode of the instruction's own.
    /// </summary>
    public static ulong ToInteger<TFrom>(ulong a, int width, FpRounding rounding, ref FpEnvironment environment)
        where TFrom : IBinaryFormat
    {
        environment.Rounding = rounding;
        return Rounding.ToInteger(Unpacked.From<TFrom>(a, environment), width, ref environment);
    }
}

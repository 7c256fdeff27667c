using Dbt.Translator.Instructions;

namespace Dbt.Runtime.FloatingPoint;

/// <summary>
/// The floating-point unit of a 24Kf, in integer arithmetic alone: the reference for every engine, and what completes
/// an operation that host arithmetic cannot (a rounding mode other than to nearest, FS, enabled exceptions).
/// </summary>
public static class FpUnit
{
    /// <summary>Executes one operation on register bits; 32-bit formats are in the low half.</summary>
    /// <param name="op">The operation.</param>
    /// <param name="format">The fmt field: the format of the operands.</param>
    /// <param name="a">fs.</param>
    /// <param name="b">ft.</param>
    /// <param name="c">fr.</param>
    /// <param name="fcsr">FCSR; Cause is replaced, Flags accumulate unless it traps.</param>
    /// <param name="trap">Whether a floating-point exception is to be taken; the result must then not be
    /// written.</param>
    /// <returns>The result's bits.</returns>
    public static ulong Execute(
        FpOperation op, FpFormat format, ulong a, ulong b, ulong c, ref uint fcsr, out bool trap)
    {
        FpEnvironment environment = new(fcsr);
        ulong result = format switch
        {
            FpFormat.Single => Execute<Binary32>(op, (uint)a, (uint)b, (uint)c, ref environment),
            FpFormat.Double => Execute<Binary64>(op, a, b, c, ref environment),
            FpFormat.Word => FromInteger(op, (int)a, ref environment),
            FpFormat.Long => FromInteger(op, (long)a, ref environment),
            _ => environment.Unimplemented(),
        };
        trap = Fcsr.Report(ref fcsr, environment.Raised);
        return result;
    }

    /// <summary>Executes C.cond.fmt.</summary>
    /// <param name="condition">The cond field; bit 3 makes a quiet NaN invalid too.</param>
    /// <param name="format">The fmt field: the format of the operands.</param>
    /// <param name="a">fs.</param>
    /// <param name="b">ft.</param>
    /// <param name="fcsr">FCSR; Cause is replaced, Flags accumulate unless it traps. Condition codes are the caller's
    /// to write.</param>
    /// <param name="trap">Whether a floating-point exception is to be taken; no condition code must then be
    /// written.</param>
    /// <returns>Whether the condition holds.</returns>
    public static bool Compare(int condition, FpFormat format, ulong a, ulong b, ref uint fcsr, out bool trap)
    {
        FpEnvironment environment = new(fcsr);
        bool holds = format switch
        {
            FpFormat.Single => Arithmetic<Binary32>.Compare(condition, (uint)a, (uint)b, ref environment),
            FpFormat.Double => Arithmetic<Binary64>.Compare(condition, a, b, ref environment),
            _ => environment.Unimplemented() != 0,
        };
        trap = Fcsr.Report(ref fcsr, environment.Raised);
        return holds;
    }

    private static ulong Execute<TFormat>(FpOperation op, ulong a, ulong b, ulong c, ref FpEnvironment environment)
        where TFormat : IBinaryFormat => op switch
        {
            FpOperation.Add => Arithmetic<TFormat>.Add(a, b, ref environment),
            FpOperation.Subtract => Arithmetic<TFormat>.Subtract(a, b, ref environment),
            FpOperation.Multiply => Arithmetic<TFormat>.Multiply(a, b, ref environment),
            FpOperation.Divide => Arithmetic<TFormat>.Divide(a, b, ref environment),
            FpOperation.SquareRoot => Arithmetic<TFormat>.SquareRoot(a, ref environment),
            FpOperation.Absolute => Arithmetic<TFormat>.Absolute(a, ref environment),
            FpOperation.Negate => Arithmetic<TFormat>.Negate(a, ref environment),
            FpOperation.Reciprocal => Arithmetic<TFormat>.Reciprocal(a, ref environment),
            FpOperation.ReciprocalSquareRoot => Arithmetic<TFormat>.ReciprocalSquareRoot(a, ref environment),
            FpOperation.MultiplyAdd => Arithmetic<TFormat>.MultiplyAdd(a, b, c, false, ref environment),
            FpOperation.MultiplySubtract => Arithmetic<TFormat>.MultiplyAdd(a, b, c, true, ref environment),
            FpOperation.NegateMultiplyAdd => Arithmetic<TFormat>.NegateMultiplyAdd(a, b, c, false, ref environment),
            FpOperation.NegateMultiplySubtract => Arithmetic<TFormat>.NegateMultiplyAdd(a, b, c, true, ref environment),
            // There is no conversion of a format to itself.
            FpOperation.ConvertToSingle when typeof(TFormat) == typeof(Binary64) =>
                Conversion.Convert<Binary64, Binary32>(a, ref environment),
            FpOperation.ConvertToDouble when typeof(TFormat) == typeof(Binary32) =>
                Conversion.Convert<Binary32, Binary64>(a, ref environment),
            FpOperation.ConvertToWord => Conversion.ToInteger<TFormat>(a, 32, environment.Rounding, ref environment),
            FpOperation.ConvertToLong => Conversion.ToInteger<TFormat>(a, 64, environment.Rounding, ref environment),
            FpOperation.RoundToWord => Conversion.ToInteger<TFormat>(a, 32, FpRounding.ToNearest, ref environment),
            FpOperation.TruncateToWord => Conversion.ToInteger<TFormat>(a, 32, FpRounding.TowardsZero, ref environment),
            FpOperation.CeilingToWord => Conversion.ToInteger<TFormat>(a, 32, FpRounding.Up, ref environment),
            FpOperation.FloorToWord => Conversion.ToInteger<TFormat>(a, 32, FpRounding.Down, ref environment),
            FpOperation.RoundToLong => Conversion.ToInteger<TFormat>(a, 64, FpRounding.ToNearest, ref environment),
            FpOperation.TruncateToLong => Conversion.ToInteger<TFormat>(a, 64, FpRounding.TowardsZero, ref environment),
            FpOperation.CeilingToLong => Conversion.ToInteger<TFormat>(a, 64, FpRounding.Up, ref environment),
            FpOperation.FloorToLong => Conversion.ToInteger<TFormat>(a, 64, FpRounding.Down, ref environment),
            _ => environment.Unimplemented(),
        };

    private static ulong FromInteger(FpOperation op, long value, ref FpEnvironment environment) => op switch
    {
        FpOperation.ConvertToSingle => Conversion.FromInteger<Binary32>(value, ref environment),
        FpOperation.ConvertToDouble => Conversion.FromInteger<Binary64>(value, ref environment),
        _ => environment.Unimplemented(),
    };
}

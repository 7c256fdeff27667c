using System.Reflection;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Dbt.Translator.Emission.Expression;

namespace Dbt.Translator.Emission;

/// <summary>
/// A floating-point number in emitted code, of 32 or 64 bits: both operands of an operator have the same width, and so
/// has what comes of them.
/// </summary>
/// <param name="Expression">What computes it.</param>
public readonly record struct FloatValue(Expression Expression) : IValue<FloatValue>
{
    private static readonly MethodInfo s_bits64 =
        typeof(BitConverter).GetMethod(nameof(BitConverter.DoubleToInt64Bits))!;
    private static readonly MethodInfo s_bits32 =
        typeof(BitConverter).GetMethod(nameof(BitConverter.SingleToInt32Bits))!;
    private static readonly MethodInfo s_ofBits64 =
        typeof(BitConverter).GetMethod(nameof(BitConverter.Int64BitsToDouble))!;
    private static readonly MethodInfo s_ofBits32 =
        typeof(BitConverter).GetMethod(nameof(BitConverter.Int32BitsToSingle))!;
    private static readonly MethodInfo s_sqrt64 = typeof(Math).GetMethod(nameof(Math.Sqrt))!;
    private static readonly MethodInfo s_sqrt32 = typeof(MathF).GetMethod(nameof(MathF.Sqrt))!;
    private static readonly MethodInfo s_abs64 = typeof(Math).GetMethod(nameof(Math.Abs), [typeof(double)])!;
    private static readonly MethodInfo s_abs32 = typeof(MathF).GetMethod(nameof(MathF.Abs))!;
    private static readonly MethodInfo s_fma64 = typeof(Math).GetMethod(nameof(Math.FusedMultiplyAdd))!;

    private static readonly MethodInfo s_vector =
        typeof(Vector128).GetMethod(nameof(Vector128.CreateScalarUnsafe), [typeof(double)])!;
    private static readonly MethodInfo s_truncate =
        typeof(Sse2).GetMethod(nameof(Sse2.ConvertToInt32WithTruncation), [typeof(Vector128<double>)])!;
    private static readonly MethodInfo s_round =
        typeof(Sse2).GetMethod(nameof(Sse2.ConvertToInt32), [typeof(Vector128<double>)])!;

    /// <summary>Whether it has 64 bits.</summary>
    public bool IsDouble => Expression.Type == ExpressionType.Float64;

    /// <inheritdoc/>
    public static FloatValue Of(Expression expression) => new(expression);

    /// <summary>A constant of 64 bits, or of 32.</summary>
    public static FloatValue Constant(double value, bool isDouble = true) =>
        new(new Expression
        {
            Kind = ExpressionKind.Constant,
            Type = isDouble ? ExpressionType.Float64 : ExpressionType.Float32,
            Real = value,
        });

    /// <summary>The number of 32 bits that has these bits.</summary>
    public static FloatValue OfBits(IntValue bits) => new(Call(s_ofBits32, ExpressionType.Float32, bits.Expression));

    /// <summary>The number of 64 bits that has these bits.</summary>
    public static FloatValue OfBits(LongValue bits) => new(Call(s_ofBits64, ExpressionType.Float64, bits.Expression));

    /// <summary>a × b + c, rounded once, of numbers of 64 bits.</summary>
    public static FloatValue FusedMultiplyAdd(FloatValue a, FloatValue b, FloatValue c) =>
        new(Call(s_fma64, ExpressionType.Float64, a.Expression, b.Expression, c.Expression));

#pragma warning disable CS1591 // The operators of C#.
    public static FloatValue operator +(FloatValue a, FloatValue b) => Binary(ExpressionKind.Add, a, b);

    public static FloatValue operator -(FloatValue a, FloatValue b) => Binary(ExpressionKind.Subtract, a, b);

    public static FloatValue operator *(FloatValue a, FloatValue b) => Binary(ExpressionKind.Multiply, a, b);

    public static FloatValue operator /(FloatValue a, FloatValue b) => Binary(ExpressionKind.Divide, a, b);

    public static FloatValue operator -(FloatValue a) => new(Unary(ExpressionKind.Negate, a.Expression));
#pragma warning restore CS1591

    /// <summary>1 if the two are equal, else 0; a NaN is equal to nothing.</summary>
    public IntValue Is(FloatValue other) =>
        new(Emission.Expression.Binary(ExpressionKind.Equal, Expression, other.Expression));

    /// <summary>0 if the two are equal, else 1.</summary>
    public IntValue IsNot(FloatValue other) => Is(other) ^ 1;

    /// <summary>1 if it is less than <paramref name="other"/>, else 0; a NaN is not.</summary>
    public IntValue IsLess(FloatValue other) =>
        new(Emission.Expression.Binary(ExpressionKind.Less, Expression, other.Expression));

    /// <summary>1 if it is at least <paramref name="other"/>, else 0; a NaN is not.</summary>
    public IntValue IsAtLeast(FloatValue other) =>
        new(Emission.Expression.Binary(ExpressionKind.AtLeast, Expression, other.Expression));

    /// <summary>The square root.</summary>
    public FloatValue SquareRoot() => Intrinsic(s_sqrt64, s_sqrt32);

    /// <summary>Without its sign.</summary>
    public FloatValue Absolute() => Intrinsic(s_abs64, s_abs32);

    /// <summary>The nearest number of 32 bits.</summary>
    public FloatValue ToSingle() => new(Convert(Expression, ExpressionType.Float32));

    /// <summary>The same number in 64 bits.</summary>
    public FloatValue ToDouble() => new(Convert(Expression, ExpressionType.Float64));

    /// <summary>
    /// The integer of 32 bits towards zero from a number of 64; the most negative one if there is none. Needs SSE2.
    /// </summary>
    public IntValue Truncated() => new(Call(s_truncate, ExpressionType.Int32, FirstOfVector()));

    /// <summary>
    /// The nearest integer of 32 bits to a number of 64; the most negative one if there is none. Needs SSE2.
    /// </summary>
    public IntValue Rounded() => new(Call(s_round, ExpressionType.Int32, FirstOfVector()));

    /// <summary>The bits of a number of 32.</summary>
    public IntValue Bits32() => new(Call(s_bits32, ExpressionType.Int32, Expression));

    /// <summary>The bits of a number of 64.</summary>
    public LongValue Bits64() => new(Call(s_bits64, ExpressionType.Int64, Expression));

    // A vector of which the first element alone matters: it is on the IL stack between two calls only.
    private Expression FirstOfVector() => Call(s_vector, ExpressionType.Float64, Expression);

    private FloatValue Intrinsic(MethodInfo wide, MethodInfo narrow) =>
        new(Call(IsDouble ? wide : narrow, Expression.Type, Expression));

    private static FloatValue Binary(ExpressionKind kind, FloatValue a, FloatValue b) =>
        new(Emission.Expression.Binary(kind, a.Expression, b.Expression));
}

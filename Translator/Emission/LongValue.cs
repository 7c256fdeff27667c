using static Dbt.Translator.Emission.Expression;

namespace Dbt.Translator.Emission;

/// <summary>A number of 64 bits in emitted code. Shifts are by constants below 64.</summary>
/// <param name="Expression">What computes it.</param>
public readonly record struct LongValue(Expression Expression) : IValue<LongValue>
{
    /// <inheritdoc/>
    public static LongValue Of(Expression expression) => new(expression);

    /// <summary>A constant.</summary>
    public static implicit operator LongValue(long value) => new(Constant(ExpressionType.Int64, value));

#pragma warning disable CS1591 // The operators of C#.
    public static LongValue operator +(LongValue a, LongValue b) => Binary(ExpressionKind.Add, a, b);

    public static LongValue operator -(LongValue a, LongValue b) => Binary(ExpressionKind.Subtract, a, b);

    public static LongValue operator *(LongValue a, LongValue b) => Binary(ExpressionKind.Multiply, a, b);

    public static LongValue operator &(LongValue a, LongValue b) => Binary(ExpressionKind.And, a, b);

    public static LongValue operator |(LongValue a, LongValue b) => Binary(ExpressionKind.Or, a, b);

    public static LongValue operator ^(LongValue a, LongValue b) => Binary(ExpressionKind.Xor, a, b);

    public static LongValue operator <<(LongValue a, int count) => Shift(ExpressionKind.ShiftLeft, a, count);

    public static LongValue operator >>(LongValue a, int count) => Shift(ExpressionKind.ShiftRightSigned, a, count);

    public static LongValue operator >>>(LongValue a, int count) => Shift(ExpressionKind.ShiftRight, a, count);
#pragma warning restore CS1591

    /// <summary>0 if the two are equal, else 1.</summary>
    public IntValue IsNot(LongValue other) =>
        new IntValue(Emission.Expression.Binary(ExpressionKind.Equal, Expression, other.Expression)) ^ 1;

    /// <summary>1 if it is less than <paramref name="other"/> as a signed number, else 0.</summary>
    public IntValue IsLess(LongValue other) =>
        new(Emission.Expression.Binary(ExpressionKind.Less, Expression, other.Expression));

    /// <summary>1 if it is at least <paramref name="other"/> as a signed number, else 0.</summary>
    public IntValue IsAtLeast(LongValue other) =>
        new(Emission.Expression.Binary(ExpressionKind.AtLeast, Expression, other.Expression));

    /// <summary>1 if it is less than <paramref name="other"/> as an unsigned number, else 0.</summary>
    public IntValue IsBelow(LongValue other) =>
        new(Emission.Expression.Binary(ExpressionKind.LessUnsigned, Expression, other.Expression));

    /// <summary>The lower 32 bits.</summary>
    public IntValue ToInt32() => new(Convert(Expression, ExpressionType.Int32));

    /// <summary>As wide as an address.</summary>
    public NativeValue ToNative() => new(Convert(Expression, ExpressionType.Native));

    /// <summary>The floating-point number of 64 bits that has these bits.</summary>
    public FloatValue AsDouble() => FloatValue.OfBits(this);

    private static LongValue Binary(ExpressionKind kind, LongValue a, LongValue b) =>
        new(Emission.Expression.Binary(kind, a.Expression, b.Expression));

    private static LongValue Shift(ExpressionKind kind, LongValue a, int count) =>
        new(Emission.Expression.Binary(kind, a.Expression, Constant(ExpressionType.Int32, count)));
}

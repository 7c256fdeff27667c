using static Dbt.Translator.Emission.Expression;

namespace Dbt.Translator.Emission;

/// <summary>A number of 32 bits in emitted code. Shifts are by constants below 32.</summary>
/// <param name="Expression">What computes it.</param>
public readonly record struct IntValue(Expression Expression) : IValue<IntValue>
{
    /// <inheritdoc/>
    public static IntValue Of(Expression expression) => new(expression);

    /// <summary>A constant.</summary>
    public static implicit operator IntValue(int value) => new(Constant(ExpressionType.Int32, value));

    /// <summary>A word of the guest, as the number it is.</summary>
    public static implicit operator IntValue(Node word) => new(word.Expression);

#pragma warning disable CS1591 // The operators of C#.
    public static IntValue operator +(IntValue a, IntValue b) => Binary(ExpressionKind.Add, a, b);

    public static IntValue operator -(IntValue a, IntValue b) => Binary(ExpressionKind.Subtract, a, b);

    public static IntValue operator -(IntValue a) => 0 - a;

    public static IntValue operator &(IntValue a, IntValue b) => Binary(ExpressionKind.And, a, b);

    public static IntValue operator |(IntValue a, IntValue b) => Binary(ExpressionKind.Or, a, b);

    public static IntValue operator ^(IntValue a, IntValue b) => Binary(ExpressionKind.Xor, a, b);

    public static IntValue operator ~(IntValue a) => new(Unary(ExpressionKind.Not, a.Expression));

    public static IntValue operator <<(IntValue a, int count) => Binary(ExpressionKind.ShiftLeft, a, count);

    public static IntValue operator >>(IntValue a, int count) => Binary(ExpressionKind.ShiftRightSigned, a, count);

    public static IntValue operator >>>(IntValue a, int count) => Binary(ExpressionKind.ShiftRight, a, count);
#pragma warning restore CS1591

    /// <summary>1 if the two are equal, else 0.</summary>
    public IntValue Is(IntValue other) => Binary(ExpressionKind.Equal, this, other);

    /// <summary>0 if the two are equal, else 1.</summary>
    public IntValue IsNot(IntValue other) => Is(other) ^ 1;

    /// <summary>1 if it is less than <paramref name="other"/> as a signed number, else 0.</summary>
    public IntValue IsLess(IntValue other) => Binary(ExpressionKind.Less, this, other);

    /// <summary>1 if it is at least <paramref name="other"/> as a signed number, else 0.</summary>
    public IntValue IsAtLeast(IntValue other) => Binary(ExpressionKind.AtLeast, this, other);

    /// <summary>1 if it is less than <paramref name="other"/> as an unsigned number, else 0.</summary>
    public IntValue IsBelow(IntValue other) => Binary(ExpressionKind.LessUnsigned, this, other);

    /// <summary>Rotated right by a constant, in a form that the JIT makes one instruction.</summary>
    public IntValue RotatedRight(int count) => count == 0 ? this : this >>> count | this << 32 - count;

    /// <summary>The number, as a word of the guest.</summary>
    public Node ToWord() => new(Expression);

    /// <summary>Sign-extended to 64 bits.</summary>
    public LongValue ToInt64() => new(Convert(Expression, ExpressionType.Int64));

    /// <summary>Zero-extended to 64 bits.</summary>
    public LongValue ToUInt64() => new(Convert(Expression, ExpressionType.Int64, unsigned: true));

    /// <summary>Zero-extended to an address.</summary>
    public NativeValue ToNative() => new(Convert(Expression, ExpressionType.Native, unsigned: true));

    /// <summary>The nearest number of 32 bits.</summary>
    public FloatValue ToSingle() => new(Convert(Expression, ExpressionType.Float32));

    /// <summary>The same number.</summary>
    public FloatValue ToDouble() => new(Convert(Expression, ExpressionType.Float64));

    /// <summary>The floating-point number of 32 bits that has these bits.</summary>
    public FloatValue AsSingle() => FloatValue.OfBits(this);

    private static IntValue Binary(ExpressionKind kind, IntValue a, IntValue b) =>
        new(Emission.Expression.Binary(kind, a.Expression, b.Expression));
}

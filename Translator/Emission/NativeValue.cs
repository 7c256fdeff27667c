using static Dbt.Translator.Emission.Expression;

namespace Dbt.Translator.Emission;

/// <summary>
/// An address of the host in emitted code, or what is added to one. What lies there is a value like any other, and may
/// be assigned to:
/// <c>s.Int(offset)</c> is <c>*(int*)(s + offset)</c>.
/// </summary>
/// <param name="Expression">What computes it.</param>
public readonly record struct NativeValue(Expression Expression) : IValue<NativeValue>
{
    /// <inheritdoc/>
    public static NativeValue Of(Expression expression) => new(expression);

    /// <summary>A constant.</summary>
    public static implicit operator NativeValue(long value) => new(Constant(ExpressionType.Native, value));

    /// <summary>An offset of 32 bits, to be added to an address.</summary>
    public static NativeValue OfOffset(IntValue offset) =>
        new(offset.Expression.IsConstant
            ? Constant(ExpressionType.Native, offset.Expression.Value)
            : offset.Expression);

#pragma warning disable CS1591 // The operators of C#.
    public static NativeValue operator +(NativeValue a, NativeValue b) => new(Sum(a.Expression, b.Expression));

    public static NativeValue operator *(NativeValue a, NativeValue b) =>
        new(Binary(ExpressionKind.Multiply, a.Expression, b.Expression));
#pragma warning restore CS1591

    /// <summary>0 if the two are equal, else 1.</summary>
    public IntValue IsNot(NativeValue other) =>
        new IntValue(Binary(ExpressionKind.Equal, Expression, other.Expression)) ^ 1;

    /// <summary>1 if it is 0, else 0.</summary>
    public IntValue IsNull() => new(Binary(ExpressionKind.Equal, Expression, Constant(ExpressionType.Native, 0)));

    /// <summary>The element at <paramref name="index"/> (unsigned) of an array that begins here.</summary>
    public NativeValue Element(IntValue index, int size) => this + index.ToNative() * size;

    /// <summary>A number of 32 bits there.</summary>
    public IntValue Int(NativeValue offset) => new(At(offset, Cell.Int32, ExpressionType.Int32));

    /// <summary>A number of 64 bits there.</summary>
    public LongValue Long(NativeValue offset) => new(At(offset, Cell.Int64, ExpressionType.Int64));

    /// <summary>An address there.</summary>
    public NativeValue Native(NativeValue offset) => new(At(offset, Cell.Native, ExpressionType.Native));

    /// <summary>A floating-point number of 32 bits there.</summary>
    public FloatValue Single(NativeValue offset) => new(At(offset, Cell.Float32, ExpressionType.Float32));

    /// <summary>A floating-point number of 64 bits there.</summary>
    public FloatValue Double(NativeValue offset) => new(At(offset, Cell.Float64, ExpressionType.Float64));

    /// <summary>An unsigned number of 16 bits there.</summary>
    public IntValue UInt16(NativeValue offset) => new(At(offset, Cell.UInt16, ExpressionType.Int32));

    /// <summary>An unsigned number of 8 bits there.</summary>
    public IntValue Byte(NativeValue offset) => new(At(offset, Cell.Byte, ExpressionType.Int32));

    /// <summary>A signed number of 16 bits there.</summary>
    public IntValue Int16(NativeValue offset) => new(At(offset, Cell.Int16, ExpressionType.Int32));

    /// <summary>A signed number of 8 bits there.</summary>
    public IntValue SByte(NativeValue offset) => new(At(offset, Cell.SByte, ExpressionType.Int32));

    // Constants add up, so that what lies in a table or an array is one offset away.
    private static Expression Sum(Expression a, Expression b) =>
        b.IsConstant && a is { Kind: ExpressionKind.Add, B.IsConstant: true }
        ? Binary(ExpressionKind.Add, a.A!, Constant(ExpressionType.Native, a.B.Value + b.Value))
        : Binary(ExpressionKind.Add, a, b);

    private Expression At(NativeValue offset, Cell cell, ExpressionType type) =>
        new() { Kind = ExpressionKind.Load, Type = type, Cell = cell, A = (this + offset).Expression };
}

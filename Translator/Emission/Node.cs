using System.Numerics;
using System.Reflection;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>A general register of a 32-bit processor, in the recording instance of the meanings.</summary>
/// <param name="Expression">What was asked for.</param>
public readonly record struct Node(Expression Expression) : IWord<Node>, IValue<Node>
{
    private static readonly MethodInfo s_leadingZeros =
        typeof(BitOperations).GetMethod(nameof(BitOperations.LeadingZeroCount), [typeof(uint)])!;

    /// <inheritdoc/>
    public static Node Of(Expression expression) => new(expression);

    /// <inheritdoc/>
    public static Node Constant(long value) => new(Emission.Expression.Constant(ExpressionType.Int32, (int)value));

    /// <inheritdoc/>
    public static Node operator +(Node a, Node b) => Binary(ExpressionKind.Add, a, b);

    /// <inheritdoc/>
    public static Node operator -(Node a, Node b) => Binary(ExpressionKind.Subtract, a, b);

    /// <inheritdoc/>
    public static Node operator *(Node a, Node b) => Binary(ExpressionKind.Multiply, a, b);

    /// <inheritdoc/>
    public static Node operator &(Node a, Node b) => Binary(ExpressionKind.And, a, b);

    /// <inheritdoc/>
    public static Node operator |(Node a, Node b) => Binary(ExpressionKind.Or, a, b);

    /// <inheritdoc/>
    public static Node operator ^(Node a, Node b) => Binary(ExpressionKind.Xor, a, b);

    /// <inheritdoc/>
    public static Node operator ~(Node a) => new(Emission.Expression.Unary(ExpressionKind.Not, a.Expression));

    /// <inheritdoc/>
    public static Node ShiftLeft(Node a, Node count) => Binary(ExpressionKind.ShiftLeft, a, count);

    /// <inheritdoc/>
    public static Node ShiftRight(Node a, Node count) => Binary(ExpressionKind.ShiftRight, a, count);

    /// <inheritdoc/>
    public static Node ShiftRightSigned(Node a, Node count) => Binary(ExpressionKind.ShiftRightSigned, a, count);

    /// <inheritdoc/>
    public static Node Less(Node a, Node b) => Binary(ExpressionKind.Less, a, b);

    /// <inheritdoc/>
    public static Node LessUnsigned(Node a, Node b) => Binary(ExpressionKind.LessUnsigned, a, b);

    /// <inheritdoc/>
    public static Node Equal(Node a, Node b) => Binary(ExpressionKind.Equal, a, b);

    /// <inheritdoc/>
    public static Node Choose(Node condition, Node yes, Node no) => condition.Expression.IsConstant
        ? condition.Expression.IsNever ? no : yes
        : new(new Expression
        {
            Kind = ExpressionKind.Choose,
            Type = ExpressionType.Int32,
            A = condition.Expression,
            B = yes.Expression,
            C = no.Expression,
        });

    /// <inheritdoc/>
    public static Node SignExtend(Node a, int bits) => bits == 32 ? a : Extension(ExpressionKind.SignExtend, a, bits);

    /// <inheritdoc/>
    public static Node ZeroExtend(Node a, int bits) => Extension(ExpressionKind.ZeroExtend, a, bits);

    /// <inheritdoc/>
    public static Node Divide(Node a, Node b) => Binary(ExpressionKind.Divide, a, b);

    /// <inheritdoc/>
    public static Node Remainder(Node a, Node b) => Binary(ExpressionKind.Remainder, a, b);

    /// <inheritdoc/>
    public static Node DivideUnsigned(Node a, Node b) => Binary(ExpressionKind.DivideUnsigned, a, b);

    /// <inheritdoc/>
    public static Node RemainderUnsigned(Node a, Node b) => Binary(ExpressionKind.RemainderUnsigned, a, b);

    /// <inheritdoc/>
    public static Node LeadingZeros(Node a) => a.Expression.IsConstant
        ? Constant(BitOperations.LeadingZeroCount((uint)a.Expression.Value))
        : new(Emission.Expression.Call(s_leadingZeros, ExpressionType.Int32, a.Expression));

    private static Node Binary(ExpressionKind kind, Node a, Node b) =>
        new(Emission.Expression.Binary(kind, a.Expression, b.Expression));

    private static Node Extension(ExpressionKind kind, Node a, int bits) =>
        new(new Expression { Kind = kind, Type = ExpressionType.Int32, A = a.Expression, Value = bits });
}

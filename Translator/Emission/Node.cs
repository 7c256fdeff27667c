using System.Numerics;
using Dbt.Translator.Instructions;
using static Dbt.Translator.Emission.ExpressionKind;

namespace Dbt.Translator.Emission;

/// <summary>A general register of a 32-bit processor, in the recording instance of the meanings. Constants are folded at once.</summary>
/// <param name="Expression">What was asked for.</param>
public readonly record struct Node(Expression Expression) : IWord<Node>
{
    /// <inheritdoc/>
    public static Node Constant(long value) => new(Emission.Expression.Constant((int)value));

    /// <inheritdoc/>
    public static Node operator +(Node a, Node b) =>
        b.Is(0) ? a : a.Is(0) ? b : Binary(Add, a, b, (x, y) => x + y);

    /// <inheritdoc/>
    public static Node operator -(Node a, Node b) => b.Is(0) ? a : Binary(Subtract, a, b, (x, y) => x - y);

    /// <inheritdoc/>
    public static Node operator *(Node a, Node b) => Binary(Multiply, a, b, (x, y) => x * y);

    /// <inheritdoc/>
    public static Node operator &(Node a, Node b) =>
        a.Is(0) || b.Is(0) ? Constant(0) : a.Is(-1) ? b : b.Is(-1) ? a : Binary(And, a, b, (x, y) => x & y);

    /// <inheritdoc/>
    public static Node operator |(Node a, Node b) =>
        b.Is(0) ? a : a.Is(0) ? b : Binary(Or, a, b, (x, y) => x | y);

    /// <inheritdoc/>
    public static Node operator ^(Node a, Node b) => b.Is(0) ? a : a.Is(0) ? b : Binary(Xor, a, b, (x, y) => x ^ y);

    /// <inheritdoc/>
    public static Node operator ~(Node a) => Unary(Not, a, x => ~x);

    /// <inheritdoc/>
    public static Node ShiftLeft(Node a, Node count) => count.Is(0) ? a : Binary(ExpressionKind.ShiftLeft, a, count, (x, n) => x << n);

    /// <inheritdoc/>
    public static Node ShiftRight(Node a, Node count) => count.Is(0) ? a : Binary(ExpressionKind.ShiftRight, a, count, (x, n) => x >>> n);

    /// <inheritdoc/>
    public static Node ShiftRightSigned(Node a, Node count) => count.Is(0) ? a : Binary(ExpressionKind.ShiftRightSigned, a, count, (x, n) => x >> n);

    /// <inheritdoc/>
    public static Node Less(Node a, Node b) => Binary(ExpressionKind.Less, a, b, (x, y) => x < y ? 1 : 0);

    /// <inheritdoc/>
    public static Node LessUnsigned(Node a, Node b) => Binary(ExpressionKind.LessUnsigned, a, b, (x, y) => (uint)x < (uint)y ? 1 : 0);

    /// <inheritdoc/>
    public static Node Equal(Node a, Node b) =>
        SameLocal(a, b) ? Constant(1) : Binary(ExpressionKind.Equal, a, b, (x, y) => x == y ? 1 : 0);

    /// <inheritdoc/>
    public static Node Choose(Node condition, Node yes, Node no) => condition.Expression.IsConstant
        ? condition.Is(0) ? no : yes
        : new(new Expression { Kind = ExpressionKind.Choose, A = condition.Expression, B = yes.Expression, C = no.Expression });

    /// <inheritdoc/>
    public static Node SignExtend(Node a, int bits) => bits == 32 ? a : Extension(ExpressionKind.SignExtend, a, bits);

    /// <inheritdoc/>
    public static Node ZeroExtend(Node a, int bits) => Extension(ExpressionKind.ZeroExtend, a, bits);

    /// <inheritdoc/>
    public static Node Divide(Node a, Node b) => Binary(ExpressionKind.Divide, a, b, (x, y) => x / y);

    /// <inheritdoc/>
    public static Node Remainder(Node a, Node b) => Binary(ExpressionKind.Remainder, a, b, (x, y) => x % y);

    /// <inheritdoc/>
    public static Node DivideUnsigned(Node a, Node b) => Binary(ExpressionKind.DivideUnsigned, a, b, (x, y) => (int)((uint)x / (uint)y));

    /// <inheritdoc/>
    public static Node RemainderUnsigned(Node a, Node b) => Binary(ExpressionKind.RemainderUnsigned, a, b, (x, y) => (int)((uint)x % (uint)y));

    /// <inheritdoc/>
    public static Node LeadingZeros(Node a) => Unary(ExpressionKind.LeadingZeros, a, x => BitOperations.LeadingZeroCount((uint)x));

    private bool Is(int value) => Expression.IsConstant && Expression.Value == value;

    private static bool SameLocal(Node a, Node b) =>
        a.Expression.Kind == Local && b.Expression.Kind == Local && a.Expression.Local == b.Expression.Local && a.Expression.Version == b.Expression.Version;

    private static Node Unary(ExpressionKind kind, Node a, Func<int, int> fold) => a.Expression.IsConstant
        ? Constant(fold(a.Expression.Value))
        : new(new Expression { Kind = kind, A = a.Expression });

    private static Node Binary(ExpressionKind kind, Node a, Node b, Func<int, int, int> fold) => a.Expression.IsConstant && b.Expression.IsConstant
        ? Constant(fold(a.Expression.Value, b.Expression.Value))
        : new(new Expression { Kind = kind, A = a.Expression, B = b.Expression });

    private static Node Extension(ExpressionKind kind, Node a, int bits) => new(new Expression { Kind = kind, A = a.Expression, Value = bits });
}

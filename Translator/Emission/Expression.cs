using System.Reflection;
using System.Reflection.Emit;

namespace Dbt.Translator.Emission;

/// <summary>The type of an <see cref="Expression"/>, as the IL stack has it.</summary>
public enum ExpressionType : byte
{
    /// <summary>32 bits.</summary>
    Int32,

    /// <summary>64 bits.</summary>
    Int64,

    /// <summary>As wide as an address of the host.</summary>
    Native,

    /// <summary>An IEEE 754 number of 32 bits.</summary>
    Float32,

    /// <summary>An IEEE 754 number of 64 bits.</summary>
    Float64,
}

/// <summary>What an <see cref="Expression"/> computes.</summary>
public enum ExpressionKind : byte
{
#pragma warning disable CS1591 // Most are the operation of IWord of the same name.
    Constant,
    Local,
    Argument,
    Load,
    Add,
    Subtract,
    Multiply,
    And,
    Or,
    Xor,
    Not,
    Negate,
    ShiftLeft,
    ShiftRight,
    ShiftRightSigned,
    Less,
    LessUnsigned,
    AtLeast,
    Equal,
    Choose,
    SignExtend,
    ZeroExtend,
    Divide,
    Remainder,
    DivideUnsigned,
    RemainderUnsigned,
    Convert,
    ConvertUnsigned,
    Call,
#pragma warning restore CS1591
}

/// <summary>
/// What lies where an <see cref="ExpressionKind.Load"/> loads from: its width, and what becomes of it.
/// </summary>
public enum Cell : byte
{
#pragma warning disable CS1591 // The types of C#.
    SByte,
    Byte,
    Int16,
    UInt16,
    Int32,
    Int64,
    Native,
    Float32,
    Float64,
#pragma warning restore CS1591
}

/// <summary>
/// A value that was asked for, not computed yet: IL is emitted for it when it is assigned, tested or used as an
/// address. Constants are folded at once.
/// </summary>
public sealed record Expression
{
    private const int LeastCommon = -64;

    // Offsets into the state and small numbers are most of the constants, and nothing about one ever changes.
    private static readonly Expression?[][] s_common =
        [new Expression?[2048], new Expression?[2048], new Expression?[2048]];

    /// <summary>What it computes.</summary>
    public required ExpressionKind Kind { get; init; }

    /// <summary>Its type.</summary>
    public required ExpressionType Type { get; init; }

    /// <summary>The first operand; the address of a load.</summary>
    public Expression? A { get; init; }

    /// <summary>The second operand.</summary>
    public Expression? B { get; init; }

    /// <summary>The third operand.</summary>
    public Expression? C { get; init; }

    /// <summary>
    /// The value of an integer constant, the bits of another; the bits that an extension extends; the number of an
    /// argument.
    /// </summary>
    public long Value { get; init; }

    /// <summary>The value of a floating-point constant.</summary>
    public double Real
    {
        get => BitConverter.Int64BitsToDouble(Value);
        init => Value = BitConverter.DoubleToInt64Bits(value);
    }

    /// <summary>What a load loads.</summary>
    public Cell Cell { get; init; }

    /// <summary>Where the value of a local lies.</summary>
    public LocalBuilder? Local { get; init; }

    /// <summary>The function that a call calls: one without effects, which the JIT knows.</summary>
    public MethodInfo? Method { get; init; }

    /// <summary>The guest register a local holds; −1 for any other local.</summary>
    public int Register { get; init; } = -1;

    /// <summary>For a guest register: how often it had been written when it was read.</summary>
    public int Version { get; init; }

    /// <summary>Whether it is a constant.</summary>
    public bool IsConstant => Kind == ExpressionKind.Constant;

    /// <summary>Whether it is a constant other than 0, as a condition is that always holds.</summary>
    public bool IsAlways => IsConstant && Value != 0;

    /// <summary>Whether it is the constant 0, as a condition is that never holds.</summary>
    public bool IsNever => Is(0);

    private bool IsInteger => Type is ExpressionType.Int32 or ExpressionType.Int64 or ExpressionType.Native;

    /// <summary>A constant.</summary>
    public static Expression Constant(ExpressionType type, long value)
    {
        Expression?[] common = type <= ExpressionType.Native ? s_common[(int)type] : [];
        return (ulong)(value - LeastCommon) < (ulong)common.Length
            ? common[value - LeastCommon] ??= OfConstant(type, value)
            : OfConstant(type, value);
    }

    /// <summary>The value of a local.</summary>
    /// <param name="local">The local.</param>
    /// <param name="type">Its type.</param>
    /// <param name="version">How often it has been written, if that is counted.</param>
    /// <param name="register">The guest register it holds; −1 for none.</param>
    public static Expression OfLocal(
        LocalBuilder local, ExpressionType type, int version = 0, int register = -1) => new()
        {
            Kind = ExpressionKind.Local,
            Type = type,
            Local = local,
            Version = version,
            Register = register,
        };

    /// <summary>An operation on one value of its type.</summary>
    public static Expression Unary(ExpressionKind kind, Expression a) =>
        a is { IsConstant: true, Type: ExpressionType.Int32 } && kind == ExpressionKind.Not
        ? Constant(a.Type, ~(int)a.Value)
        : new() { Kind = kind, Type = a.Type, A = a };

    /// <summary>An operation on two values; a comparison is 1 or 0.</summary>
    public static Expression Binary(ExpressionKind kind, Expression a, Expression b)
    {
        if (a.IsConstant && b.IsConstant && a.Type == ExpressionType.Int32)
            return Constant(ExpressionType.Int32, Fold(kind, (int)a.Value, (int)b.Value));
        if (a.IsInteger && Simplify(kind, a, b) is { } simpler)
            return simpler;
        bool compares = kind is ExpressionKind.Less or ExpressionKind.LessUnsigned or ExpressionKind.AtLeast
            or ExpressionKind.Equal;
        return new() { Kind = kind, Type = compares ? ExpressionType.Int32 : a.Type, A = a, B = b };
    }

    /// <summary>A conversion to another type; an integer widens as <paramref name="unsigned"/> says.</summary>
    public static Expression Convert(Expression a, ExpressionType type, bool unsigned = false) => a.Type == type
        ? a
        : new() { Kind = unsigned ? ExpressionKind.ConvertUnsigned : ExpressionKind.Convert, Type = type, A = a };

    /// <summary>What a function without effects returns.</summary>
    public static Expression Call(
        MethodInfo method, ExpressionType type, Expression a, Expression? b = null, Expression? c = null) =>
        new() { Kind = ExpressionKind.Call, Type = type, Method = method, A = a, B = b, C = c };

    private static Expression OfConstant(ExpressionType type, long value) =>
        new() { Kind = ExpressionKind.Constant, Type = type, Value = value };

    private bool Is(long value) => IsConstant && IsInteger && Value == value;

    private static Expression? Simplify(ExpressionKind kind, Expression a, Expression b) => kind switch
    {
        ExpressionKind.Add or ExpressionKind.Or or ExpressionKind.Xor => b.Is(0) ? a : a.Is(0) ? b : null,
        ExpressionKind.Subtract or ExpressionKind.ShiftLeft or ExpressionKind.ShiftRight
            or ExpressionKind.ShiftRightSigned => b.Is(0) ? a : null,
        ExpressionKind.And => a.Is(0) || b.Is(-1) ? a : b.Is(0) || a.Is(-1) ? b : null,
        ExpressionKind.Equal => AreSameLocal(a, b) ? Constant(ExpressionType.Int32, 1) : null,
        _ => null,
    };

    private static bool AreSameLocal(Expression a, Expression b) =>
        a.Kind == ExpressionKind.Local && b.Kind == ExpressionKind.Local && a.Local == b.Local
            && a.Version == b.Version;

    private static int Fold(ExpressionKind kind, int x, int y) => kind switch
    {
        ExpressionKind.Add => x + y,
        ExpressionKind.Subtract => x - y,
        ExpressionKind.Multiply => x * y,
        ExpressionKind.And => x & y,
        ExpressionKind.Or => x | y,
        ExpressionKind.Xor => x ^ y,
        ExpressionKind.ShiftLeft => x << y,
        ExpressionKind.ShiftRight => x >>> y,
        ExpressionKind.ShiftRightSigned => x >> y,
        ExpressionKind.Less => x < y ? 1 : 0,
        ExpressionKind.LessUnsigned => (uint)x < (uint)y ? 1 : 0,
        ExpressionKind.AtLeast => x >= y ? 1 : 0,
        ExpressionKind.Equal => x == y ? 1 : 0,
        ExpressionKind.Divide => x / y,
        ExpressionKind.Remainder => x % y,
        ExpressionKind.DivideUnsigned => (int)((uint)x / (uint)y),
        ExpressionKind.RemainderUnsigned => (int)((uint)x % (uint)y),
        _ => throw new InvalidOperationException($"{kind} has no two operands"),
    };
}

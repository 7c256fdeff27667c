using System.Reflection.Emit;

namespace Dbt.Translator.Emission;

/// <summary>What an <see cref="Expression"/> computes.</summary>
public enum ExpressionKind
{
#pragma warning disable CS1591 // Each is the operation of IWord of the same name; the halves are those of a local of 64 bits.
    Constant,
    Local,
    Add,
    Subtract,
    Multiply,
    And,
    Or,
    Xor,
    Not,
    ShiftLeft,
    ShiftRight,
    ShiftRightSigned,
    Less,
    LessUnsigned,
    Equal,
    Choose,
    SignExtend,
    ZeroExtend,
    Divide,
    Remainder,
    DivideUnsigned,
    RemainderUnsigned,
    LeadingZeros,
    UpperHalf,
    LowerHalf,
#pragma warning restore CS1591
}

/// <summary>
/// A value a meaning asked for, not computed yet: IL is emitted for it when it is stored, tested or used as an address.
/// </summary>
public sealed class Expression
{
    /// <summary>What it computes.</summary>
    public required ExpressionKind Kind { get; init; }

    /// <summary>The first operand.</summary>
    public Expression? A { get; init; }

    /// <summary>The second operand.</summary>
    public Expression? B { get; init; }

    /// <summary>The third operand.</summary>
    public Expression? C { get; init; }

    /// <summary>The value of a constant; the width of an extension.</summary>
    public int Value { get; init; }

    /// <summary>Where the value of a local lies.</summary>
    public LocalBuilder? Local { get; init; }

    /// <summary>The guest register a local holds; −1 for any other local.</summary>
    public int Register { get; init; } = -1;

    /// <summary>For a guest register: how often it had been written when it was read.</summary>
    public int Version { get; init; }

    /// <summary>Whether it is a constant.</summary>
    public bool IsConstant => Kind == ExpressionKind.Constant;

    /// <summary>A constant.</summary>
    public static Expression Constant(int value) => new() { Kind = ExpressionKind.Constant, Value = value };
}

namespace Dbt.Translator.Instructions;

/// <summary>
/// A value of which its origin is known: the registers it was computed from. Constants are known, and what comparing
/// them gives; what is
/// computed otherwise is not.
/// </summary>
/// <param name="Origin">
/// Bits as in <see cref="Footprint.Reads"/>, and <see cref="Computed"/>, <see cref="Pc"/>, <see cref="Memory"/>,
/// <see cref="Float"/>.
/// </param>
/// <param name="Value">The value itself, where it is known.</param>
public readonly record struct Unknown(ulong Origin, long? Value = null) : IWord<Unknown>
{
    /// <summary>The bit of what is not one of its other origins itself, but computed from them.</summary>
    public const int Computed = 60;

    /// <summary>The bit of the instruction's own address.</summary>
    public const int Pc = 61;

    /// <summary>The bit of what was loaded.</summary>
    public const int Memory = 62;

    /// <summary>The bit of what the floating-point unit holds.</summary>
    public const int Float = 63;

    /// <summary>The value of a register, or of one of the other origins.</summary>
    public static Unknown Of(int origin) => new(1ul << origin);

    /// <inheritdoc/>
    public static Unknown Constant(long value) => new(0, value);

    /// <inheritdoc/>
    public static Unknown operator +(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown operator -(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown operator *(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown operator &(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown operator |(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown operator ^(Unknown a, Unknown b) => Fold(a, b, a.Value ^ b.Value);

    /// <inheritdoc/>
    public static Unknown operator ~(Unknown a) => Join(a, a);

    /// <inheritdoc/>
    public static Unknown ShiftLeft(Unknown a, Unknown count) => Join(a, count);

    /// <inheritdoc/>
    public static Unknown ShiftRight(Unknown a, Unknown count) => Join(a, count);

    /// <inheritdoc/>
    public static Unknown ShiftRightSigned(Unknown a, Unknown count) => Join(a, count);

    /// <inheritdoc/>
    public static Unknown Less(Unknown a, Unknown b) => Fold(a, b, a.Value < b.Value ? 1 : 0);

    /// <inheritdoc/>
    public static Unknown LessUnsigned(Unknown a, Unknown b) => Fold(a, b, (ulong?)a.Value < (ulong?)b.Value ? 1 : 0);

    /// <inheritdoc/>
    public static Unknown Equal(Unknown a, Unknown b) =>
        a == b && a.IsRegister ? Constant(1) : Fold(a, b, a.Value == b.Value ? 1 : 0);

    /// <inheritdoc/>
    public static Unknown Choose(Unknown condition, Unknown yes, Unknown no) => Join(condition, Join(yes, no));

    /// <inheritdoc/>
    public static Unknown SignExtend(Unknown a, int bits) => Join(a, a);

    /// <inheritdoc/>
    public static Unknown ZeroExtend(Unknown a, int bits) => Join(a, a);

    /// <inheritdoc/>
    public static Unknown Divide(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown Remainder(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown DivideUnsigned(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown RemainderUnsigned(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown LeadingZeros(Unknown a) => Join(a, a);

    private bool IsRegister => ulong.IsPow2(Origin) && Origin <= 1ul << Footprint.Lo;

    private static Unknown Join(Unknown a, Unknown b) => new(a.Origin | b.Origin | 1ul << Computed);

    private static Unknown Fold(Unknown a, Unknown b, long? value) =>
        a.Value is null || b.Value is null ? Join(a, b) : new(a.Origin | b.Origin, value);
}

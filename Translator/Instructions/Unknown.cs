namespace Dbt.Translator.Instructions;

/// <summary>A value of which only its origin is known: the registers it was computed from.</summary>
/// <param name="Origin">
/// Bits as in <see cref="Footprint.Reads"/>, and <see cref="Pc"/>, <see cref="Memory"/>, <see cref="Float"/>.
/// </param>
public readonly record struct Unknown(ulong Origin) : IWord<Unknown>
{
    /// <summary>The bit of the instruction's own address.</summary>
    public const int Pc = 61;

    /// <summary>The bit of what was loaded.</summary>
    public const int Memory = 62;

    /// <summary>The bit of what the floating-point unit holds.</summary>
    public const int Float = 63;

    /// <summary>The value of a register, or of one of the other origins.</summary>
    public static Unknown Of(int origin) => new(1ul << origin);

    /// <inheritdoc/>
    public static Unknown Constant(long value) => default;

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
    public static Unknown operator ^(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown operator ~(Unknown a) => a;

    /// <inheritdoc/>
    public static Unknown ShiftLeft(Unknown a, Unknown count) => Join(a, count);

    /// <inheritdoc/>
    public static Unknown ShiftRight(Unknown a, Unknown count) => Join(a, count);

    /// <inheritdoc/>
    public static Unknown ShiftRightSigned(Unknown a, Unknown count) => Join(a, count);

    /// <inheritdoc/>
    public static Unknown Less(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown LessUnsigned(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown Equal(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown Choose(Unknown condition, Unknown yes, Unknown no) => Join(condition, Join(yes, no));

    /// <inheritdoc/>
    public static Unknown SignExtend(Unknown a, int bits) => a;

    /// <inheritdoc/>
    public static Unknown ZeroExtend(Unknown a, int bits) => a;

    /// <inheritdoc/>
    public static Unknown Divide(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown Remainder(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown DivideUnsigned(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown RemainderUnsigned(Unknown a, Unknown b) => Join(a, b);

    /// <inheritdoc/>
    public static Unknown LeadingZeros(Unknown a) => a;

    private static Unknown Join(Unknown a, Unknown b) => new(a.Origin | b.Origin);
}

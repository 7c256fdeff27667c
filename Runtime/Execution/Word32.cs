using System.Numerics;

namespace Dbt.Runtime.Execution;

/// <summary>A general register of a 32-bit processor, in the computing instance of the meanings.</summary>
/// <param name="Value">The 32 bits.</param>
public readonly record struct Word32(int Value) : IRegisterWord<Word32>
{
    /// <inheritdoc/>
    public static Word32 Constant(long value) => new((int)value);

    /// <inheritdoc/>
    public static Word32 FromSlot(ulong slot) => new((int)slot);

    /// <inheritdoc/>
    public ulong Slot => (uint)Value;

    /// <inheritdoc/>
    public ulong Address => (uint)Value;

    /// <inheritdoc/>
    public static Word32 operator +(Word32 a, Word32 b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    public static Word32 operator -(Word32 a, Word32 b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    public static Word32 operator *(Word32 a, Word32 b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    public static Word32 operator &(Word32 a, Word32 b) => new(a.Value & b.Value);

    /// <inheritdoc/>
    public static Word32 operator |(Word32 a, Word32 b) => new(a.Value | b.Value);

    /// <inheritdoc/>
    public static Word32 operator ^(Word32 a, Word32 b) => new(a.Value ^ b.Value);

    /// <inheritdoc/>
    public static Word32 operator ~(Word32 a) => new(~a.Value);

    /// <inheritdoc/>
    public static Word32 ShiftLeft(Word32 a, Word32 count) => new(a.Value << count.Value);

    /// <inheritdoc/>
    public static Word32 ShiftRight(Word32 a, Word32 count) => new(a.Value >>> count.Value);

    /// <inheritdoc/>
    public static Word32 ShiftRightSigned(Word32 a, Word32 count) => new(a.Value >> count.Value);

    /// <inheritdoc/>
    public static Word32 Less(Word32 a, Word32 b) => new(a.Value < b.Value ? 1 : 0);

    /// <inheritdoc/>
    public static Word32 LessUnsigned(Word32 a, Word32 b) => new((uint)a.Value < (uint)b.Value ? 1 : 0);

    /// <inheritdoc/>
    public static Word32 Equal(Word32 a, Word32 b) => new(a.Value == b.Value ? 1 : 0);

    /// <inheritdoc/>
    public static Word32 Choose(Word32 condition, Word32 yes, Word32 no) => condition.Value != 0 ? yes : no;

    /// <inheritdoc/>
    public static Word32 SignExtend(Word32 a, int bits) =>
        new(bits switch { 8 => (sbyte)a.Value, 16 => (short)a.Value, _ => a.Value });

    /// <inheritdoc/>
    public static Word32 ZeroExtend(Word32 a, int bits) =>
        new(bits switch { 8 => (byte)a.Value, _ => (ushort)a.Value });

    /// <inheritdoc/>
    public static Word32 Divide(Word32 a, Word32 b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    public static Word32 Remainder(Word32 a, Word32 b) => new(a.Value % b.Value);

    /// <inheritdoc/>
    public static Word32 DivideUnsigned(Word32 a, Word32 b) => new((int)((uint)a.Value / (uint)b.Value));

    /// <inheritdoc/>
    public static Word32 RemainderUnsigned(Word32 a, Word32 b) => new((int)((uint)a.Value % (uint)b.Value));

    /// <inheritdoc/>
    public static Word32 LeadingZeros(Word32 a) => new(BitOperations.LeadingZeroCount((uint)a.Value));
}

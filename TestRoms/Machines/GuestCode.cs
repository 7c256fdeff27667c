using Dbt.Hypervisor.Privileged;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.TestRoms.Machines;

/// <summary>Words of instructions, for guests that tests generate.</summary>
internal static class GuestCode
{
    public const int Zero = 0, T0 = 8, T1 = 9, T2 = 10, T3 = 11, T4 = 12, T5 = 13, T6 = 14, T7 = 15;
    public const int S0 = 16, S1 = 17, S2 = 18, S3 = 19, S4 = 20, S5 = 21, S6 = 22, S7 = 23, K0 = 26, K1 = 27;

    public const uint Nop = 0, Break = 0x0000_000d, Sdbbp = 0x7000_003f;
    public const uint Eret = 0x4200_0018, Deret = 0x4200_001f, Wait = 0x4200_0020;
    public const uint Tlbr = 0x4200_0001, Tlbwi = 0x4200_0002, Tlbwr = 0x4200_0006, Tlbp = 0x4200_0008;

    /// <summary>A branch to itself, and the nop in its slot.</summary>
    public static uint[] Stay => [0x1000_ffff, Nop];

    public static uint[] Li(int register, uint value) =>
        [0x3c00_0000 | (uint)register << 16 | value >> 16, Immediate(0x0d, register, register, (ushort)value)];

    public static uint Addiu(int to, int from, short value) => Immediate(0x09, from, to, (ushort)value);

    public static uint Addu(int to, int a, int b) => (uint)a << 21 | (uint)b << 16 | (uint)to << 11 | 0x21;

    public static uint Or(int to, int a, int b) => (uint)a << 21 | (uint)b << 16 | (uint)to << 11 | 0x25;

    public static uint And(int to, int a, int b) => (uint)a << 21 | (uint)b << 16 | (uint)to << 11 | 0x24;

    public static uint Andi(int to, int from, ushort value) => Immediate(0x0c, from, to, value);

    public static uint Srl(int to, int from, int bits) => (uint)from << 16 | (uint)to << 11 | (uint)bits << 6 | 2;

    public static uint Sltu(int to, int a, int b) => (uint)a << 21 | (uint)b << 16 | (uint)to << 11 | 0x2b;

    public static uint Lw(int register, short offset, int address) => Immediate(0x23, address, register, (ushort)offset);

    public static uint Sw(int register, short offset, int address) => Immediate(0x2b, address, register, (ushort)offset);

    public static uint Mfc0(int register, int from) => 0x4000_0000 | (uint)register << 16 | Cop0(from);

    public static uint Mtc0(int register, int to) => 0x4080_0000 | (uint)register << 16 | Cop0(to);

    /// <summary>Moves a constant to a register of coprocessor 0, by way of a general one.</summary>
    public static uint[] Set(int to, uint value, int by = K0) => [.. Li(by, value), Mtc0(by, to)];

    public static uint Mfc1(int register, int from) => 0x4400_0000 | (uint)register << 16 | (uint)from << 11;

    public static uint Mtc1(int register, int to) => 0x4480_0000 | (uint)register << 16 | (uint)to << 11;

    public static uint Mthc1(int register, int to) => 0x44e0_0000 | (uint)register << 16 | (uint)to << 11;

    public static uint Rdhwr(int register, int number) => 0x7c00_003b | (uint)register << 16 | (uint)number << 11;

    public static uint Jump(uint address) => 0x0800_0000 | address >> 2 & 0x03ff_ffff;

    public static uint JumpTo(int register) => (uint)register << 21 | 8;

    /// <summary>A branch over a number of words, counted from its delay slot.</summary>
    public static uint Branch(int words) => 0x1000_0000u | (ushort)words;

    /// <summary>The same, where a register is not 0.</summary>
    public static uint BranchNotZero(int register, int words) => Immediate(0x05, register, Zero, (ushort)words);

    /// <summary>Writes an entry of the TLB.</summary>
    public static uint[] TlbEntry(uint index, uint pageMask, uint entryHi, uint entryLo0, uint entryLo1) =>
    [
        .. Set(Cop0Register.Index, index), .. Set(PageMask, pageMask), .. Set(EntryHi, entryHi),
        .. Set(EntryLo0, entryLo0), .. Set(EntryLo1, entryLo1), Tlbwi,
    ];

    private static uint Cop0(int register) => (uint)(register >> 3) << 11 | (uint)register & 7;

    private static uint Immediate(uint opcode, int s, int t, ushort immediate) =>
        opcode << 26 | (uint)s << 21 | (uint)t << 16 | immediate;
}

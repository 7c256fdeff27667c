using Dbt.TestRoms.Instructions;
using Dbt.Translator.Instructions;
using static Dbt.Translator.Instructions.InstructionFlags;

namespace Dbt.TestRoms.Conformance;

/// <summary>
/// A program for TestRoms/roms/conformance: where it is entered, in which mode, with which registers. Its exceptions do not end it, so that it is made of
/// what raises them as of what does not.
/// </summary>
/// <param name="Status">Status on entry.</param>
/// <param name="Entry">The address of its first word: in kseg0, or where the ROM maps it.</param>
/// <param name="Registers">The general registers.</param>
/// <param name="Code">Its words.</param>
internal sealed record KernelProgram(uint Status, uint Entry, uint[] Registers, uint[] Code)
{
    /// <summary>Where code is in kseg0, and where it is mapped.</summary>
    public const uint Unmapped = 0x8030_0100, Mapped = 0x0040_0100;

    // Registers that programs leave alone: addresses; words for Status, Cause, EntryHi and EntryLo; the entry of the TLB that goes with EntryHi.
    private const int FirstBase = 16, Bases = 5, StatusWord = 21, CauseWord = 22, HighWord = 23, LowWord = 24, IndexWord = 25;
    private const ulong Kept = 0x3ffUL << FirstBase | 3UL << 26;
    private const uint Cu1 = 0x2000_0000, Um = 0x10, Ie = 1, SoftwareInterrupts = 0x300;

    private static readonly uint[] s_addresses =
    [
        0x8030_1000, 0xa030_1000, 0x8030_2000, 0x0040_1000, 0x0040_1000, 0x0040_2000, 0x0040_3000, 0xc000_0000, 0xc000_1000, 0x0060_0000, 0x0040_4000, 0x0050_0000, 0xffff_e000, 0xe000_0000,
    ];

    // VPN2s other than the code's own, each with the entry of the TLB that has it, so that no two ever match: what they then do is undefined.
    private static readonly (uint High, uint Index)[] s_pages = [(0x0040_4000, 6), (0x0040_2000, 1), (0xc000_0000, 2), (0x0060_0000, 5)];

    // With their select fields. Left out: Random, Count and Compare, which are time's, and Index, Context, EntryHi and Cause, which TLBP and exceptions leave undefined in part.
    private static readonly (int Register, int Select)[] s_read =
        [(2, 0), (3, 0), (5, 0), (6, 0), (7, 0), (8, 0), (12, 0), (14, 0), (15, 0), (15, 1), (16, 0), (16, 1), (16, 2), (16, 3), (30, 0)];

    private static readonly string[] s_leftOut =
        ["break", "sdbbp", "sc", "jalx", "wait", "eret", "deret", "mfc0", "mtc0", "tlbwi", "tlbwr", "tlbr", "tlbp", "cache", "synci", "rdhwr", "di", "ei", "rdpgpr", "wrpgpr", "jr", "jr.hb", "jalr", "jalr.hb", "bc1f", "bc1t", "bc1fl", "bc1tl"];

    private static readonly InstructionRow[] s_rows =
    [
        .. InstructionSet.Rows.Where(row => row.Operands is not [OperandForm.Word] && !s_leftOut.Contains(row.Name) && row.Level is not (IsaLevel.Paravirtual or IsaLevel.Virtualization or IsaLevel.Mips32R3)
            && (!row.Has(Float) || row.Name is "mfc1" or "mtc1" or "lwc1" or "swc1" or "ldc1" or "sdc1")),
    ];

    private static readonly InstructionRow[] s_memory = [.. s_rows.Where(row => row.Has(Load | Store))];

    /// <summary>Makes one; the same seed is the same program.</summary>
    public static KernelProgram Of(int seed)
    {
        SeededRandom random = new($"kernel {seed}");
        bool user = random.Below(4) == 0;
        uint[] code = Make(random);
        uint status = (random.Below(3) == 0 ? 0 : Cu1) | (user ? Um : 0) | random.Word() & (SoftwareInterrupts | Ie);
        return new KernelProgram(status, user || random.Below(4) == 0 ? Mapped : Unmapped, State(random), code);
    }

    /// <summary>As the ROM reads it.</summary>
    public IEnumerable<uint> Words() => [(uint)Code.Length, Status, Entry, .. Registers, .. Code];

    private static uint[] State(SeededRandom random)
    {
        uint[] registers = [.. Enumerable.Range(0, 32).Select(_ => random.Below(3) == 0 ? CpuCases.Boundary(random) : random.Word())];
        for (int register = FirstBase; register < FirstBase + Bases; register++)
            registers[register] = random.Pick(s_addresses) + 4 * (uint)random.Below(8);
        (uint high, uint index) = random.Pick(s_pages);
        registers[StatusWord] = random.Word() & (Cu1 | SoftwareInterrupts | Ie | (random.Below(4) == 0 ? 2u : 0));
        registers[CauseWord] = random.Word() & (SoftwareInterrupts | (random.Below(3) == 0 ? 0x0080_0000u : 0));
        registers[HighWord] = high | (uint)random.Below(4);
        registers[LowWord] = 0x0000_c000 + ((uint)random.Below(4) << 6) | 0x18 | (uint)random.Below(8);
        registers[IndexWord] = index;
        return registers;
    }

    private static uint[] Make(SeededRandom random)
    {
        int length = 10 + random.Below(40);
        List<uint> code = [];
        HashSet<int> inner = [];
        while (code.Count < length)
        {
            bool privileged = random.Below(4) == 0;
            uint[] words = privileged ? Privileged(random) : Plain(random, length - code.Count);
            inner.UnionWith(Enumerable.Range(code.Count + 1, privileged ? words.Length - 1 : 0));
            code.AddRange(words);
        }
        // No branch leads into a sequence that writes the TLB: it would write what might match twice.
        for (int at = 0; at < code.Count; at++)
        {
            if (!InstructionSet.Find(code[at]).Has(Branch))
                continue;
            int target = at + 1 + (short)code[at];
            while (inner.Contains(target))
                target++;
            code[at] = code[at] & 0xffff_0000 | (ushort)(target - at - 1);
        }
        return [.. code];
    }

    // An instruction; with a branch its slot.
    private static uint[] Plain(SeededRandom random, int left)
    {
        InstructionRow row = random.Pick(random.Below(3) == 0 ? s_memory : s_rows);
        uint word = Word(random, row);
        if (word == 0)
            return [];
        if (!row.Has(Branch))
            return [word];
        uint slot = 0;
        while (slot == 0)
            slot = random.Pick(random.Below(3) == 0 ? s_memory : s_rows) is var plain && !plain.Has(Branch) ? Word(random, plain) : 0;
        // Forwards, not into its slot; QEMU takes a branch for none that compares a register with itself, or register 0 with zero.
        var fields = new Instruction(word);
        bool constant = fields.Rs == 0 || row.Pattern.Contains('t') && fields.Rs == fields.Rt;
        return left < 4 || row.Pattern.Contains('j') || constant ? [slot] : [word & 0xffff_0000 | (uint)(2 + random.Below(left - 3)), slot];
    }

    private static uint Word(SeededRandom random, InstructionRow row)
    {
        uint word = row.Match | random.Word() & ~row.Mask;
        if (row.Has(Load | Store) || row.Name == "pref")
            word = word & ~0x03e0_ffffu | (uint)(FirstBase + random.Below(Bases)) << 21 | Offset(random, row);
        bool fits = InstructionSet.Find(word) == row && (Footprint.Of(word, wideFloat: false).Writes & Kept) == 0 && (Footprint.Of(word, wideFloat: false).Reads & 3UL << 26) == 0
            && QemuCpuDepartures.Reason(row.Name, new CpuCase([word], [(CpuState.WideFloat, 0)])) is null
            && row.Name switch { "ext" => new Instruction(word) is var e && e.Sa + e.Rd <= 31, "ins" => new Instruction(word) is var i && i.Sa <= i.Rd, _ => true };
        return fits ? word : 0;
    }

    private static uint Offset(SeededRandom random, InstructionRow row) =>
        row.Name is "lb" or "lbu" or "sb" or "lwl" or "lwr" or "swl" or "swr" || random.Below(8) == 0 ? (uint)random.Below(16) : 8 * (uint)random.Below(3);

    private static uint[] Privileged(SeededRandom random)
    {
        uint to = (uint)(1 + random.Below(15)) << 16;
        return random.Below(11) switch
        {
            0 => [Mtc0(HighWord, 10)],
            1 => [Mtc0(StatusWord, 12)],
            2 => [Mtc0(CauseWord, 13)],
            3 => [Mtc0(1 + random.Below(15), random.Pick([4, 7]))],
            4 or 5 => // An entry of the TLB, whole: the address of another would match twice.
                [Mtc0(HighWord, 10), Mtc0(IndexWord, 0), Mtc0(0, 5), Mtc0(LowWord, 2), Mtc0(LowWord, 3), 0x4200_0002],
            6 => [Mtc0(IndexWord, 0), 0x4200_0001],
            7 => [Mtc0(HighWord, 10), 0x4200_0008],
            8 => [0x4160_6000 | to | (uint)random.Below(2) << 5],
            9 => [0x7c00_003b | to | (uint)random.Pick([0, 3]) << 11],
            _ => [random.Pick(s_read) is var (register, select) ? 0x4000_0000 | to | (uint)register << 11 | (uint)select : 0],
        };
    }

    private static uint Mtc0(int from, int register) => 0x4080_0000 | (uint)from << 16 | (uint)register << 11;
}

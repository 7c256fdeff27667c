using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Instructions;

/// <summary>
/// The cases put to QEMU, made from the instruction table: for each row, words that cover its fields and, for the registers
/// its footprint reads, boundary values pairwise and seeded random ones. The same cases on every machine.
/// </summary>
internal static class CpuCases
{
    private const string VirtualizedOnly = "is reserved without the virtualization module: see the ROM vz";
    private const string PatchedOnly = "is reserved unless the guest was patched";

    /// <summary>Rows that cannot be asked about in user mode, or whose answer is the machine's and not the instruction's.</summary>
    public static readonly IReadOnlyDictionary<string, string> LeftOut = new Dictionary<string, string>
    {
        ["syscall"] = "is the recorder's own way out",
        ["sdbbp"] = "is taken by QEMU's own debugger",
        ["rdhwr"] = "reads what the machine says",
        ["synci"] = "is completed by the hypervisor",
        ["sc"] = "needs LL before it: see 'linked'",
        ["jalx"] = "leads to MIPS16e: see the ROM of that name",
        ["tlbinv"] = VirtualizedOnly,
        ["tlbinvf"] = VirtualizedOnly,
        ["mfgc0"] = VirtualizedOnly,
        ["mtgc0"] = VirtualizedOnly,
        ["tlbgr"] = VirtualizedOnly,
        ["tlbgwi"] = VirtualizedOnly,
        ["tlbginv"] = VirtualizedOnly,
        ["tlbginvf"] = VirtualizedOnly,
        ["tlbgwr"] = VirtualizedOnly,
        ["tlbgp"] = VirtualizedOnly,
        ["mfc0.pv"] = PatchedOnly,
        ["mtc0.pv"] = PatchedOnly,
        ["di.pv"] = PatchedOnly,
        ["ei.pv"] = PatchedOnly,
        ["cop1-unusable"] = "stands for others while coprocessor 1 is disabled",
    };

    private static readonly uint[] s_boundaries =
    [
        0, 1, 2, 3, 7, 0x1f, 0x20, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x5555_5555, 0xaaaa_aaaa, 0x1234_5678, 0x7fff_fffe, 0x7fff_ffff,
        0x8000_0000, 0x8000_0001, 0xffff_7fff, 0xffff_8000, 0xffff_ff80, 0xffff_fffe, 0xffff_ffff,
    ];

    private static readonly uint[] s_immediates = [0, 1, 0xffff, 0x7fff, 0x8000, 0x5555, 0xaaaa, 0x00ff, 0xff00];
    private static readonly double[] s_numbers = [0, 1, -1, 0.5, -2.5, 3.75, 7, 100, -1e5, 16777216, 1.0 / 3];

    public static IReadOnlyList<CpuCaseGroup> All { get; } =
    [
        .. InstructionSet.Rows.Where(row => !LeftOut.ContainsKey(row.Name)).Select(row => new CpuCaseGroup(row.Name, [.. OfRow(row)])),
        new("linked", [.. LinkedCases.Make()]),
        new("delay slots", [.. DelaySlotCases.Make()]),
        .. Mips16Cases.Make(),
    ];

    private static IEnumerable<CpuCase> OfRow(InstructionRow row)
    {
        SeededRandom random = new(row.Name);
        if (row.Operands is [OperandForm.Word] || row.Has(InstructionFlags.Sensitive))
            return Words(row, random, row.Name == "reserved" ? 20_000 : 60).Select(word => new CpuCase([word], []));
        if (row.Has(InstructionFlags.Branch))
            return BranchCases.Make(row, random);
        if (row.Has(InstructionFlags.Load | InstructionFlags.Store))
            return MemoryCases.Make(row, random);
        if (row.Operands.Contains(OperandForm.Fcr))
            return ControlCases(row, random);
        if (row.Has(InstructionFlags.Float))
            return FloatCases(row, random);
        if (row.Operands.Contains(OperandForm.Pos))
            return FieldCases(row, random);
        return ComputingCases(row, random);
    }

    /// <summary>Random words of a row; the codes with which BREAK and traps announce a division by zero or an overflow are left out.</summary>
    private static IEnumerable<uint> Words(InstructionRow row, SeededRandom random, int count) => Enumerable.Range(0, count)
        .Select(_ => row.Match | random.Word() & ~row.Mask)
        .Where(word => InstructionSet.Find(word) == row && !AnnouncesArithmetic(row, new Instruction(word)));

    private static bool AnnouncesArithmetic(InstructionRow row, Instruction word) => row.Pattern.Contains('k') && ((word.Code & 0x3ff) is 6 or 7 || word.Code >> 10 is 6 or 7);

    private static IEnumerable<CpuCase> ComputingCases(InstructionRow row, SeededRandom random)
    {
        bool first = true;
        foreach (uint word in ComputingWords(row, random).Distinct().Where(word => InstructionSet.Find(word) == row && !AnnouncesArithmetic(row, new Instruction(word))))
        {
            int[] read = [.. Registers(Footprint.Of(word, wideFloat: true).Reads)];
            bool pairwise = read.Length >= 2 && first;
            if (pairwise)
            {
                foreach (uint a in s_boundaries)
                {
                    foreach (uint b in s_boundaries)
                        yield return new CpuCase([word], Values(read, random, a, b));
                }
            }
            else if (read.Length >= 1)
            {
                foreach (uint a in s_boundaries)
                    yield return new CpuCase([word], Values(read, random, a, random.Pick(s_boundaries)));
            }
            for (int i = 0; i < (pairwise ? 100 : read.Length == 0 ? 1 : 10); i++)
                yield return new CpuCase([word], Values(read, random, random.Word(), random.Word()));
            first = false;
        }
    }

    /// <summary>Words of all register combinations that could matter, all immediates or all shift amounts.</summary>
    private static IEnumerable<uint> ComputingWords(InstructionRow row, SeededRandom random)
    {
        uint plain = With(row, random, 4, 5, 6);
        if (row.Pattern.Contains('i'))
        {
            foreach (uint immediate in s_immediates)
                yield return plain & 0xffff_0000 | immediate;
            yield return With(row, random, 0, 5, 6);
            yield return With(row, random, 5, 5, 6);
            yield return With(row, random, 31, 0, 6);
            yield break;
        }
        if (row.Operands.Contains(OperandForm.Sa) || row.Operands.Contains(OperandForm.SaOpt))
        {
            for (uint amount = 0; amount < 32; amount++)
                yield return plain & ~0x7c0u | amount << 6;
        }
        yield return plain;
        yield return With(row, random, 4, 4, 6);
        yield return With(row, random, 4, 5, 4);
        yield return With(row, random, 4, 5, 5);
        yield return With(row, random, 7, 7, 7);
        yield return With(row, random, 0, 5, 6);
        yield return With(row, random, 4, 0, 6);
        yield return With(row, random, 4, 5, 0);
        for (int i = 0; i < 4; i++)
            yield return With(row, random, random.Below(32), random.Below(32), random.Below(32));
    }

    /// <summary>EXT and INS: every legal position and size.</summary>
    private static IEnumerable<CpuCase> FieldCases(InstructionRow row, SeededRandom random)
    {
        for (int position = 0; position < 32; position++)
        {
            for (int size = 1; size <= 32 - position; size++)
            {
                int encoded = row.Name == "ins" ? position + size - 1 : size - 1;
                uint word = row.Match | 4u << 21 | 5u << 16 | (uint)encoded << 11 | (uint)position << 6;
                yield return new CpuCase([word], [(4, uint.MaxValue), (5, 0)]);
                yield return new CpuCase([word], [(4, random.Word()), (5, random.Word())]);
            }
        }
    }

    /// <summary>
    /// Floating point in both register widths. The arithmetic itself is TestRoms/FloatingPoint's business; here it is which
    /// registers are meant.
    /// </summary>
    private static IEnumerable<CpuCase> FloatCases(InstructionRow row, SeededRandom random)
    {
        for (int i = 0; i < 24; i++)
        {
            bool wide = i % 2 == 0;
            uint word = row.Match | random.Word() & ~row.Mask;
            // Half of the words name even registers only, which always hold a double.
            if (i % 4 < 2)
                word &= ~(0x0021_0840u & ~row.Mask);
            if (InstructionSet.Find(word) != row)
                continue;
            for (int j = 0; j < 6; j++)
                yield return new CpuCase([word], FloatValues(row, word, wide, random));
        }
    }

    /// <summary>The control registers that there are (FIR, FCCR, FEXR, FENR, FCSR) and values without the bits that must be zero.</summary>
    private static IEnumerable<CpuCase> ControlCases(InstructionRow row, SeededRandom random)
    {
        foreach ((int register, uint bits) in new[] { (0, 0u), (25, 0xffu), (26, 0x0003_f07cu), (28, 0x0f87u), (31, uint.MaxValue) })
        {
            if (register == 0 && row.Name == "ctc1")
                continue;
            for (int i = 0; i < 60; i++)
                yield return new CpuCase([With(row, random, 0, 4, register)], [(4, random.Word() & bits), (CpuState.Fcsr, random.Word() & 0xff81_f07f)]);
        }
    }

    public static (int, uint)[] FloatValues(InstructionRow row, uint word, bool wide, SeededRandom random)
    {
        const uint ConditionCodes = 0xfe80_0000, Flags = 0x7c, RoundingMode = 3, Enables = 0xf80;
        uint status = ConditionCodes | Flags | RoundingMode | (random.Below(2) == 0 ? Enables : 0);
        var footprint = Footprint.Of(word, wide);
        List<(int, uint)> changes = [(CpuState.WideFloat, wide ? 1u : 0), (CpuState.Fcsr, random.Word() & status)];
        var fields = new Instruction(word);
        foreach (int register in new[] { fields.Rs, fields.Rt, fields.Rd }.Distinct())
        {
            double number = random.Pick(s_numbers);
            ulong bits = row.Name[^2..] switch
            {
                ".s" => BitConverter.SingleToUInt32Bits((float)number) | (ulong)random.Word() << 32,
                ".d" => BitConverter.DoubleToUInt64Bits(number),
                ".w" or ".l" => (ulong)(long)number,
                _ => random.Word() | (ulong)random.Word() << 32,
            };
            int high = wide || row.Name[^2..] is ".s" or ".w" ? CpuState.Float + 2 * register + 1 : CpuState.Float + 2 * (register | 1);
            changes.AddRange([(CpuState.Float + 2 * register, (uint)bits), (high, (uint)(bits >> 32))]);
        }
        foreach (int register in Registers(footprint.Reads))
            changes.Add((register, random.Below(3) == 0 ? 0 : random.Word()));
        return [.. changes];
    }

    /// <summary>A row's pattern with these registers; its other fields are random.</summary>
    public static uint With(InstructionRow row, SeededRandom random, int rs, int rt, int rd)
    {
        uint registers = 0, places = 0;
        foreach ((char letter, int shift, int register) in new[] { ('s', 21, rs), ('t', 16, rt), ('d', 11, rd) })
        {
            if (!row.Pattern.Contains(letter))
                continue;
            registers |= (uint)register << shift;
            places |= 31u << shift;
        }
        return row.Match | (random.Word() & ~places | registers) & ~row.Mask;
    }

    public static IEnumerable<int> Registers(ulong mask) => Enumerable.Range(0, 34).Where(register => (mask >> register & 1) != 0);

    public static uint Boundary(SeededRandom random) => random.Pick(s_boundaries);

    private static (int, uint)[] Values(int[] registers, SeededRandom random, params uint[] values) =>
        [.. registers.Select((register, i) => (register, i < values.Length ? values[i] : Boundary(random)))];
}

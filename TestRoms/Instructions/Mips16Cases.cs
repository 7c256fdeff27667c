using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Instructions;

/// <summary>The cases of MIPS16e put to QEMU: for each row, words of it with the registers that its footprint reads.</summary>
internal static class Mips16Cases
{
    private const uint Page = CpuState.CodePage, Entry = CpuState.Code | 1;

    // sdbbp is taken by QEMU's own debugger.
    private const string LeftOut = "sdbbp";

    /// <summary>The frames that are no instruction.</summary>
    public static IReadOnlyList<string> ReservedFrames { get; } =
        [.. InstructionSet.Mips16Rows.Where(row => row.Name == "reserved" && row.Pattern.Contains("01100100")).Select(NameOf)];

    public static IEnumerable<CpuCaseGroup> Make() =>
        InstructionSet.Mips16Rows.Where(row => row.Name != LeftOut).Select(row => new CpuCaseGroup(NameOf(row), [.. OfRow(row)]));

    /// <summary>What tells a row from others of its name.</summary>
    public static string NameOf(InstructionRow row) => $"mips16 {row.Name} {row.Pattern}";

    private static IEnumerable<CpuCase> OfRow(InstructionRow row)
    {
        SeededRandom random = new(NameOf(row));
        for (int i = 0; i < (row.Has(InstructionFlags.Sensitive) ? 200 : 50); i++)
        {
            uint word = Word(row, random);
            if (InstructionSet.Find(word, Entry) != row || AnnouncesArithmetic(row, word))
                continue;
            if (row.Has(InstructionFlags.RegisterList))
            {
                if (Framed(row, word, random) is { } framed)
                    yield return framed;
                continue;
            }
            word = Aimed(row, word, random);
            if (Footprint.Of(word, wideFloat: true, Entry).Target is { } target && Away((uint)target) != target)
                continue;
            uint[] slot = row.HasDelaySlot ? Slot(random) : [];
            for (int j = 0; j < (row.Has(InstructionFlags.Sensitive) ? 1 : 8); j++)
                yield return new CpuCase([.. Halves(row, word), .. slot], [.. Values(row, word, random)], IsMips16: true);
        }
    }

    /// <summary>A row's pattern with random fields.</summary>
    public static uint Word(InstructionRow row, SeededRandom random) =>
        row.Match | random.Word() & ~row.Mask & uint.MaxValue >> 32 - 8 * row.Bytes;

    private static uint[] Halves(InstructionRow row, uint word) => row.Bytes == 2 ? [word] : [word >> 16, word & 0xffff];

    // The codes with which BREAK says what it found: QEMU's kernel makes other signals of them.
    private static bool AnnouncesArithmetic(InstructionRow row, uint word) => row.Name == "break" && row.FieldsOf(word).Code is 6 or 7;

    private static IEnumerable<(int, uint)> Values(InstructionRow row, uint word, SeededRandom random)
    {
        var footprint = Footprint.Of(word, wideFloat: true, Entry);
        Instruction fields = row.FieldsOf(word);
        bool accesses = row.Has(InstructionFlags.Load | InstructionFlags.Store);
        if (accesses)
        {
            foreach ((int, uint) change in MemoryCases.Memory(random))
                yield return change;
        }
        foreach (int register in CpuCases.Registers(footprint.Reads))
        {
            uint value = random.Below(4) == 0 ? 0 : random.Below(2) == 0 ? random.Word() : CpuCases.Boundary(random);
            // Half words, or words: qemu-mipsel has no answer to what is neither.
            if (footprint.IsIndirect)
                value = Away(Page + (random.Below(2) == 0 ? (uint)random.Below(2048) << 1 | 1 : (uint)random.Below(1024) << 2));
            else if (accesses && register == fields.Rs)
                value = (random.Below(4) == 0 ? CpuState.Unmapped : CpuState.MemoryAddress) + (uint)random.Below(24) - (uint)fields.Immediate;
            yield return (register, value);
        }
    }

    // Not back to the case itself.
    private static uint Away(uint target) => (target & ~7u) == CpuState.Code ? target + 0x100 : target;

    // Where a branch leads there is a page of BREAK; what is loaded from near the program counter lies there too.
    private static uint Aimed(InstructionRow row, uint word, SeededRandom random)
    {
        if (row.Name is "jal" or "jalx")
        {
            uint index = Page + 4 * (uint)random.Below(1024) >> 2 & 0x03ff_ffff;
            return row.Match | (index >> 16 & 31) << 21 | (index >> 21 & 31) << 16 | index & 0xffff;
        }
        bool leads = row.Has(InstructionFlags.Branch) || row.Operands.Contains(OperandForm.PcOffset);
        if (!leads || !row.Pattern.Contains('m'))
            return word;
        uint distance = (uint)(random.Below(1000) - 500);
        return row.Match | word & ~row.Mask & 0x0000_0700 | (distance >> 5 & 63) << 21 | (distance >> 11 & 31) << 16 | distance & 31;
    }

    private static uint[] Slot(SeededRandom random) => random.Below(6) switch
    {
        0 => [0x4c01],         // addiu $4, 1
        1 => [0x673f],         // move $17, $31
        2 => [0x0a04],         // addiu $2, $pc, 16
        3 => [0x9a60],         // lw $3, 0($2)
        4 => [0xe805],         // break
        _ => [0x6500],         // nop
    };

    /// <summary>
    /// A frame in the memory that is looked at, and some below it that is written before it is read; or one where no
    /// memory is, or none that is aligned.
    /// </summary>
    private static CpuCase? Framed(InstructionRow row, uint word, SeededRandom random)
    {
        Instruction fields = row.FieldsOf(word);
        uint frame = (uint)fields.FrameBytes;
        uint end = CpuState.MemoryAddress + 4 * CpuState.MemoryWords - 16;
        bool isSave = row.Name == "save";
        if (!isSave && fields.Saved.Below.Length > CpuState.MemoryWords - 4)
            return null;
        uint stack = random.Below(6) switch { 0 => CpuState.Unmapped, 1 => end + 2, _ => end };
        List<(int, uint)> changes = [.. MemoryCases.Memory(random), (29, isSave ? stack : stack - frame)];
        foreach (int register in CpuCases.Registers(Footprint.Of(word, wideFloat: true, Entry).Reads).Where(register => register != 29))
            changes.Add((register, random.Word()));
        // What was saved is read again.
        uint[] restored = isSave ? [.. Halves(row, word & ~0x80u)] : [];
        return new CpuCase([.. Halves(row, word), .. restored], [.. changes], IsMips16: true);
    }
}

using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Instructions;

/// <summary>Loads and stores at every alignment, and where nothing is mapped.</summary>
internal static class MemoryCases
{
    private static readonly int[] s_offsets = [0, 4, -1, 0x7fff, -0x8000];

    public static IEnumerable<CpuCase> Make(InstructionRow row, SeededRandom random)
    {
        bool indexed = row.Operands.Contains(OperandForm.Indexed);
        foreach (int offset in indexed ? [0, 0x10, 0x7ff0_0000] : s_offsets)
        {
            for (uint lane = 0; lane < 16; lane++)
                yield return Access(row, random, offset, CpuState.MemoryAddress + 8 + lane, 4 + random.Below(4), 8 + random.Below(4));
        }
        // The base is the register that is loaded or stored; register 0; no memory.
        for (uint lane = 0; lane < 8; lane++)
            yield return Access(row, random, 4, CpuState.MemoryAddress + 8 + lane, 4, 4);
        for (uint lane = 0; lane < 8; lane++)
            yield return Access(row, random, 4, CpuState.MemoryAddress + 8 + lane, 4, 0);
        for (uint lane = 0; lane < 8; lane++)
            yield return Access(row, random, 4, CpuState.Unmapped + lane, 4, 5);
    }

    private static CpuCase Access(InstructionRow row, SeededRandom random, int offset, uint address, int rs, int rt)
    {
        bool indexed = row.Operands.Contains(OperandForm.Indexed);
        uint word = CpuCases.With(row, random, rs, rt, 6 + random.Below(20));
        bool wide = random.Below(2) == 0;
        if (!indexed)
            word = word & 0xffff_0000 | (ushort)offset;
        List<(int, uint)> changes = [.. Memory(random), (CpuState.WideFloat, wide ? 1u : 0)];
        foreach (int register in CpuCases.Registers(Footprint.Of(word, wide).Reads))
            changes.Add((register, CpuCases.Boundary(random)));
        if (indexed)
            changes.Add((rt, (uint)offset));
        uint index = indexed && rt == 0 ? 0 : (uint)offset;
        changes.Add((rs, indexed && rs == rt ? address >> 1 : address - index));
        return new CpuCase([word], [.. changes.Where(change => change.Item1 != 0 || change == (CpuState.WideFloat, wide ? 1u : 0))]);
    }

    /// <summary>Memory with bytes and halves of either sign.</summary>
    public static IEnumerable<(int, uint)> Memory(SeededRandom random) =>
        Enumerable.Range(CpuState.Memory, CpuState.MemoryWords).Select(index => (index, random.Below(4) == 0 ? CpuCases.Boundary(random) : random.Word()));
}

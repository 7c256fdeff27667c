using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Instructions;

/// <summary>Branches and jumps with their delay slots, taken and not taken, forwards and back.</summary>
internal static class BranchCases
{
    private const int WordsAround = 500;

    public static IEnumerable<CpuCase> Make(InstructionRow row, SeededRandom random)
    {
        for (int i = 0; i < 120; i++)
        {
            int rs = 1 + random.Below(30), rt = 1 + random.Below(30), rd = 1 + random.Below(31);
            if (rd == rs)
                continue; // A call that keeps its return address in the register it jumps through cannot be restarted.
            uint word = Aim(row, CpuCases.With(row, random, rs, rt, rd), random);
            if (InstructionSet.Find(word) != row)
                continue;
            yield return new CpuCase([word, Slot(random, rs)], Values(row, word, random));
        }
    }

    /// <summary>A branch to some word of the code page, though not to itself.</summary>
    public static uint Aim(InstructionRow row, uint word, SeededRandom random)
    {
        int distance = random.Below(2 * WordsAround) - WordsAround;
        if (distance == -1)
            distance = 1;
        if (row.Pattern.Contains('j'))
            return row.Match | CpuState.Code + 4 + (uint)(4 * distance) >> 2 & 0x03ff_ffff;
        return row.Pattern.Contains('i') ? word & 0xffff_0000 | (ushort)distance : word;
    }

    public static (int, uint)[] Values(InstructionRow row, uint word, SeededRandom random)
    {
        var fields = new Instruction(word);
        if (Footprint.Of(word, true).IsIndirect)
            return [(fields.Rs, CpuState.Code + 8 + 4 * (uint)random.Below(WordsAround))];
        if (row.Has(InstructionFlags.Float))
            return CpuCases.FloatValues(row, word, true, random);
        // Equal registers, or whatever comes; often 0, which the others are compared with.
        uint value = random.Below(3) == 0 ? 0 : CpuCases.Boundary(random);
        bool equal = random.Below(2) == 0;
        return [.. CpuCases.Registers(Footprint.Of(word, true).Reads).Select(register => (register, equal ? value : CpuCases.Boundary(random)))];
    }

    // What the slot does to the branch's own registers comes too late for it; a return address is there in time.
    private static uint Slot(SeededRandom random, int rs) => random.Below(4) switch
    {
        0 => 0x2400_0001 | (uint)rs << 21 | (uint)rs << 16, // addiu rs, rs, 1
        1 => 0x03e0_0021 | 9u << 11,                        // addu $t1, $ra, $zero
        2 => 0x2529_0001,                                   // addiu $t1, $t1, 1
        _ => 0,                                             // nop
    };
}

using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Instructions;

/// <summary>Exceptions in delay slots: the branch is where execution would resume, and it has had no effect but its link.</summary>
internal static class DelaySlotCases
{
    private static readonly uint[] s_slots =
    [
        0x0000_0034, // teq $zero, $zero
        0x0000_0036, // tne $zero, $zero
        0x0108_4820, // add $t1, $t0, $t0
        0x8d09_0000, // lw $t1, 0($t0)
        0xad09_0000, // sw $t1, 0($t0)
        0x0000_000d, // break
        0x4009_6000, // mfc0 $t1, $12
        0x4200_0018, // eret
        0x7c00_003f, // reserved
        0x1000_0010, // b
        0x03e0_0008, // jr $ra
        0x5000_0010, // beql $zero, $zero
        0x0800_0010, // j
    ];

    public static IEnumerable<CpuCase> Make()
    {
        SeededRandom random = new("delay slots");
        foreach (InstructionRow row in InstructionSet.Rows.Where(row => row.Has(InstructionFlags.Branch) && !CpuCases.LeftOut.ContainsKey(row.Name)))
        {
            foreach (uint slot in s_slots)
            {
                for (int i = 0; i < 2; i++)
                {
                    uint word = BranchCases.Aim(row, CpuCases.With(row, random, 4, 5, 31), random);
                    if (InstructionSet.Find(word) != row)
                        continue;
                    uint t0 = random.Pick<uint>([CpuState.MemoryAddress, CpuState.MemoryAddress + 1, CpuState.Unmapped, 0x7fff_ffff]);
                    yield return new CpuCase([word, slot], [.. BranchCases.Values(row, word, random), (8, t0)]);
                }
            }
        }
    }
}

namespace Dbt.TestRoms.Instructions;

/// <summary>LL and SC, which mean something only together.</summary>
internal static class LinkedCases
{
    public const uint Elsewhere = 0xe086_0004;         // sc $a2, 4($a0)
    private const uint LoadLinked = 0xc085_0000;       // ll $a1, 0($a0)
    private const uint StoreConditional = 0xe086_0000; // sc $a2, 0($a0)
    private const uint Between = 0x24a6_0001;          // addiu $a2, $a1, 1

    public static IEnumerable<CpuCase> Make()
    {
        SeededRandom random = new("linked");
        uint[][] sequences =
        [
            [LoadLinked, StoreConditional],
            [LoadLinked, Between, StoreConditional],
            [LoadLinked, Elsewhere],
            [LoadLinked, StoreConditional, StoreConditional],
            [LoadLinked, Elsewhere, StoreConditional],
            [LoadLinked, LoadLinked, StoreConditional],
        ];
        foreach (uint[] sequence in sequences)
        {
            foreach (uint lane in new uint[] { 0, 4, 8, 1, 2, 3 })
            {
                for (int i = 0; i < 4; i++)
                    yield return new CpuCase(sequence, [.. MemoryCases.Memory(random), (4, CpuState.MemoryAddress + lane), (6, random.Word())]);
            }
        }
    }
}

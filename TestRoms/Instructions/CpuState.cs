namespace Dbt.TestRoms.Instructions;

/// <summary>A processor's state as TestRoms/oracle/cpu numbers its words, and where its code and memory lie.</summary>
internal static class CpuState
{
    public const int WideFloat = 0;
    public const int Hi = 32;
    public const int Lo = 33;
    public const int Fcsr = 34;
    public const int Float = 36;
    public const int Memory = 100;
    public const int MemoryWords = 8;
    public const int Words = Memory + MemoryWords;

    public const uint CodePage = 0x2000_0000;
    public const uint Code = CodePage + 0x800;
    public const uint MemoryAddress = 0x3000_0800;
    public const uint Unmapped = 0x5000_0000;
    public const uint Break = 0x0000_000d;
    public const uint Mips16Breaks = 0xe805_e805;

    /// <summary>The state that all cases start from: no two registers alike.</summary>
    public static uint[] Baseline { get; } = MakeBaseline();

    public static string Name(int index) => index switch
    {
        WideFloat => "FR",
        < 32 => Translator.Disassembler.RegisterName(index),
        Hi => "HI",
        Lo => "LO",
        Fcsr => "FCSR",
        < Memory => $"$f{(index - Float) / 2}{((index & 1) == 0 ? "" : " high")}",
        _ => $"[{MemoryAddress + 4 * (index - Memory):x}]",
    };

    private static uint[] MakeBaseline()
    {
        SeededRandom random = new("baseline");
        uint[] state = [.. Enumerable.Range(0, Words).Select(_ => random.Word())];
        state[WideFloat] = 1;
        state[Fcsr] = 0;
        state[Fcsr + 1] = 0;
        return state;
    }
}

namespace Dbt.Translator.Instructions;

/// <summary>The instruction tables for those who ask what an instruction is, not what it computes.</summary>
/// <remarks>
/// Bit 0 of an instruction's address says which set it belongs to, as it does to the processor: 1 for MIPS16e, whose
/// instructions are given as their half word, or as two of which the first is the upper half.
/// </remarks>
public static class InstructionSet
{
    private static readonly InstructionRow<Recorder>[] s_rows = InstructionTable<Recorder, Unknown>.Rows;

    /// <summary>The rows of words, in the order of <see cref="InstructionTable{P, V}"/>.</summary>
    public static IReadOnlyList<InstructionRow> Rows => s_rows;

    /// <summary>The rows of MIPS16e.</summary>
    public static IReadOnlyList<InstructionRow> Mips16Rows => InstructionTable<Recorder, Unknown>.Mips16.Rows;

    /// <summary>All rows: the index of a row here names its instruction everywhere.</summary>
    public static IReadOnlyList<InstructionRow> AllRows => HalfWords.RowsBesideWords;

    /// <summary>Finds the row of a word.</summary>
    public static Decoder Decoder { get; } = new(s_rows);

    /// <summary>Finds the row of an instruction of MIPS16e.</summary>
    public static Mips16Decoder Mips16Decoder => HalfWords.Decoder;

    /// <summary>The row of an index.</summary>
    public static InstructionRow RowAt(int index) => InstructionTable<Recorder, Unknown>.RowAt(index);

    /// <summary>The row that <paramref name="word"/> belongs to.</summary>
    public static InstructionRow Find(uint word) => s_rows[Decoder.Find(word)];

    /// <summary>The row that the instruction <paramref name="word"/> at an address belongs to.</summary>
    public static InstructionRow Find(uint word, ulong address) => RowAt(IndexOf(word, address));

    /// <summary>The index of the row that the instruction <paramref name="word"/> at an address belongs to.</summary>
    public static int IndexOf(uint word, ulong address) =>
        IsMips16(address) ? Mips16Decoder.Find(word) : Decoder.Find(word);

    /// <summary>How long the instruction <paramref name="word"/> at an address is in memory.</summary>
    public static int BytesOf(uint word, ulong address) => IsMips16(address) && word <= ushort.MaxValue ? 2 : 4;

    /// <summary>Whether an address is one of MIPS16e.</summary>
    public static bool IsMips16(ulong address) => (address & 1) != 0;

    /// <summary>
    /// Why the sensitive instruction <paramref name="word"/> leaves the engine; <see cref="ExitReason.None"/> for any
    /// other.
    /// </summary>
    public static ExitReason ExitOf(uint word) =>
        Find(word).Has(InstructionFlags.Sensitive) ? Footprint.Of(word, wideFloat: false).Exit : ExitReason.None;

    internal static Meaning<Recorder> Meaning(int row) => InstructionTable<Recorder, Unknown>.RowAt(row).Meaning;

    // Made when the first half word is met: most guests have none.
    private static class HalfWords
    {
        public static readonly Mips16Decoder Decoder = new(Mips16Rows, s_rows.Length);

        public static readonly InstructionRow[] RowsBesideWords = [.. s_rows, .. Mips16Rows];
    }
}

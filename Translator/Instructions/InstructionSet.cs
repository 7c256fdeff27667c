namespace Dbt.Translator.Instructions;

/// <summary>The instruction table for those who ask what an instruction is, not what it computes.</summary>
public static class InstructionSet
{
    private static readonly InstructionRow<Recorder>[] s_rows = InstructionTable<Recorder, Unknown>.Rows;

    /// <summary>All rows, in the order of <see cref="InstructionTable{P, V}"/>.</summary>
    public static IReadOnlyList<InstructionRow> Rows => s_rows;

    /// <summary>Finds the row of a word.</summary>
    public static Decoder Decoder { get; } = new(s_rows);

    /// <summary>The row that <paramref name="word"/> belongs to.</summary>
    public static InstructionRow Find(uint word) => s_rows[Decoder.Find(word)];

    /// <summary>
    /// Why the sensitive instruction <paramref name="word"/> leaves the engine; <see cref="ExitReason.None"/> for any
    /// other.
    /// </summary>
    public static ExitReason ExitOf(uint word) =>
        Find(word).Has(InstructionFlags.Sensitive) ? Footprint.Of(word, wideFloat: false).Exit : ExitReason.None;

    internal static Meaning<Recorder> Meaning(uint word) => s_rows[Decoder.Find(word)].Meaning;
}

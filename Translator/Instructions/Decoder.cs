namespace Dbt.Translator.Instructions;

/// <summary>
/// Finds the row of an instruction word. Built from the table's patterns; the same for every processor type.
/// </summary>
public sealed class Decoder
{
    // Two fields tell most instructions apart: the opcode (bits 31–26) and the function (bits 5–0).
    private readonly ushort[][] _buckets = new ushort[64 * 64][];
    private readonly uint[] _masks;
    private readonly uint[] _matches;

    /// <summary>Builds a decoder for <paramref name="rows"/>; it answers with indexes into them.</summary>
    public Decoder(IReadOnlyList<InstructionRow> rows)
    {
        _masks = [.. rows.Select(row => row.Mask)];
        _matches = [.. rows.Select(row => row.Match)];
        Reserved = RowOfAnyWord(rows, isFloat: false);
        FloatUnusable = RowOfAnyWord(rows, isFloat: true);
        ushort[] specificFirst = [.. Enumerable.Range(0, rows.Count)
            .Where(row => row != FloatUnusable)
            .OrderByDescending(row => uint.PopCount(_masks[row]))
            .Select(row => (ushort)row)];
        for (uint bucket = 0; bucket < _buckets.Length; bucket++)
        {
            uint word = bucket >> 6 << 26 | bucket & 63;
            const uint Told = 0xfc00_003f;
            _buckets[bucket] = [.. specificFirst.Where(row => ((word ^ _matches[row]) & _masks[row] & Told) == 0)];
        }
    }

    /// <summary>The row that answers words that are no instruction.</summary>
    public int Reserved { get; }

    /// <summary>The row that stands for any floating-point instruction while coprocessor 1 is disabled.</summary>
    public int FloatUnusable { get; }

    /// <summary>The index of the row that <paramref name="word"/> belongs to.</summary>
    public int Find(uint word)
    {
        foreach (ushort row in _buckets[word >> 26 << 6 | word & 63])
        {
            if ((word & _masks[row]) == _matches[row])
                return row;
        }
        return Reserved;
    }

    // Two rows fix no bit: one answers what is no instruction, the other floating point that may not be used.
    private static int RowOfAnyWord(IReadOnlyList<InstructionRow> rows, bool isFloat) =>
        Enumerable.Range(0, rows.Count)
            .Single(row => rows[row].Mask == 0 && rows[row].Has(InstructionFlags.Float) == isFloat);
}

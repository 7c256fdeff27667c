namespace Dbt.Translator.Instructions;

/// <summary>Finds the row of an instruction word. Built from the table's patterns; the same for every processor type.</summary>
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
        Reserved = IndexOf(rows, "reserved");
        FloatUnusable = IndexOf(rows, "cop1-unusable");
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

    private static int IndexOf(IReadOnlyList<InstructionRow> rows, string name)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows[row].Name == name)
                return row;
        }
        throw new ArgumentException($"the instruction table has no row '{name}'", nameof(rows));
    }
}

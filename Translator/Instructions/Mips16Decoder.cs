namespace Dbt.Translator.Instructions;

/// <summary>
/// Finds the row of a MIPS16e instruction, which is one half word, or two of which the first says so.
/// </summary>
public sealed class Mips16Decoder
{
    private const uint Extend = 0b11110, JumpAndLink = 0b00011;

    private readonly IReadOnlyList<InstructionRow> _rows;
    private readonly int _first;

    // By length, and by the five bits that tell most instructions of it apart.
    private readonly ushort[][] _short = new ushort[32][], _long = new ushort[64][];

    /// <summary>Builds a decoder for <paramref name="rows"/>.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="first">The index that names the first of them.</param>
    public Mips16Decoder(IReadOnlyList<InstructionRow> rows, int first)
    {
        (_rows, _first) = (rows, first);
        ushort[] specificFirst = [.. Enumerable.Range(0, rows.Count)
            .OrderByDescending(row => uint.PopCount(rows[row].Mask)).Select(row => (ushort)row)];
        for (uint bucket = 0; bucket < 32; bucket++)
            _short[bucket] = [.. specificFirst.Where(row => rows[row].Bytes == 2 && MayBe(row, bucket << 11))];
        for (uint bucket = 0; bucket < 64; bucket++)
        {
            // JAL and JALX, and what is extended.
            uint code = bucket < 32 ? JumpAndLink << 27 | bucket << 11 : Extend << 27 | bucket << 11 & 0xf800;
            _long[bucket] = [.. specificFirst.Where(row => rows[row].Bytes == 4 && MayBe(row, code, Extend))];
        }

        bool MayBe(ushort row, uint code, uint prefix = 0) =>
            ((code ^ rows[row].Match) & rows[row].Mask & (prefix << 27 | 0xf800)) == 0;
    }

    /// <summary>Whether an instruction that begins with a half word has another.</summary>
    public static bool IsLong(uint half) => half >> 11 is Extend or JumpAndLink;

    /// <summary>The index of the row that <paramref name="code"/> belongs to.</summary>
    /// <param name="code">A half word; or two, of which the first is the upper half.</param>
    public int Find(uint code)
    {
        uint told = code >> 11 & 31;
        bool isLong = code > ushort.MaxValue;
        foreach (ushort row in isLong ? _long[code >> 27 == Extend ? 32 + told : told] : _short[told])
        {
            if ((code & _rows[row].Mask) == _rows[row].Match)
                return _first + row;
        }
        throw new InvalidOperationException($"no row of MIPS16e answers {code:x}");
    }
}

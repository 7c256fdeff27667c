using System.Text;
using Dbt.Runtime.Memory;

namespace Dbt.Tool.Offline;

/// <summary>
/// Finds the symbols that a Linux kernel keeps of itself in its own memory (kallsyms, as 4.6 to 6.x lay it out):
/// offsets from a base, the base, the number of symbols, their names as tokens, an offset for every 256th name, and
/// what each of 256 tokens stands for. What is found has been checked in all its parts, so that nothing else passes for
/// it.
/// </summary>
internal sealed class KallsymsTable
{
    private const int Fewest = 64, Most = 1 << 20, MarkerInterval = 256, Tokens = 256;

    private readonly byte[] _memory;
    private readonly uint _start;
    private readonly ByteOrder _order;

    private KallsymsTable(byte[] memory, uint start, ByteOrder order) =>
        (_memory, _start, _order) = (memory, start, order);

    /// <summary>The symbols, by address; null where there is no such table.</summary>
    /// <param name="memory">The kernel's memory, a multiple of 4 bytes.</param>
    /// <param name="start">The virtual address of its first byte.</param>
    /// <param name="order">Its byte order.</param>
    public static IReadOnlyList<KernelSymbol>? Find(byte[] memory, uint start, ByteOrder order) =>
        FindAll(memory, start, order).FirstOrDefault();

    /// <summary>
    /// The symbols of each table, where there are several: a kernel that has moved may have left the one that it came
    /// with.
    /// </summary>
    /// <param name="memory">The memory, a multiple of 4 bytes.</param>
    /// <param name="start">The virtual address of its first byte.</param>
    /// <param name="order">Its byte order.</param>
    public static IEnumerable<IReadOnlyList<KernelSymbol>> FindAll(byte[] memory, uint start, ByteOrder order)
    {
        KallsymsTable table = new(memory, start, order);
        for (int at = sizeof(uint) * Fewest; at + sizeof(uint) <= memory.Length; at += sizeof(uint))
        {
            if (table.SymbolsAt(at) is { } symbols)
                yield return symbols;
        }
    }

    // If the number of symbols is at this place, everything else must be around it.
    private List<KernelSymbol>? SymbolsAt(int at)
    {
        uint count = Word(at), origin = Word(at - sizeof(uint));
        int offsets = at - sizeof(uint) - sizeof(uint) * (int)Math.Min(count, Most);
        if (count is < Fewest or > Most || origin - _start >= (uint)_memory.Length || offsets < 0)
            return null;
        uint Place(int symbol) => Word(offsets + sizeof(uint) * symbol);
        for (int i = 1; i < (int)count; i++)
        {
            if (Place(i) < Place(i - 1))
                return null;
        }
        if (FindNames(at + sizeof(uint), (int)count, out int end) is not { } names
            || FindTokens(end, (int)count) is not { } tokens)
            return null;
        List<KernelSymbol> symbols = new((int)count);
        for (int i = 0; i < names.Count; i++)
        {
            string name =
                string.Concat(_memory.AsSpan(names[i].At, names[i].Length).ToArray().Select(token => tokens[token]));
            if (name.Length < 2 || !char.IsAsciiLetter(name[0]))
                return null;
            symbols.Add(new KernelSymbol(origin + Place(i), name[0], name[1..]));
        }
        return symbols;
    }

    /// <summary>Where the names' tokens are, and what is behind the markers that must follow them.</summary>
    private List<(int At, int Length)>? FindNames(int at, int count, out int end)
    {
        List<(int At, int Length)> names = new(count);
        List<uint> markers = [];
        int first = end = at;
        for (int i = 0; i < count; i++)
        {
            if (i % MarkerInterval == 0)
                markers.Add((uint)(at - first));
            if (at + 2 > _memory.Length)
                return null;
            int length = _memory[at++];
            if (length >= 0x80)
                length = length & 0x7f | _memory[at++] << 7;
            if (length == 0 || at + length > _memory.Length)
                return null;
            names.Add((at, length));
            at += length;
        }
        at = Aligned(at);
        foreach (uint marker in markers)
        {
            if (at + sizeof(uint) > _memory.Length || Word(at) != marker)
                return null;
            at += sizeof(uint);
        }
        end = at;
        return names;
    }

    // From 6.2 on, three bytes a symbol with their order by name lie between.
    private string[]? FindTokens(int at, int count) => TokensAt(at) ?? TokensAt(Aligned(at + 3 * count));

    private string[]? TokensAt(int at)
    {
        string[] tokens = new string[Tokens];
        int[] offsets = new int[Tokens];
        int first = at;
        for (int i = 0; i < Tokens; i++)
        {
            int length = at < _memory.Length ? _memory.AsSpan(at).IndexOf((byte)0) : -1;
            if (length < 0)
                return null;
            (tokens[i], offsets[i]) = (Encoding.Latin1.GetString(_memory, at, length), at - first);
            at += length + 1;
        }
        at = Aligned(at);
        for (int i = 0; i < Tokens; i++, at += sizeof(ushort))
        {
            if (at + sizeof(ushort) > _memory.Length || _order.Half(_memory.AsSpan(at)) != offsets[i])
                return null;
        }
        return tokens;
    }

    private static int Aligned(int at) => at + 3 & ~3;

    private uint Word(int at) => _order.Word(_memory.AsSpan(at));
}

using Dbt.Runtime.Memory;

namespace Dbt.Tool.Offline;

/// <summary>The symbols that a Linux kernel has of itself, stripped or not.</summary>
internal sealed class KernelSymbols
{
    private static readonly (string First, string Behind)[] s_code =
        [("_stext", "_etext"), ("_sinittext", "_einittext")];

    private KernelSymbols(IReadOnlyList<KernelSymbol> all)
    {
        All = all;
        Dictionary<string, uint> named = [];
        foreach (KernelSymbol symbol in all)
            named.TryAdd(symbol.Name, symbol.Address);
        Code = [.. from part in s_code
                   where named.ContainsKey(part.First) && named.ContainsKey(part.Behind)
                       && named[part.First] < named[part.Behind]
                   select (named[part.First], named[part.Behind])];
    }

    /// <summary>The symbols, by address.</summary>
    public IReadOnlyList<KernelSymbol> All { get; }

    /// <summary>Where the kernel's code is.</summary>
    public IReadOnlyList<(uint Start, uint End)> Code { get; }

    /// <summary>Finds them in a kernel's memory; null where there are none.</summary>
    /// <param name="memory">The memory, a multiple of 4 bytes.</param>
    /// <param name="start">The virtual address of its first byte.</param>
    /// <param name="order">Its byte order.</param>
    public static KernelSymbols? Find(byte[] memory, uint start, ByteOrder order) =>
        KallsymsTable.Find(memory, start, order) is { } all ? new KernelSymbols(all) : null;

    /// <summary>Finds those that name the most of some addresses; null where there are none.</summary>
    /// <param name="memory">The memory, a multiple of 4 bytes.</param>
    /// <param name="start">The virtual address of its first byte.</param>
    /// <param name="order">Its byte order.</param>
    /// <param name="addresses">What has been executed.</param>
    public static KernelSymbols? Find(
        byte[] memory, uint start, ByteOrder order, IReadOnlyCollection<uint> addresses) =>
        KallsymsTable.FindAll(memory, start, order).Select(all => new KernelSymbols(all))
            .MaxBy(symbols => addresses.Count(symbols.IsCode));

    /// <summary>Whether an address is in the kernel's code.</summary>
    public bool IsCode(uint address) => Code.Any(part => address >= part.Start && address < part.End);

    /// <summary>
    /// The symbol at or before an address of the kernel's code, and how far behind it; null elsewhere.
    /// </summary>
    public string? At(uint pc)
    {
        if (!IsCode(pc))
            return null;
        KernelSymbol symbol = All.Last(symbol => symbol.Address <= pc);
        return $"{symbol.Name}+0x{pc - symbol.Address:x}";
    }
}

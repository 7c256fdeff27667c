using System.Runtime.InteropServices;
using Dbt.Runtime.Persistence;

namespace Dbt.Runtime.State;

/// <summary>A piece of a machine's state.</summary>
/// <param name="Path">Its name behind those of the parts it is in.</param>
/// <param name="Bytes">How many bytes it has.</param>
/// <param name="Value">The number, if it has at most eight; else a checksum.</param>
public readonly record struct StateItem(string Path, int Bytes, ulong Value);

/// <summary>Lists a machine's state, to be compared with another's.</summary>
public sealed class StateLister : StateWalk
{
    private readonly Dictionary<string, StateItem> _items = [];

    /// <summary>All that <paramref name="part"/> holds, by path.</summary>
    public static IReadOnlyDictionary<string, StateItem> Of(IHasState part)
    {
        var lister = new StateLister();
        part.Walk(lister);
        return lister._items;
    }

    /// <inheritdoc/>
    public override bool IsReading => false;

    /// <inheritdoc/>
    protected override void Item(string name, int size, Span<byte> bytes)
    {
        ulong value = 0;
        if (bytes.Length > sizeof(ulong))
            value = Checksum.Of(bytes);
        else
            bytes.CopyTo(MemoryMarshal.AsBytes(new Span<ulong>(ref value)));
        // Two pieces of one name could not be told apart.
        _items.Add(PathOf(name), new StateItem(PathOf(name), bytes.Length, value));
    }

    /// <inheritdoc/>
    protected override void Begin(string name) { }

    /// <inheritdoc/>
    protected override void End(string name) { }
}

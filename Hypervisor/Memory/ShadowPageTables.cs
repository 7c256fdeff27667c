using System.Numerics;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// Shadow page tables (VMware): what the guest's TLB does not translate is looked up in the guest's page tables, and
/// the pages that these are in are traced. A store to a word of them drops what was made of it at once, so that the
/// shadow never says what the tables no longer do.
/// </summary>
public sealed class ShadowPageTables : IHasState
{
    private const int WordShift = ShadowTlb.PageShift - 2;

    private readonly RefillHandler _handler;
    private readonly MemoryTrace _trace;
    private readonly SecondLevelTlb _second;

    // How many words of each frame something kept was made from.
    private readonly int[] _uses;

    // The frames that are traced for this, not for somebody else.
    private readonly bool[] _watched;

    /// <summary>Starts without any.</summary>
    /// <param name="handler">Knows the tables.</param>
    /// <param name="trace">Watches them.</param>
    /// <param name="second">Keeps what was made of them, under the rules for what the guest's own TLB lost.</param>
    /// <param name="frames">Frames of memory.</param>
    public ShadowPageTables(RefillHandler handler, MemoryTrace trace, SecondLevelTlb second, int frames)
    {
        (_handler, _trace, _second, _uses, _watched) = (handler, trace, second, new int[frames], new bool[frames]);
        second.SourceReleased += word => _uses[word >> WordShift]--;
        trace.Written += Written;
    }

    /// <summary>Translations made from the guest's page tables.</summary>
    public long Walks { get; private set; }

    /// <summary>Translations dropped because a word they were made from was stored to.</summary>
    public long Dropped { get; private set; }

    /// <summary>Looks an address up in the guest's page tables.</summary>
    /// <param name="address">The virtual address.</param>
    /// <param name="asid">Its address space.</param>
    /// <param name="store">Whether it is to be stored to.</param>
    /// <param name="homes">The indexes that TLBWR may write now, a bit for each.</param>
    /// <param name="entry">The entry that its handler would have written, if that allows the access; it is kept from
    /// now on.</param>
    public bool TryWalk(uint address, int asid, bool store, ulong homes, out TlbEntry entry)
    {
        entry = default;
        // A TLBWR that has no choice is one that the guest knows too much of.
        if (BitOperations.IsPow2(homes) || !_handler.TryAsk(address, asid, out entry) || entry.PageMask != 0)
            return false;
        uint half = entry.Half(address);
        if (!TlbEntry.IsValid(half) || store && !TlbEntry.IsDirty(half))
            return false;
        foreach (uint word in _handler.Sources)
        {
            int frame = (int)(word >> WordShift);
            _uses[frame]++;
            if (_trace.IsTraced(frame))
                continue;
            _trace.Add(frame);
            _watched[frame] = true;
        }
        _second.Add(entry, homes, _handler.Sources);
        Walks++;
        return true;
    }

    /// <summary>A frame's contents are gone without a store.</summary>
    public void Emptied(int frame)
    {
        if (_trace.IsTraced(frame))
            Drop((uint)frame << WordShift, ((uint)frame + 1 << WordShift) - 1, frame);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        Table[] tables = walk.Sequence<Table>("tables", [.. Tables()]);
        Walks = walk.Value("walks", Walks);
        Dropped = walk.Value("dropped", Dropped);
        if (!walk.IsReading)
            return;
        Array.Clear(_uses);
        Array.Clear(_watched);
        foreach (Table table in tables)
            (_uses[table.Frame], _watched[table.Frame]) = (table.Uses, table.IsWatched);
    }

    private void Written(TracedWrite write)
    {
        uint first = (uint)write.Frame << WordShift | (uint)write.Offset >> 2;
        Drop(first, first + ((uint)write.Size - 1 >> 2), write.Frame);
    }

    private void Drop(uint first, uint last, int frame)
    {
        Dropped += _second.DropMadeFrom(first, last);
        // Pages come and go as tables: what nothing is made from need not be watched.
        if (_uses[frame] > 0 || !_watched[frame])
            return;
        _trace.Remove(frame);
        _watched[frame] = false;
    }

    private IEnumerable<Table> Tables() =>
        from frame in Enumerable.Range(0, _uses.Length)
        where _uses[frame] != 0 || _watched[frame]
        select new Table(frame, _uses[frame], _watched[frame]);

    private readonly record struct Table(int Frame, int Uses, bool IsWatched);
}

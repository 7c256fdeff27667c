using System.Numerics;
using System.Runtime.InteropServices;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// A second-level TLB (Bugnion et al., "Disco"): keeps what TLBWR pushed out of the guest's own, so that a miss there
/// needs no refill exception. The guest cannot tell: TLBWR replaces an entry of which the guest does not know the
/// index, so for all it knows the old one is still there. Each entry has a set of indexes where the guest may believe
/// it to be; an instruction that shows the guest what is at an index, or puts something else there, takes that index
/// out of all other sets, and an entry whose set is empty is dropped.
/// </summary>
/// <remarks>Entries of pages of 4 KB are kept, larger ones are not.</remarks>
public sealed class SecondLevelTlb : IHasState
{
    /// <summary>The most entries there can be: looking for one is a search through all.</summary>
    public const int MostEntries = 4096;

    // A key is EntryHi, with the ASID replaced where the entry is global. Bits 8 to 12 of EntryHi are zero.
    private const uint Global = 1 << 8, Vpn2 = ~0x1fffu;

    private const uint NoSource = uint.MaxValue;

    private readonly uint[] _keys;
    private readonly TlbEntry[] _entries;
    private readonly ulong[] _homes;
    private readonly ulong[] _firstLevelHomes;
    private readonly uint[] _sources;
    private readonly Action<TlbEntry> _dropped;
    private int _next;

    /// <summary>An empty one.</summary>
    /// <param name="entries">How many it keeps, at most <see cref="MostEntries"/>.</param>
    /// <param name="firstLevel">Entries of the guest's TLB, at most 64.</param>
    /// <param name="dropped">Called with an entry that is kept no longer.</param>
    public SecondLevelTlb(int entries, int firstLevel, Action<TlbEntry> dropped)
    {
        (_keys, _entries, _homes, _firstLevelHomes, _dropped) =
            (new uint[entries], new TlbEntry[entries], new ulong[entries], new ulong[firstLevel], dropped);
        _sources = new uint[entries * RefillHandler.MostSources];
        Array.Fill(_sources, NoSource);
    }

    /// <summary>An entry that was made from this word is kept no longer.</summary>
    public event Action<uint>? SourceReleased;

    /// <summary>How many entries it keeps now.</summary>
    public int Count { get; private set; }

    /// <summary>The entries it keeps.</summary>
    public ReadOnlySpan<TlbEntry> All => _entries.AsSpan(0, Count);

    /// <summary>Finds the entry that translates an address.</summary>
    public bool TryFind(uint address, int asid, out TlbEntry entry)
    {
        int slot = Find(address & Vpn2 | (uint)asid);
        if (slot < 0)
            slot = Find(address & Vpn2 | Global);
        entry = slot < 0 ? default : _entries[slot];
        return slot >= 0;
    }

    /// <summary>The guest has written an entry.</summary>
    /// <param name="index">Where it is now.</param>
    /// <param name="old">What was there.</param>
    /// <param name="entry">What it wrote.</param>
    /// <param name="homes">Indexes where the guest may believe it to be, a bit for each: one after TLBWI, all that
    /// Random can be after TLBWR.</param>
    /// <returns>Whether the old entry is kept.</returns>
    public bool Written(int index, TlbEntry old, TlbEntry entry, ulong homes)
    {
        DropOverlapping(entry);
        bool kept = false;
        if (BitOperations.IsPow2(homes))
            RuleOut(index);
        else
            kept = (TlbEntry.IsValid(old.EntryLo0) || TlbEntry.IsValid(old.EntryLo1)) && old.PageMask == 0
                && !Overlap(old, entry);
        if (kept)
            Add(old, _firstLevelHomes[index], []);
        _firstLevelHomes[index] = homes;
        return kept;
    }

    /// <summary>The guest has asked where the entry for an address is, and was told.</summary>
    /// <param name="address">The address.</param>
    /// <param name="asid">Its address space.</param>
    /// <param name="index">The index that it was told; negative if there is no such entry, which it now knows.</param>
    public void Probed(uint address, int asid, int index)
    {
        if (index >= 0)
        {
            Shown(index);
            return;
        }
        Drop(Find(address & Vpn2 | (uint)asid));
        Drop(Find(address & Vpn2 | Global));
    }

    /// <summary>The guest has been shown what is at an index.</summary>
    public void Shown(int index)
    {
        RuleOut(index);
        _firstLevelHomes[index] = 1ul << index;
    }

    /// <summary>Keeps an entry that its TLB does not have.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="homes">Indexes where the guest may believe it to be, a bit for each.</param>
    /// <param name="sources">The words of memory it was made from, at most <see cref="RefillHandler.MostSources"/>;
    /// none for what the guest wrote itself.</param>
    public void Add(TlbEntry entry, ulong homes, ReadOnlySpan<uint> sources)
    {
        if (Count == _keys.Length)
        {
            Drop(_next);
            _next = (_next + 1) % _keys.Length;
        }
        int slot = Count++;
        (_keys[slot], _entries[slot], _homes[slot]) =
            (entry.Start | (entry.IsGlobal ? Global : (uint)entry.Asid), entry, homes);
        sources.CopyTo(SourcesOf(slot));
    }

    /// <summary>
    /// Drops what was made from any of the words from <paramref name="first"/> to <paramref name="last"/>.
    /// </summary>
    /// <returns>How many entries.</returns>
    public int DropMadeFrom(uint first, uint last)
    {
        int dropped = 0;
        for (int at; (at = _sources.AsSpan(0, Count * RefillHandler.MostSources)
            .IndexOfAnyInRange(first, last)) >= 0; dropped++)
            Drop(at / RefillHandler.MostSources);
        return dropped;
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Array<uint>("keys", _keys);
        walk.Array<TlbEntry>("entries", _entries);
        walk.Array<ulong>("homes", _homes);
        walk.Array<ulong>("first-level homes", _firstLevelHomes);
        walk.Array<uint>("sources", _sources);
        walk.Value("next", ref _next);
        Count = walk.Value("count", Count);
    }

    // Nothing but what is at that index can be there.
    private void RuleOut(int index)
    {
        ulong others = ~(1ul << index);
        for (int i = 0; i < _firstLevelHomes.Length; i++)
            _firstLevelHomes[i] &= others;
        RuleOut(_homes.AsSpan(0, Count), others);
        for (int slot; (slot = _homes.AsSpan(0, Count).LastIndexOf(0ul)) >= 0;)
            Drop(slot);
    }

    // Each page fault comes here, and there are many entries: several at a time.
    private static void RuleOut(Span<ulong> homes, ulong others)
    {
        Span<Vector<ulong>> wide = MemoryMarshal.Cast<ulong, Vector<ulong>>(homes);
        var allowed = new Vector<ulong>(others);
        foreach (ref Vector<ulong> several in wide)
            several &= allowed;
        foreach (ref ulong one in homes[(wide.Length * Vector<ulong>.Count)..])
            one &= others;
    }

    private void DropOverlapping(TlbEntry entry)
    {
        if (entry.PageMask == 0 && !entry.IsGlobal)
        {
            Drop(Find(entry.Start | (uint)entry.Asid));
            Drop(Find(entry.Start | Global));
            return;
        }
        for (int slot = Count - 1; slot >= 0; slot--)
        {
            if (Overlap(_entries[slot], entry))
                Drop(slot);
        }
    }

    // The first one's pages have 4 KB, so it lies within the second or outside.
    private static bool Overlap(TlbEntry entry, TlbEntry other) =>
        other.Matches(entry.Start, entry.Asid) || entry.IsGlobal && other.Matches(entry.Start, other.Asid);

    private int Find(uint key) => _keys.AsSpan(0, Count).IndexOf(key);

    // The last one moves into its place: whoever goes through all goes backwards.
    private void Drop(int slot)
    {
        if (slot < 0)
            return;
        foreach (uint source in SourcesOf(slot))
        {
            if (source != NoSource)
                SourceReleased?.Invoke(source);
        }
        TlbEntry entry = _entries[slot];
        int last = --Count;
        (_keys[slot], _entries[slot], _homes[slot]) = (_keys[last], _entries[last], _homes[last]);
        SourcesOf(last).CopyTo(SourcesOf(slot));
        SourcesOf(last).Fill(NoSource);
        _dropped(entry);
    }

    private Span<uint> SourcesOf(int slot) =>
        _sources.AsSpan(slot * RefillHandler.MostSources, RefillHandler.MostSources);
}

using System.Numerics;
using System.Runtime.Intrinsics;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// One entry of the architected TLB: a pair of pages (MD00090, "TLB-based virtual address translation").
/// </summary>
/// <param name="PageMask">As in the PageMask register: ones where the VPN is not compared.</param>
/// <param name="EntryHi">VPN2 and ASID.</param>
/// <param name="EntryLo0">The even page: RI, XI, PFN, C, D, V, G.</param>
/// <param name="EntryLo1">The odd page.</param>
/// <param name="GuestId">The guest it is of; 0 for root's own, and where there are no guests.</param>
public readonly record struct TlbEntry(uint PageMask, uint EntryHi, uint EntryLo0, uint EntryLo1, int GuestId = 0)
{
    /// <summary>EntryHi.EHINV: the entry matches nothing.</summary>
    public const uint Invalid = 1 << 10;

    /// <summary>RI of a half: no loads. It can be set where PageGrain has RIE.</summary>
    public const uint ReadInhibit = PageGrainBits.Rie;

    /// <summary>XI of a half: no fetches. It can be set where PageGrain has XIE.</summary>
    public const uint ExecuteInhibit = PageGrainBits.Xie;

    private const uint GlobalBit = 1;

    /// <summary>An entry that matches nothing, and is nobody's.</summary>
    public static TlbEntry Nothing { get; } = new(0, Invalid, 0, 0);

    /// <summary>
    /// The entry that registers of these contents write. A page mask has no holes: one that has means 4 KB.
    /// </summary>
    public static TlbEntry Of(uint pageMask, uint entryHi, uint entryLo0, uint entryLo1)
    {
        uint mask = Cop0.Sanitize(pageMask);
        return new TlbEntry(mask, entryHi & ~mask, entryLo0, entryLo1);
    }

    /// <summary>Bytes of each page of the pair.</summary>
    public uint PageSize => (PageMask | 0x1fff) + 1 >> 1;

    /// <summary>First virtual address of the pair.</summary>
    public uint Start => EntryHi & ~(PageMask | 0x1fff);

    /// <summary>The address space it belongs to, unless it is global.</summary>
    public int Asid => (int)EntryHi & 0xff;

    /// <summary>Whether it matches nothing, wherever.</summary>
    public bool IsInvalid => (EntryHi & Invalid) != 0;

    /// <summary>Whether it matches in every address space.</summary>
    public bool IsGlobal => (EntryLo0 & EntryLo1 & GlobalBit) != 0;

    /// <summary>Whether it translates <paramref name="address"/> in address space <paramref name="asid"/>.</summary>
    public bool Matches(uint address, int asid) =>
        !IsInvalid && ((address ^ EntryHi) & ~(PageMask | 0x1fff)) == 0 && (IsGlobal || Asid == asid);

    /// <summary>The half of the pair that <paramref name="address"/> lies in.</summary>
    public uint Half(uint address) => (address & PageSize) == 0 ? EntryLo0 : EntryLo1;

    /// <summary>The physical address of <paramref name="address"/> under the half <paramref name="lo"/>.</summary>
    public uint Physical(uint lo, uint address) => lo >> 6 << 12 & ~(PageSize - 1) | address & PageSize - 1;

    /// <summary>The valid bit of a half.</summary>
    public static bool IsValid(uint lo) => (lo & 2) != 0;

    /// <summary>The dirty bit of a half: stores are allowed.</summary>
    public static bool IsDirty(uint lo) => (lo & 4) != 0;

    /// <summary>What a half that is valid may be used for.</summary>
    public static PageRights RightsOf(uint lo) =>
        ((lo & ReadInhibit) == 0 ? PageRights.Load : 0) | (IsDirty(lo) ? PageRights.Store : 0)
            | ((lo & ExecuteInhibit) == 0 ? PageRights.Fetch : 0);

    /// <summary>Why an access to a half is refused; null where it is not.</summary>
    /// <param name="lo">The half.</param>
    /// <param name="kind">What the access does.</param>
    /// <param name="pageGrain">PageGrain of the context whose TLB it is.</param>
    public static ExceptionCode? Refusal(uint lo, AccessKind kind, uint pageGrain)
    {
        if (!IsValid(lo))
            return kind == AccessKind.Store ? ExceptionCode.TlbStore : ExceptionCode.TlbLoad;
        bool ofTheirOwn = (pageGrain & PageGrainBits.Iec) != 0;
        return kind switch
        {
            AccessKind.Store when !IsDirty(lo) => ExceptionCode.TlbModified,
            AccessKind.Load when (lo & ReadInhibit) != 0 =>
                ofTheirOwn ? ExceptionCode.TlbReadInhibit : ExceptionCode.TlbLoad,
            AccessKind.Fetch when (lo & ExecuteInhibit) != 0 =>
                ofTheirOwn ? ExceptionCode.TlbExecuteInhibit : ExceptionCode.TlbLoad,
            _ => null,
        };
    }
}

/// <summary>The guest's architected TLB, exactly as large as the processor says it is.</summary>
public sealed class GuestTlb : IHasState
{
    private const uint Unmatchable = 0x8000_0000;
    private const uint AsidMask = 0xff;

    private readonly TlbEntry[] _entries;

    // What the entries compare, and with what, side by side: a guest with few entries looks for them often.
    private readonly uint[] _compared, _values;

    /// <summary>A TLB at reset: nothing matches.</summary>
    /// <param name="size">Entries.</param>
    public GuestTlb(int size)
    {
        (_entries, _compared, _values) = (new TlbEntry[size], new uint[size], new uint[size]);
        for (int i = 0; i < size; i++)
            this[i] = new TlbEntry(0, Unmatchable + (uint)i * 0x2000, 0, 0);
    }

    /// <summary>Entries.</summary>
    public int Size => _entries.Length;

    /// <summary>An entry.</summary>
    public TlbEntry this[int index]
    {
        get => _entries[index];
        set
        {
            _entries[index] = value;
            // No address that is sought has the bit that makes an entry invalid.
            _compared[index] = ~(value.PageMask | 0x1fff) | (value.IsGlobal ? 0 : AsidMask) | TlbEntry.Invalid;
            _values[index] = value.EntryHi & _compared[index];
        }
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Array<TlbEntry>("entries", _entries);
        for (int i = 0; i < Size && walk.IsReading; i++)
            this[i] = _entries[i];
    }

    /// <summary>
    /// The entry of a guest that matches, −1 if none does: the first of several. Entries of different guests lie side
    /// by side.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="asid">Its address space; null for whichever.</param>
    /// <param name="guestId">The guest; 0 for root's own.</param>
    public int Find(uint address, int? asid, int guestId)
    {
        uint sought = address & ~0x1fffu | (uint)(asid ?? 0) & AsidMask;
        uint ignored = asid is null ? AsidMask : 0;
        for (int i = 0; i < _values.Length; i++)
        {
            if (((sought ^ _values[i]) & _compared[i] & ~ignored) == 0 && _entries[i].GuestId == guestId)
                return i;
        }
        return -1;
    }

    /// <summary>The entry that matches, −1 if none does: the first of several.</summary>
    public int Find(uint address, int asid)
    {
        uint sought = address & ~0x1fffu | (uint)asid & AsidMask;
        ReadOnlySpan<uint> compared = _compared, values = _values;
        int i = 0;
        for (; i <= values.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
        {
            Vector256<uint> found = Vector256.Equals(
                Vector256.Create(compared[i..]) & Vector256.Create(sought), Vector256.Create(values[i..]));
            if (found != Vector256<uint>.Zero)
                return i + BitOperations.TrailingZeroCount(found.ExtractMostSignificantBits());
        }
        for (; i < values.Length; i++)
        {
            if ((sought & compared[i]) == values[i])
                return i;
        }
        return -1;
    }
}

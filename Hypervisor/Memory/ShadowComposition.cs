using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// Fills the shadow TLB with the composition of all stages, and drops of it what is no longer so. Engines find in the
/// guest's state the tables of the space in use.
/// </summary>
public sealed unsafe class ShadowComposition : IHasState
{
    private readonly GuestState* _state;
    private readonly GuestRam _ram;
    private readonly ShadowTlb _shadow;
    private readonly ExitAccount _exits;
    private readonly AddressAccount _account;
    private ShadowTlb.Space _space, _ofFetches;
    private OperatingMode _mode = OperatingMode.Error;
    private int _asid, _world;

    /// <summary>Begins with what is in a shadow TLB.</summary>
    /// <param name="state">Where engines look for its tables.</param>
    /// <param name="shadow">The shadow TLB.</param>
    /// <param name="ram">The host pages.</param>
    /// <param name="exits">Counts each fill.</param>
    /// <param name="account">Counts them by kind.</param>
    public ShadowComposition(
        GuestState* state, ShadowTlb shadow, GuestRam ram, ExitAccount exits, AddressAccount account)
    {
        _state = state;
        (_shadow, _ram, _exits, _account) = (shadow, ram, exits, account);
        _space = _ofFetches = shadow[0, (int)_mode];
    }

    /// <summary>The world in use.</summary>
    public int World => _world;

    /// <summary>Makes the space of a mode and address space the one in use.</summary>
    public void Activate(OperatingMode mode, int asid, int world = 0)
    {
        (_mode, _asid, _world) = (mode, asid, world);
        _space = _ofFetches = _shadow[asid, (int)mode, world];
        _state->ReadTable = _space.Read;
        _state->FetchTable = _space.Fetch;
        _state->WriteTable = _space.Write;
    }

    /// <summary>Makes another space that of loads and stores: fetches keep to the one in use.</summary>
    public void ActivateForData(OperatingMode mode, int asid, int world)
    {
        ShadowTlb.Space ofFetches = _ofFetches;
        Activate(mode, asid, world);
        _ofFetches = ofFetches;
        _state->FetchTable = ofFetches.Fetch;
    }

    /// <summary>Whether loads of a page need not come to the stages.</summary>
    public bool Has(uint address) => _state->ReadTable[address >> ShadowTlb.PageShift] != 0;

    /// <summary>The host address that fetches from an address go to; 0 where they have to come to the stages.</summary>
    public nint HostOfCode(uint address)
    {
        nint offset = _state->FetchTable[address >> ShadowTlb.PageShift];
        return offset == 0 ? 0 : (nint)address + offset;
    }

    /// <summary>Enters the page of an access in the space in use.</summary>
    public void Fill(AccessKind kind, uint address, PmapEntry page, PageRights rights)
    {
        _exits.Count(ExitCounter.ShadowFill);
        _account.CountFill(_mode, kind);
        Fill(kind == AccessKind.Fetch ? _ofFetches : _space, address, page, rights);
    }

    /// <summary>
    /// A TLB entry has been written because an access missed: its pages are entered for the mode that did, so that the
    /// access does not come to the stages once more.
    /// </summary>
    /// <param name="entry">The entry: two pages of 4 KB.</param>
    /// <param name="asid">The address space of the access.</param>
    /// <param name="mode">Its mode.</param>
    /// <param name="translation">Knows what is behind the pages.</param>
    public void FillAhead(TlbEntry entry, int asid, OperatingMode mode, AddressTranslation translation)
    {
        const uint Page = 1 << ShadowTlb.PageShift;
        // Asked for just before, the space in use is not lost to the other.
        _space = _shadow[_asid, (int)_mode];
        ShadowTlb.Space space = _shadow[asid, (int)mode];
        for (uint address = entry.Start; address != entry.Start + 2 * Page; address += Page)
        {
            uint half = entry.Half(address);
            if (!TlbEntry.IsValid(half))
                continue;
            PmapEntry page = translation.BehindFirst(entry.Physical(half, address), out PageRights behind);
            if (!page.IsPresent)
                continue;
            _account.FillsAhead++;
            Fill(space, address, page, TlbEntry.RightsOf(half) & behind);
        }
    }

    /// <summary>An entry of the first stage's TLB translates nothing from now on.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="world">The world it is of.</param>
    public void Drop(TlbEntry entry, int world)
    {
        uint length = entry.PageSize * 2;
        if (entry.IsGlobal)
        {
            foreach (ShadowTlb.Space? space in _shadow.OfWorld(world))
                space?.Drop(entry.Start, length);
            return;
        }
        for (int mode = 0; mode < ShadowTlb.Modes; mode++)
            _shadow.Existing(entry.Asid, mode, world)?.Drop(entry.Start, length);
    }

    /// <summary>Frames are no longer behind the guest physical pages where they were.</summary>
    public void DropFrames(int first, int count)
    {
        _shadow.DropHost(_ram.HostPage(first), (nint)count << ShadowTlb.PageShift);
        _account.PmapChanges++;
    }

    /// <summary>A frame is guarded: stores to it must no longer go unseen, from wherever.</summary>
    public void RevokeStores(int frame) => _shadow.RevokeWrites(_space, _ram.HostPage(frame));

    /// <summary>Frames have been guarded: no store entry is good any more.</summary>
    public void RevokeStores() => _shadow.RevokeWrites(_space);

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Value("mode", ref _mode);
        walk.Value("asid", ref _asid);
        if (walk.IsReading)
            Activate(_mode, _asid, _world);
    }

    private void Fill(ShadowTlb.Space space, uint address, PmapEntry page, PageRights rights)
    {
        bool storesGoThrough = page.IsWritable && _ram.Guard[page.Frame] == GuardReason.None;
        space.Fill(address, _ram.HostPage(page.Frame), storesGoThrough ? rights : rights & ~PageRights.Store);
    }
}

using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// The stage of a privileged context: virtual → physical by its segments and its TLB, and by what the hypervisor keeps
/// beyond that: what the TLB has lost, and what its page tables say.
/// </summary>
public sealed class ContextStage : ITranslationStage, IHasState
{
    private readonly Cop0 _cop0;
    private readonly GuestTlb _tlb;
    private readonly AddressMap _map;
    private readonly AddressAccount _account;
    private readonly Action<TlbEntry> _dropped;

    // What Status and EntryHi said when the space was activated: a write that nobody has seen yet changes no
    // translation.
    private OperatingMode _mode = OperatingMode.Error;
    private int _asid;

    // Whether entries of several guests lie in the TLB, and whose are looked at.
    private readonly bool _isShared;
    private int _guestId;

    // Of a TLB whose slots root and guests share, the stage of the other side.
    private ContextStage? _other;

    /// <summary>The stage of a context.</summary>
    /// <param name="context">Whose segments and TLB.</param>
    /// <param name="account">Counts what it does.</param>
    /// <param name="dropped">Called with an entry that translates nothing from now on.</param>
    public ContextStage(PrivilegedContext context, AddressAccount account, Action<TlbEntry> dropped)
    {
        (Context, _account, _dropped) = (context, account, dropped);
        (_cop0, _tlb, _map) = (context.Cop0, context.Tlb, context.Model.AddressMap);
        _isShared = context.Model.IsGuest || context.Model.Guest is not null;
    }

    /// <inheritdoc/>
    public PrivilegedContext Context { get; }

    /// <summary>What the TLB has lost and its refills need not bring back; null if nothing is kept.</summary>
    public SecondLevelTlb? SecondLevel { get; init; }

    /// <summary>What is made of the guest's page tables; null if nothing is.</summary>
    public ShadowPageTables? PageTables { get; init; }

    /// <summary>
    /// The mode and address space of the context, as it says, are those that accesses are translated for.
    /// </summary>
    public void Activate(OperatingMode mode, int asid) => (_mode, _asid) = (mode, asid);

    /// <summary>The guest whose entries are looked at: of root's own TLB, none.</summary>
    public void ActivateGuest(int guestId) => _guestId = guestId;

    /// <inheritdoc/>
    public bool TryTranslate(
        in MemoryAccess access, out uint address, out PageRights rights, out GuestException exception)
    {
        uint from = (uint)access.Address;
        rights = PageRights.All;
        exception = default;
        StageAnswer answer = OfSegment(from, _mode, out address);
        if (answer == StageAnswer.AddressError || access.IsMisaligned)
        {
            bool store = access.Kind == AccessKind.Store;
            exception =
                new GuestException(store ? ExceptionCode.AddressStore : ExceptionCode.AddressLoad, BadAddress: from);
            return false;
        }
        if (answer == StageAnswer.GuestTlb)
            return TryTranslateMapped(from, access.Kind, out address, out rights, out exception);
        if (answer == StageAnswer.Unmapped)
            _account.Unmapped++;
        return true;
    }

    /// <inheritdoc/>
    public StageStep Walk(uint address, int asid, OperatingMode mode)
    {
        const int None = -1;
        StageAnswer answer = OfSegment(address, mode, out uint direct);
        if (answer == StageAnswer.AddressError)
            return new StageStep(answer, None, 0, PageRights.None);
        if (answer != StageAnswer.GuestTlb)
            return new StageStep(answer, None, direct, PageRights.All);
        int index = Find(address, asid);
        TlbEntry entry = default;
        if (index >= 0)
            entry = _tlb[index];
        else if (SecondLevel is null || !SecondLevel.TryFind(address, asid, out entry))
            return new StageStep(StageAnswer.Refill, None, 0, PageRights.None);
        uint half = entry.Half(address);
        if (!TlbEntry.IsValid(half))
            answer = StageAnswer.Invalid;
        else if (index < 0)
            answer = StageAnswer.SecondLevelTlb;
        return new StageStep(answer, index, entry.Physical(half, address), TlbEntry.RightsOf(half));
    }

    /// <summary>TLBWI and TLBWR: replaces an entry, and drops what was there because of the old one.</summary>
    /// <param name="index">Which.</param>
    /// <param name="entry">By what.</param>
    /// <param name="choices">The indexes that it might have been for all the guest knows, a bit for each.</param>
    public void Replace(int index, TlbEntry entry, ulong choices)
    {
        TlbEntry old = _tlb[index];
        bool kept = SecondLevel is not null && SecondLevel.Written(index, old, entry, choices);
        if (!kept && (TlbEntry.IsValid(old.EntryLo0) || TlbEntry.IsValid(old.EntryLo1)))
            _dropped(old);
        _tlb[index] = entry;
        _other?.Lose(_tlb.Size - 1 - index);
    }

    /// <summary>
    /// Root's TLB and the guests' are one from now on. Guests have it from its end, so that what root wires, at its
    /// beginning, can be kept from them.
    /// </summary>
    public void Share(ContextStage other) => (_other, other._other) = (other, this);

    /// <summary>Whether the entry at an index is what the context missed last, as pages of 4 KB.</summary>
    /// <param name="index">Which: just written.</param>
    /// <param name="asid">The address space of the access that missed.</param>
    /// <param name="mode">Its mode: that before the exception.</param>
    public bool WasMissed(int index, out int asid, out OperatingMode mode)
    {
        TlbEntry entry = _tlb[index];
        uint missed = _cop0[Cop0Register.BadVAddr];
        asid = _asid;
        mode = OperatingModes.Of(_cop0[Cop0Register.Status] & ~StatusBits.Exl, _cop0[Cop0Register.Debug]);
        // The register page, which covers the TLB in kernel mode, is larger than a pair and aligned: both pages are in
        // it, or none.
        return entry.PageSize == 1 << ShadowTlb.PageShift && entry.Matches(missed, asid)
            && OfSegment(missed, mode, out _) == StageAnswer.GuestTlb && Find(missed, asid) == index;
    }

    /// <summary>TLBP: the index of the entry that matches, −1 if none does.</summary>
    public int Probe(uint address, int asid)
    {
        int index = Find(address, asid);
        SecondLevel?.Probed(address, asid, index);
        return index;
    }

    /// <summary>TLBR: an entry.</summary>
    public TlbEntry Read(int index)
    {
        SecondLevel?.Shown(index);
        return _tlb[index];
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        if (SecondLevel is not null)
            walk.Part("second-level tlb", SecondLevel);
        if (PageTables is not null)
            walk.Part("page tables", PageTables);
        walk.Value("mode", ref _mode);
        walk.Value("asid", ref _asid);
        walk.Value("guest", ref _guestId);
    }

    // The slot has an entry of the other side.
    private void Lose(int index)
    {
        TlbEntry old = _tlb[index];
        if (TlbEntry.IsValid(old.EntryLo0) || TlbEntry.IsValid(old.EntryLo1))
            _dropped(old);
        _tlb[index] = TlbEntry.Nothing;
    }

    private int Find(uint address, int asid) =>
        _isShared ? _tlb.Find(address, asid, _guestId) : _tlb.Find(address, asid);

    /// <summary>
    /// What the segment makes of an address; <see cref="StageAnswer.GuestTlb"/> where it leaves that to the TLB.
    /// </summary>
    private StageAnswer OfSegment(uint address, OperatingMode mode, out uint physical)
    {
        physical = AddressMap.Physical(address);
        Segment segment = _map.Of(address);
        if (segment.Kind == SegmentKind.None || !segment.Admits(mode))
            return StageAnswer.AddressError;
        if (segment.Kind == SegmentKind.Unmapped)
            return StageAnswer.Unmapped;
        if (address - _map.RegisterPage < RegisterPage.Bytes && mode.IsPrivileged())
        {
            physical = RegisterPage.PhysicalAddress + (address & RegisterPage.Bytes - 1);
            return StageAnswer.RegisterPage;
        }
        physical = address;
        return mode == OperatingMode.Error && segment.Least == OperatingMode.User
            ? StageAnswer.Unmapped
            : StageAnswer.GuestTlb;
    }

    private bool TryTranslateMapped(
        uint from, AccessKind kind, out uint address, out PageRights rights, out GuestException exception)
    {
        bool store = kind == AccessKind.Store;
        int index = Find(from, _asid);
        if (index < 0)
        {
            exception = default;
            if (TryFindBelow(from, store, out address, out rights))
                return true;
            exception = Missed(store ? ExceptionCode.TlbStore : ExceptionCode.TlbLoad, from, refill: true);
            return false;
        }
        TlbEntry entry = _tlb[index];
        uint half = entry.Half(from);
        (address, rights, exception) = (entry.Physical(half, from), TlbEntry.RightsOf(half), default);
        if (TlbEntry.Refusal(half, kind, _cop0[Cop0Register.PageGrain]) is { } code)
        {
            exception = Missed(code, from, refill: false);
            return false;
        }
        _account.TlbHits++;
        return true;
    }

    /// <summary>
    /// Translates what the TLB does not, without the guest's help. Only what allows the access: for anything else the
    /// guest must find the entry in its TLB.
    /// </summary>
    private bool TryFindBelow(uint from, bool store, out uint address, out PageRights rights)
    {
        (address, rights) = (0, PageRights.None);
        if (SecondLevel is null)
            return false;
        bool found = SecondLevel.TryFind(from, _asid, out TlbEntry entry);
        if (!found && (PageTables is null || !PageTables.TryWalk(from, _asid, store, _cop0.RandomChoices, out entry)))
            return false;
        uint half = entry.Half(from);
        rights = TlbEntry.RightsOf(half);
        if (!TlbEntry.IsValid(half) || store && !TlbEntry.IsDirty(half))
            return false;
        if (found)
            _account.SecondLevelHits++;
        address = entry.Physical(half, from);
        return true;
    }

    private GuestException Missed(ExceptionCode code, uint address, bool refill)
    {
        _account.TlbMisses++;
        return new GuestException(code, refill, address);
    }
}

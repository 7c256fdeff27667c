using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Time;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// The way of an address: guest virtual → guest physical by the segments and the guest's TLB, guest physical → host by
/// the guest_pmap; the composition is entered in the shadow TLB. What has no host page is a device's.
/// </summary>
public sealed unsafe class Mmu : IMemorySystem
{
    // With page tables looked into, and nobody saying how many translations are kept.
    private const int TranslationsKept = 1024;

    private readonly GuestState* _state;
    private readonly Cop0 _cop0;
    private readonly GuestTlb _tlb;
    private readonly GuestPmap _pmap;
    private readonly GuestRam _ram;
    private readonly ShadowTlb _shadow;
    private readonly IBusTarget _bus;
    private readonly InstructionClock _time;
    private readonly ExitAccount _exits;
    private readonly PollLoop _poll;
    private readonly AddressMap _map;
    private readonly ByteOrder _order;
    private readonly SecondLevelTlb? _second;
    private ShadowTlb.Space _space;

    // What Status and EntryHi said when the space was activated: a write that nobody has seen yet changes no translation.
    private OperatingMode _mode = OperatingMode.Error;
    private int _asid;

    /// <summary>Joins the stages; <paramref name="secondLevel"/> is how many entries are kept that the guest's TLB lost, 0 for none, and
    /// <paramref name="pageTables"/> whether its page tables are looked into.</summary>
    public Mmu(GuestState* state, Cop0 cop0, GuestTlb tlb, GuestPmap pmap, GuestRam ram, ShadowTlb shadow, IBusTarget bus, InstructionClock time, ExitAccount exits, PollLoop poll, int secondLevel, bool pageTables)
    {
        _state = state;
        (_cop0, _tlb, _pmap, _ram, _shadow, _bus, _time, _exits, _poll) = (cop0, tlb, pmap, ram, shadow, bus, time, exits, poll);
        (_map, _order) = (cop0.Model.AddressMap, cop0.Model.ByteOrder);
        _space = shadow[_asid, (int)_mode];
        Stages = new AddressAccount(shadow);
        Trace = new MemoryTrace(ram);
        Trace.Added += RevokeStores;
        ram.Code.Found += RevokeStores;
        if (secondLevel == 0 && pageTables)
            secondLevel = TranslationsKept;
        _second = secondLevel > 0 ? new SecondLevelTlb(secondLevel, tlb.Size, Drop) : null;
        PageTables = pageTables ? new ShadowPageTables(new RefillHandler(state, cop0, pmap, ram), Trace, _second!, ram.Frames) : null;
    }

    /// <summary>What each stage did.</summary>
    public AddressAccount Stages { get; }

    /// <summary>The exception noted by the access that failed last.</summary>
    public GuestException Pending { get; private set; }

    /// <summary>The frames that are watched for stores.</summary>
    public MemoryTrace Trace { get; }

    /// <summary>A frame whose host page is not its own is about to be stored to.</summary>
    public event Action<int>? StoreGuarded;

    /// <summary>Makes the shadow space of a mode and address space the one in use.</summary>
    public void Activate(OperatingMode mode, int asid)
    {
        (_mode, _asid) = (mode, asid);
        _space = _shadow[asid, (int)mode];
        _state->ReadTable = _space.Read;
        _state->WriteTable = _space.Write;
    }

    /// <inheritdoc/>
    public bool Load(in MemoryAccess access, out ulong value)
    {
        long began = _exits.Begin();
        bool done = LoadSlowly(access, out value);
        _exits.End(began);
        return done;
    }

    /// <inheritdoc/>
    public bool Store(in MemoryAccess access, ulong value)
    {
        long began = _exits.Begin();
        bool done = StoreSlowly(access, value);
        _exits.End(began);
        return done;
    }

    /// <inheritdoc/>
    public bool Fetch(ulong address)
    {
        long began = _exits.Begin();
        bool done = FetchSlowly(address);
        _exits.End(began);
        return done;
    }

    private bool LoadSlowly(in MemoryAccess access, out ulong value)
    {
        value = 0;
        if (!Translate(access, out uint physical, out bool writable))
            return false;
        PmapEntry page = LookUp(physical);
        if (!page.IsPresent)
        {
            value = ReadDevice(physical, (int)access.Size);
            return true;
        }
        Fill(AccessKind.Load, access.Address, page, writable);
        byte* host = (byte*)_ram.HostPage(page.Frame) + (physical & 0xfff);
        value = _order.Read(new ReadOnlySpan<byte>(host, (int)access.Size));
        return true;
    }

    private bool StoreSlowly(in MemoryAccess access, ulong value)
    {
        if (!Translate(access, out uint physical, out _))
            return false;
        PmapEntry page = LookUp(physical);
        if (!page.IsPresent)
        {
            WriteDevice(physical, (int)access.Size, value);
            return true;
        }
        if (!page.IsWritable)
            return true;
        Write(page.Frame, physical, access.Size, value);
        Fill(AccessKind.Store, access.Address, page, writable: true);
        return true;
    }

    /// <summary>Writes to a frame whatever guards it: those who want to know are told, and code that was there is void.</summary>
    private void Write(int frame, uint physical, AccessSize size, ulong value)
    {
        GuardReason guard = _ram.Guard[frame];
        if ((guard & (GuardReason.Shared | GuardReason.Given)) != 0)
            StoreGuarded?.Invoke(frame);
        byte* host = (byte*)_ram.HostPage(frame) + (physical & 0xfff);
        _order.Write(new Span<byte>(host, (int)size), value);
        if (_ram.Code.HoldsCode(frame))
        {
            _exits.Count(ExitCounter.CodeStore);
            _ram.Code.Store(frame, (int)physical & 0xfff, (int)size);
        }
        if ((guard & GuardReason.Traced) != 0)
            Trace.Note(new TracedWrite(frame, (int)physical & 0xfff, size));
    }

    private bool FetchSlowly(ulong address)
    {
        if (!Translate(new MemoryAccess(AccessKind.Fetch, address, AccessSize.Word), out uint physical, out bool writable))
            return false;
        PmapEntry page = LookUp(physical);
        if (!page.IsPresent)
        {
            Pending = new GuestException(ExceptionCode.BusFetch);
            return false;
        }
        Fill(AccessKind.Fetch, address, page, writable);
        return true;
    }

    /// <summary>Whether the address of a cache operation translates as a load's would; enters it in the shadow TLB, or notes the exception.</summary>
    public bool Touch(uint address)
    {
        if (_state->ReadTable[address >> ShadowTlb.PageShift] != 0)
            return true;
        if (!Translate(new MemoryAccess(AccessKind.Load, address, AccessSize.Byte), out uint physical, out bool writable))
            return false;
        PmapEntry page = LookUp(physical);
        if (page.IsPresent)
            Fill(AccessKind.Load, address, page, writable);
        return true;
    }

    /// <summary>Copies guest memory as a load would see it; <see langword="false"/> where the guest may not load it or no memory is.</summary>
    public bool TryCopy(uint address, Span<byte> to)
    {
        while (to.Length > 0)
        {
            if (!Translate(new MemoryAccess(AccessKind.Load, address, AccessSize.Byte), out uint physical, out _))
                return false;
            PmapEntry page = LookUp(physical);
            if (!page.IsPresent)
                return false;
            int offset = (int)(physical & 0xfff), length = Math.Min(to.Length, 4096 - offset);
            new ReadOnlySpan<byte>((byte*)_ram.HostPage(page.Frame) + offset, length).CopyTo(to);
            to = to[length..];
            address += (uint)length;
        }
        return true;
    }

    /// <summary>Writes a word over the instruction at a virtual address, whatever the guest may do there.</summary>
    /// <returns>Whether memory is there that a store would change.</returns>
    public bool Overwrite(uint pc, uint word)
    {
        if (!Translate(new MemoryAccess(AccessKind.Fetch, pc, AccessSize.Word), out uint physical, out _))
            return false;
        PmapEntry page = _pmap[physical];
        if (!page.IsWritable)
            return false;
        Write(page.Frame, physical, AccessSize.Word, word);
        return true;
    }

    /// <summary>What the guest's TLB has lost and its refills need not bring back; null if nothing is kept.</summary>
    public SecondLevelTlb? SecondLevel => _second;

    /// <summary>What is made of the guest's page tables; null if nothing is.</summary>
    public ShadowPageTables? PageTables { get; }

    /// <summary>TLBWI and TLBWR: replaces an entry, and drops what the shadow held because of the old one.</summary>
    /// <param name="index">Which.</param>
    /// <param name="entry">By what.</param>
    /// <param name="choices">The indexes that it might have been for all the guest knows, a bit for each.</param>
    public void Replace(int index, TlbEntry entry, ulong choices)
    {
        if (_second is null || !_second.Written(index, _tlb[index], entry, choices))
            Drop(_tlb[index]);
        _tlb[index] = entry;
        FillAhead(index);
    }

    /// <summary>
    /// An entry is written because an access missed: its pages are entered for the mode that did, so that the access does not come here once more.
    /// </summary>
    private void FillAhead(int index)
    {
        const uint Page = 1 << ShadowTlb.PageShift;
        TlbEntry entry = _tlb[index];
        uint missed = _cop0[Cop0Register.BadVAddr];
        OperatingMode mode = OperatingModes.Of(_cop0[Cop0Register.Status] & ~StatusBits.Exl, _cop0[Cop0Register.Debug]);
        // The register page, which covers the TLB in kernel mode, is larger than a pair and aligned: both pages are in it, or none.
        if (entry.PageSize != Page || !entry.Matches(missed, _asid) || SegmentStage(missed, mode, out _) != FirstStage.GuestTlb || _tlb.Find(missed, _asid) != index)
            return;
        ShadowTlb.Space space = _shadow[_asid, (int)mode];
        for (uint address = entry.Start; address != entry.Start + 2 * Page; address += Page)
        {
            uint half = entry.Half(address);
            if (!TlbEntry.IsValid(half))
                continue;
            PmapEntry page = _pmap[entry.Physical(half, address)];
            if (!page.IsPresent)
                continue;
            Stages.FillsAhead++;
            Fill(space, address, page, TlbEntry.IsDirty(half));
        }
    }

    /// <summary>TLBP: the index of the entry that matches, −1 if none does.</summary>
    public int Probe(uint address, int asid)
    {
        int index = _tlb.Find(address, asid);
        _second?.Probed(address, asid, index);
        return index;
    }

    /// <summary>TLBR: an entry.</summary>
    public TlbEntry Read(int index)
    {
        _second?.Shown(index);
        return _tlb[index];
    }

    /// <summary>Puts another host frame behind a guest physical page; the next access finds it, whatever address it uses.</summary>
    public void Remap(uint address, int frame)
    {
        PmapEntry page = _pmap[address];
        _pmap.Map(address, 1 << ShadowTlb.PageShift, frame, page.Flags);
        _shadow.DropPage(_ram.HostPage(page.Frame));
        Stages.PmapChanges++;
    }

    /// <summary>Frames have been guarded: stores to them must come here.</summary>
    public void RevokeStores() => _shadow.RevokeWrites(_space);

    // Code was found in a frame, or it is traced: stores to it must come here.
    private void RevokeStores(int frame) => _shadow.RevokeWrites(_space, _ram.HostPage(frame));

    private void Drop(TlbEntry entry)
    {
        if (!TlbEntry.IsValid(entry.EntryLo0) && !TlbEntry.IsValid(entry.EntryLo1))
            return;
        uint length = entry.PageSize * 2;
        if (entry.IsGlobal)
        {
            foreach (ShadowTlb.Space? space in _shadow.All)
                space?.Drop(entry.Start, length);
            return;
        }
        for (int mode = 0; mode < ShadowTlb.Modes; mode++)
            _shadow.Existing(entry.Asid, mode)?.Drop(entry.Start, length);
    }

    /// <summary>Guest physical to host.</summary>
    private PmapEntry LookUp(uint physical)
    {
        PmapEntry page = _pmap[physical];
        if (page.IsPresent)
            Stages.PmapPages++;
        else
            Stages.PmapHoles++;
        return page;
    }

    private void Fill(AccessKind kind, ulong address, PmapEntry page, bool writable)
    {
        _exits.Count(ExitCounter.ShadowFill);
        Stages.CountFill(_mode, kind);
        Fill(_space, (uint)address, page, writable);
    }

    private void Fill(ShadowTlb.Space space, uint address, PmapEntry page, bool writable)
    {
        bool storesGoThrough = writable && page.IsWritable && _ram.Guard[page.Frame] == GuardReason.None;
        space.Fill(address, _ram.HostPage(page.Frame), storesGoThrough);
    }

    /// <summary>Guest virtual to guest physical; notes the exception if there is no way.</summary>
    private bool Translate(in MemoryAccess access, out uint physical, out bool writable)
    {
        uint address = (uint)access.Address;
        writable = true;
        FirstStage stage = SegmentStage(address, _mode, out physical);
        if (stage == FirstStage.AddressError || (address & (uint)access.Size - 1) != 0)
            return AddressError(access);
        if (stage == FirstStage.GuestTlb)
            return TranslateMapped(access, out physical, out writable);
        if (stage == FirstStage.Unmapped)
            Stages.Unmapped++;
        return true;
    }

    /// <summary>What the segment makes of an address; <see cref="FirstStage.GuestTlb"/> where it leaves that to the TLB.</summary>
    private FirstStage SegmentStage(uint address, OperatingMode mode, out uint physical)
    {
        physical = AddressMap.Physical(address);
        Segment segment = _map.Of(address);
        if (segment.Kind == SegmentKind.None || !segment.Admits(mode))
            return FirstStage.AddressError;
        if (segment.Kind == SegmentKind.Unmapped)
            return FirstStage.Unmapped;
        if (address - _map.RegisterPage < RegisterPage.Bytes && mode.IsPrivileged())
        {
            physical = RegisterPage.PhysicalAddress + (address & RegisterPage.Bytes - 1);
            return FirstStage.RegisterPage;
        }
        physical = address;
        return mode == OperatingMode.Error && segment.Least == OperatingMode.User ? FirstStage.Unmapped : FirstStage.GuestTlb;
    }

    private bool TranslateMapped(in MemoryAccess access, out uint physical, out bool writable)
    {
        uint address = (uint)access.Address;
        int index = _tlb.Find(address, _asid);
        physical = 0;
        writable = false;
        bool store = access.Kind == AccessKind.Store;
        if (index < 0)
            return FindBelow(access, out physical, out writable) || TlbException(store ? ExceptionCode.TlbStore : ExceptionCode.TlbLoad, address, refill: true);
        TlbEntry entry = _tlb[index];
        uint half = entry.Half(address);
        if (!TlbEntry.IsValid(half))
            return TlbException(store ? ExceptionCode.TlbStore : ExceptionCode.TlbLoad, address, refill: false);
        writable = TlbEntry.IsDirty(half);
        if (store && !writable)
            return TlbException(ExceptionCode.TlbModified, address, refill: false);
        Stages.TlbHits++;
        physical = entry.Physical(half, address);
        return true;
    }

    /// <summary>
    /// Translates what the guest's TLB does not, without its help. Only what allows the access: for anything else the guest must find the entry in its TLB.
    /// </summary>
    private bool FindBelow(in MemoryAccess access, out uint physical, out bool writable)
    {
        uint address = (uint)access.Address;
        physical = 0;
        writable = false;
        if (_second is null)
            return false;
        bool store = access.Kind == AccessKind.Store;
        bool found = _second.TryFind(address, _asid, out TlbEntry entry);
        if (!found && (PageTables is null || !PageTables.TryWalk(address, _asid, store, _cop0.RandomChoices, out entry)))
            return false;
        uint half = entry.Half(address);
        writable = TlbEntry.IsDirty(half);
        if (!TlbEntry.IsValid(half) || store && !writable)
            return false;
        if (found)
            Stages.SecondLevelHits++;
        physical = entry.Physical(half, address);
        return true;
    }

    private bool TlbException(ExceptionCode code, uint address, bool refill)
    {
        Stages.TlbMisses++;
        Pending = new GuestException(code, refill, address);
        return false;
    }

    private bool AddressError(in MemoryAccess access)
    {
        Pending = new GuestException(access.Kind == AccessKind.Store ? ExceptionCode.AddressStore : ExceptionCode.AddressLoad, BadAddress: (uint)access.Address);
        return false;
    }

    /// <summary>The three stages of an address in an address space and a mode. Nothing is counted and nothing filled.</summary>
    public AddressWalk Walk(uint address, int asid, OperatingMode mode)
    {
        (FirstStage by, int index, uint physical, bool writable) = FirstStageOf(address, asid, mode);
        ShadowTlb.Space? space = _shadow.Existing(asid, (int)mode);
        uint page = address >> ShadowTlb.PageShift;
        return new AddressWalk(
            address, asid, mode, by, index, physical, writable, by < FirstStage.Unmapped ? default : _pmap[physical],
            space is not null && space.Read[page] != 0, space is not null && space.Write[page] != 0);
    }

    private (FirstStage By, int Index, uint Physical, bool Writable) FirstStageOf(uint address, int asid, OperatingMode mode)
    {
        const int None = -1;
        FirstStage stage = SegmentStage(address, mode, out uint direct);
        if (stage == FirstStage.AddressError)
            return (stage, None, 0, false);
        if (stage != FirstStage.GuestTlb)
            return (stage, None, direct, true);
        int index = _tlb.Find(address, asid);
        TlbEntry entry = default;
        if (index >= 0)
            entry = _tlb[index];
        else if (_second is null || !_second.TryFind(address, asid, out entry))
            return (FirstStage.Refill, None, 0, false);
        uint half = entry.Half(address);
        FirstStage by = !TlbEntry.IsValid(half) ? FirstStage.Invalid : index >= 0 ? FirstStage.GuestTlb : FirstStage.SecondLevelTlb;
        return (by, index, entry.Physical(half, address), TlbEntry.IsDirty(half));
    }

    private ulong ReadDevice(uint physical, int bytes)
    {
        _exits.Count(ExitCounter.MmioLoad);
        _time.Synchronize();
        ulong value = bytes == 8 ? ReadDoubleword(physical) : _bus.Read(physical, bytes);
        _poll.NoteRead(_poll.Watching ? _bus.SteadyUntil(physical, null) : 0);
        AfterDevice();
        return value;
    }

    private void WriteDevice(uint physical, int bytes, ulong value)
    {
        _exits.Count(ExitCounter.MmioStore);
        _time.Synchronize();
        if (bytes == 8)
            WriteDoubleword(physical, value);
        else
            _bus.Write(physical, bytes, (uint)value);
        _poll.NoteWrite(_poll.Watching ? _bus.SteadyUntil(physical, (uint)value) : 0);
        AfterDevice();
    }

    // The bus is 32 bits wide, and the lower address goes first.
    private ulong ReadDoubleword(uint physical)
    {
        ulong first = _bus.Read(physical, 4), second = _bus.Read(physical + 4, 4);
        return _order == ByteOrder.Big ? first << 32 | second : second << 32 | first;
    }

    private void WriteDoubleword(uint physical, ulong value)
    {
        (uint low, uint high) = ((uint)value, (uint)(value >> 32));
        _bus.Write(physical, 4, _order == ByteOrder.Big ? high : low);
        _bus.Write(physical + 4, 4, _order == ByteOrder.Big ? low : high);
    }

    // A device may have scheduled something sooner, or changed an interrupt the processor can take.
    private void AfterDevice()
    {
        if (_cop0.InterruptPending)
            _time.Yield();
        else
            _time.Rearm();
    }
}

using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Memory;

/// <summary>A processor's way to memory: the parts of it, put together.</summary>
public sealed unsafe class MemoryPath : IDisposable, IHasState
{
    // With page tables looked into, and nobody saying how many translations are kept.
    private const int TranslationsKept = 1024;

    private readonly MachineHardware _hardware;
    private readonly ITranslationStage[] _ofRoot;

    // The way of a guest, where there are guests.
    private readonly GuestPhysicalStage? _behindGuest;
    private readonly GuestWorlds? _worlds;
    private readonly ITranslationStage[] _ofGuest = [];

    /// <summary>
    /// The way of a processor: the stage of its context, and the guest_pmap behind it. Under a virtualization module
    /// guests have a way of two stages beside it.
    /// </summary>
    /// <param name="state">Where engines look for the shadow TLB.</param>
    /// <param name="contexts">Whose virtual addresses code uses: root's, and where there are guests, theirs.</param>
    /// <param name="hardware">What is at the end of the way.</param>
    /// <param name="configuration">What is kept beyond the context's TLB.</param>
    /// <param name="devices">Accesses to what has no host page.</param>
    /// <param name="exits">Counts and times what comes here.</param>
    public MemoryPath(
        GuestState* state, (PrivilegedContext Root, PrivilegedContext? Guest) contexts, MachineHardware hardware,
        MachineConfiguration configuration, DeviceAccess devices, ExitAccount exits)
    {
        PrivilegedContext context = contexts.Root;
        (_hardware, Devices) = (hardware, devices);
        AddressMap map = context.Model.AddressMap;
        Shadow = new ShadowTlb(map.Kseg0, map.UnmappedBytes, contexts.Guest is null ? 1 : GuestWorlds.Count)
        {
            TellsFetches = context.Model.HasInhibits,
        };
        var account = new AddressAccount(Shadow);
        Composition = new ShadowComposition(state, Shadow, hardware.Ram, exits, account);
        Trace = new MemoryTrace(hardware.Ram);
        // No store may go unseen to what is traced, holds code, is shared or given away.
        Trace.Added += Composition.RevokeStores;
        hardware.Ram.Code.Found += Composition.RevokeStores;
        hardware.Memory.StoresRevoked += Composition.RevokeStores;
        Frames = new FrameAccess(hardware.Ram, hardware.Memory, Trace, context.Model.ByteOrder, exits);
        int kept = configuration is { SecondLevelTlb: 0, ShadowPageTables: true }
            ? TranslationsKept
            : configuration.SecondLevelTlb;
        SecondLevelTlb? second = kept > 0 ? new SecondLevelTlb(kept, context.Tlb.Size, Drop) : null;
        FirstStage = new ContextStage(context, account, Drop)
        {
            SecondLevel = second,
            PageTables = configuration.ShadowPageTables
                ? new ShadowPageTables(
                    new RefillHandler(state, context, hardware.Pmap, hardware.Ram), Trace, second!, hardware.Ram.Frames)
                : null,
        };
        if (FirstStage.PageTables is { } tables)
            hardware.Memory.Emptied += tables.Emptied;
        _ofRoot = [FirstStage];
        if (contexts.Guest is { } guest)
        {
            _behindGuest = new GuestPhysicalStage(context);
            _worlds = new GuestWorlds(Shadow, Composition, hardware);
            GuestStage = new ContextStage(guest, account, _worlds.Drop);
            _ofGuest = [GuestStage, _behindGuest];
            if (guest.Model.SharesTlb)
                FirstStage.Share(GuestStage);
        }
        Translation = new AddressTranslation(_ofRoot, hardware.Pmap, account);
        Mmu = new Mmu(Translation, Composition, Frames, devices, exits);
        Virtual = new VirtualMemory(Mmu, Translation, Composition, Frames, context.Model.ByteOrder);
        Walker = new AddressWalker(Translation, Shadow, Composition);
    }

    /// <summary>
    /// The stage that the guest's virtual addresses come to first, and that its TLB instructions are about. Where there
    /// are guests, root's.
    /// </summary>
    public ContextStage FirstStage { get; }

    /// <summary>The first stage of guests' addresses; null where there are no guests.</summary>
    public ContextStage? GuestStage { get; }

    /// <summary>All stages, and the guest_pmap behind them.</summary>
    public AddressTranslation Translation { get; }

    /// <summary>What all stages together were found to allow.</summary>
    public ShadowTlb Shadow { get; }

    /// <summary>Fills and drops what is in <see cref="Shadow"/>.</summary>
    public ShadowComposition Composition { get; }

    /// <summary>The frames of memory that are watched for stores.</summary>
    public MemoryTrace Trace { get; }

    /// <summary>Accesses to host frames.</summary>
    public FrameAccess Frames { get; }

    /// <summary>Accesses to what has no host page.</summary>
    public DeviceAccess Devices { get; }

    /// <summary>Carries out what the shadow TLB could not serve.</summary>
    public Mmu Mmu { get; }

    /// <summary>The hypervisor's own accesses by virtual address.</summary>
    public VirtualMemory Virtual { get; }

    /// <summary>Shows the stages of an address.</summary>
    public AddressWalker Walker { get; }

    /// <summary>The context's mode or address space has changed: its accesses go by the new one from now on.</summary>
    public void Activate(OperatingMode mode, int asid)
    {
        FirstStage.Activate(mode, asid);
        Composition.Activate(mode, asid);
        if (GuestStage is not null)
            Translation.Use(_ofRoot, _ofRoot);
    }

    /// <summary>Accesses go by a guest's mode and address space from now on, and through root's TLB.</summary>
    /// <param name="mode">The guest's mode.</param>
    /// <param name="asid">Its address space.</param>
    /// <param name="guestId">Its GuestID; 0 for none.</param>
    public void ActivateGuest(OperatingMode mode, int asid, int guestId)
    {
        Composition.Activate(mode, asid, UseGuest(mode, asid, guestId));
        Translation.Use(_ofGuest, _ofGuest);
    }

    /// <summary>
    /// Root is active, and its loads and stores go the way of a guest's from now on; what it executes is its own.
    /// </summary>
    /// <param name="mode">The guest's mode.</param>
    /// <param name="asid">Its address space.</param>
    /// <param name="guestId">Its GuestID.</param>
    public void ReachGuest(OperatingMode mode, int asid, int guestId)
    {
        Composition.ActivateForData(mode, asid, UseGuest(mode, asid, guestId));
        Translation.Use(_ofGuest, _ofRoot);
    }

    /// <summary>TLBWI and TLBWR: replaces an entry, and brings the shadow TLB up to it.</summary>
    /// <param name="index">Which.</param>
    /// <param name="entry">By what.</param>
    /// <param name="choices">The indexes that it might have been for all the guest knows, a bit for each.</param>
    public void ReplaceEntry(int index, TlbEntry entry, ulong choices)
    {
        FirstStage.Replace(index, entry, choices);
        if (FirstStage.WasMissed(index, out int asid, out OperatingMode mode))
            Composition.FillAhead(entry, asid, mode, Translation);
    }

    // Its world.
    private int UseGuest(OperatingMode mode, int asid, int guestId)
    {
        GuestStage!.Activate(mode, asid);
        GuestStage.ActivateGuest(guestId);
        _behindGuest!.GuestId = guestId;
        return _worlds!.Of(guestId, FirstStage.Context.Asid);
    }

    // An entry with a GuestID is of the way behind that guest; one without may be of both.
    private void Drop(TlbEntry entry)
    {
        if (entry.GuestId == 0)
            Composition.Drop(entry, world: 0);
        _worlds?.DropBehind(entry);
    }

    /// <summary>
    /// Puts another host frame behind a guest physical page; the next access finds it, whatever address it uses.
    /// </summary>
    public void Remap(uint address, int frame)
    {
        PmapEntry page = _hardware.Pmap[address];
        _hardware.Pmap.Map(address, 1 << ShadowTlb.PageShift, frame, page.Flags);
        Composition.DropFrames(page.Frame, 1);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("first stage", FirstStage);
        if (GuestStage is not null)
            walk.Part("guest stage", GuestStage);
        walk.Part("composition", Composition);
        walk.Part("trace", Trace);
        walk.Part("stages", Translation.Account);
    }

    /// <inheritdoc/>
    public void Dispose() => Shadow.Dispose();
}

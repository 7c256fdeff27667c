using System.Runtime.CompilerServices;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Engines;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Execution;
using Dbt.Runtime.FloatingPoint;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;
using Dbt.Translator.Instructions;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor;

/// <summary>
/// A virtual processor: grants its engine instructions, and handles what made it leave, exit by exit. The parts that it
/// is put together from are to be asked for what they know.
/// </summary>
public sealed unsafe class VirtualCpu : IDisposable, IHasState
{
    private readonly GuestState* _state;

    // Whether writes of Status may have gone unseen since the last exit.
    private readonly bool _statusLags;

    // Whether there has been an exit that nothing was executed behind.
    private bool _exited = true;

    // What Cause was when the last instruction of the last grant was behind; a guest's in the upper half.
    private ulong _cause;

    // What changes nothing but the mode, and which modes there lately were: exceptions go to and fro between few.
    private readonly InCacheExits _inCache;
    private readonly bool _mayStayInCache;

    // What leaves an engine in guest mode; null without a virtualization module.
    private readonly GuestTraps? _guestTraps;

    // We, where the guest's is the guest context of a module; else null.
    private readonly HypervisorRoot? _root;

    // Whether an exit that only enters or leaves an exception needs nothing but that done.
    private readonly bool _isPlain;

    // What of kernel space is never remapped for root; for a guest nothing is.
    private readonly uint _windowBytes;

    /// <summary>A processor at reset.</summary>
    /// <param name="state">Zeros, where its state is to be.</param>
    /// <param name="model">Which processor.</param>
    /// <param name="hardware">What it finds in its machine.</param>
    /// <param name="kernel">What it is to run.</param>
    /// <param name="configuration">Which engine, what is patched, and what moves time.</param>
    public VirtualCpu(
        GuestState* state, ProcessorModel model, MachineHardware hardware, ElfImage kernel,
        MachineConfiguration configuration)
    {
        _state = state;
        bool useHostTime = configuration.Clock == ClockSource.Host;
        Time = new InstructionClock(hardware.Clock, state, useHostTime);
        bool isRoot = configuration.Patch == PatchPolicy.Vz;
        Exits = new ExitAccount(configuration.TimeExits, configuration.CountOverTime ? new ExitSeries(Time) : null)
        {
            IsOfRoot = isRoot,
        };
        TrapSites = configuration.CountSites ? new SiteAccount(hardware.Ram) : null;
        Context = new PrivilegedContext(state->Cop0, model, hardware.Clock);
        if (model.Guest is { } guest)
            Virtualization = new VirtualizationModule(Context, guest, hardware.Clock);
        var poll = new PollLoop(state, Time);
        var devices =
            new DeviceAccess(hardware.Bus, Time, poll, model.ByteOrder, Exits, () => InterruptPending);
        Memory = new MemoryPath(
            state, (Context, Virtualization?.Guest), hardware, configuration, devices, Exits);
        var plan = PatchPlan.Of(configuration, model, kernel.IsParavirtual);
        _statusLags = plan.LetsStatusLag(model);
        Patcher = new SitePatcher(state, Context, Memory, plan, new PatchSites(hardware.Ram));
        Engine = new EngineFactory(state, Memory.Mmu, hardware, poll)
            .Make(configuration, model, Patcher, kernel.SymbolAt, SeeExits);
        Instructions = new InstructionAccount(Time, Engine.Translations?.Statistics, poll);
        Traps = new TrapHandlers(state, Context, Memory, Exits, plan.HasForms)
        {
            Root = Virtualization is null ? null : new RootInstructions(state, Virtualization, Memory),
        };
        _guestTraps = Virtualization is null ? null : new GuestTraps(state, Virtualization, Memory, Exits);
        _root = isRoot ? new HypervisorRoot(state, Context, Memory.Translation) : null;
        _isPlain = Virtualization is null && _root is null && TrapSites is null && !configuration.TimeExits;
        _windowBytes = state->WindowBytes;
        _inCache = new InCacheExits(state, model);
        _mayStayInCache = _isPlain && configuration is { Chain: true, InCacheExits: true, CountOverTime: false }
            && model is { ShowsBadInstruction: false, IsRegisterPageReversed: false };
        Memory.Shadow.TablesChanged += _inCache.ForgetTables;
        Context.ModeChanged += UpdateMode;
        if (Virtualization is not null)
            Virtualization.Guest.ModeChanged += UpdateMode;
        state->Pc = model.AddressMap.ResetVector;
        state->Fir = Fcsr.ImplementationRegister;
        state->HasMips16 = model.HasMips16 ? 1u : 0;
        UpdateMode();
    }

    /// <summary>The privileged context that code runs in; under a virtualization module, root's.</summary>
    public PrivilegedContext Context { get; }

    /// <summary>The context of guests, and root's hold on it; null without the module.</summary>
    public VirtualizationModule? Virtualization { get; }

    /// <summary>The context whose code runs now: root's, or in guest mode the guest's.</summary>
    public PrivilegedContext Running => Virtualization?.Running ?? Context;

    /// <summary>Whether an enabled interrupt is pending and may be taken now, by root or in guest mode by the
    /// guest.</summary>
    public bool InterruptPending
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Context.InterruptPending
            || Virtualization is { InGuestMode: true, Guest.InterruptPending: true };
    }

    /// <summary>The way to memory.</summary>
    public MemoryPath Memory { get; }

    /// <summary>Runs what is unprivileged.</summary>
    public IEngine Engine { get; }

    /// <summary>Patches what need not trap.</summary>
    public SitePatcher Patcher { get; }

    /// <summary>Emulates what traps.</summary>
    public TrapHandlers Traps { get; }

    /// <summary>Every exit, by reason.</summary>
    public ExitAccount Exits { get; }

    /// <summary>The traps of each sensitive instruction; null where they are not counted.</summary>
    public SiteAccount? TrapSites { get; }

    /// <summary>Every instruction, by engine and mode.</summary>
    public InstructionAccount Instructions { get; }

    /// <summary>Instructions and time.</summary>
    public InstructionClock Time { get; }

    /// <summary>The whole state, as the engines share it: for comparing machines, and for tests.</summary>
    public GuestState* State => _state;

    /// <summary>Address of the next unit.</summary>
    public uint Pc => (uint)_state->Pc;

    /// <summary>A general register, for reports and tests.</summary>
    public uint Register(int number) => (uint)_state->Gpr[number];

    /// <summary>Drives one of the interrupt inputs IP2 to IP7.</summary>
    public void SetInterruptPin(int line, bool level)
    {
        if (Virtualization is null)
            Context.SetInterruptPin(line, level);
        else
            Virtualization.SetInterruptPin(line, level);
    }

    /// <summary>Runs until the grant is used up or the processor waits.</summary>
    /// <param name="limit">Instructions retired since power-on beyond which not to go.</param>
    public void Run(long limit)
    {
        if (Context.IsWaiting && !Context.WakesUp)
            return;
        Context.IsWaiting = false;
        _inCache.AreOn = _mayStayInCache && Context.Streak is null;
        // The end of a grant is no exit: the guest must not see where it is. But what has changed an interrupt
        // meanwhile would have been one.
        _exited |= Time.Yielded || Causes != _cause;
        Time.Grant(limit);
        // What an exit does about the mode, it says.
        if (_exited && _statusLags)
            UpdateMode();
        do
        {
            if (_exited && InterruptPending)
                DeliverInterrupt();
            _exited = false;
            ExitReason reason = Engine.Run();
            if (reason == ExitReason.Budget)
                break;
            if (!_isPlain || !TryPlainly(reason))
                HandleExit(reason);
        }
        while (_state->Budget > 0 && !Context.IsWaiting);
        Exits.Count(ExitCounter.Budget);
        _cause = Causes;
        Time.Synchronize();
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        // What an engine left to be worked out, another could not.
        PendingCause.Resolve(_state);
        _state->Walk(walk);
        walk.Part("time", Time);
        walk.Part("context", Context);
        if (Virtualization is not null)
            walk.Part("virtualization", Virtualization);
        walk.Part("memory", Memory);
        walk.Part("patcher", Patcher);
        walk.Part("exits", Exits);
        walk.Part("instructions", Instructions);
        walk.Optional("trap sites", TrapSites);
        walk.Value("exited", ref _exited);
        walk.Value("cause", ref _cause);
        if (!walk.IsReading)
            return;
        _state->ModeKey = ulong.MaxValue;
        // Which world is in use follows from the registers.
        if (Virtualization is not null)
            UpdateMode();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Engine.Dispose();
        Memory.Dispose();
        _inCache.Dispose();
    }

    private ulong Causes => Context.Cop0[Cause] | (ulong)(Virtualization?.Guest.Cop0[Cause] ?? 0) << 32;

    // Root's come first, whatever the guest has pending.
    private void DeliverInterrupt()
    {
        long began = Exits.Begin();
        bool exits = Context.InterruptPending && Virtualization is { InGuestMode: true };
        Exits.Count(exits ? ExitCounter.VzInterrupt : ExitCounter.Interrupt);
        if (Context.InterruptPending)
            ExceptionEntry.Enter(_state, Context, new GuestException(ExceptionCode.Interrupt), inDelaySlot: false);
        else
            _guestTraps!.DeliverInterrupt();
        Exits.End(began);
    }

    // What comes by the million, by the shortest way: HandleExit would do the same.
    private bool TryPlainly(ExitReason reason)
    {
        var trap = TrapTable.Of(reason);
        bool isThreadPointer = reason == ExitReason.Rdhwr && Traps.IsAboutThreadPointer;
        if (!trap.Has(TrapFlags.Timeless) && !isThreadPointer)
            return false;
        if (isThreadPointer && Traps.TryReadThreadPointer())
            return true;
        if (_statusLags)
            UpdateMode();
        Traps.Handle(trap);
        _exited = true;
        return true;
    }

    private void HandleExit(ExitReason reason)
    {
        var trap = TrapTable.Of(reason);
        long began = Exits.Begin();
        bool mayLookAtTime = !trap.Has(TrapFlags.Timeless);
        if (mayLookAtTime)
            Time.Synchronize();
        // What another engine does without an exit is none.
        _exited = !(trap.Has(TrapFlags.Patchable) && Patcher.TryCarryOut(reason)
            || reason == ExitReason.Synci && Traps.TryLook()
            || reason == ExitReason.Rdhwr && Virtualization is null && Traps.TryReadThreadPointer());
        if (_exited)
        {
            if (_statusLags)
                UpdateMode();
            if (Virtualization is { InGuestMode: true })
                _guestTraps!.Handle(trap);
            else
                HandleTrap(trap);
        }
        // The instruction that left is behind: what it scheduled counts from here.
        if (mayLookAtTime)
        {
            Time.Synchronize();
            Time.Rearm();
        }
        Exits.End(began);
    }

    private void HandleTrap(Trap trap)
    {
        if (_root is not null)
        {
            HandleTrap(trap, _root);
            return;
        }
        if (TrapSites is not null && trap.Has(TrapFlags.Sensitive) && Traps.IsAllowed(trap))
            CountSite(new LeftUnit(_state));
        Traps.Handle(trap);
    }

    // What has to be done is the same, whether the guest context does it by itself or root.
    private void HandleTrap(Trap trap, HypervisorRoot root)
    {
        var unit = new LeftUnit(_state);
        GuestExit? why = root.ReasonToExit(trap);
        int register = unit.Cop0Operand;
        if (TrapSites is not null && why is not null && trap.Has(TrapFlags.Sensitive))
            CountSite(unit);
        Traps.Handle(trap);
        // Behind what it counts of the guest's own, so that its time is this exit's.
        if (why is not { } exit)
            return;
        if (trap.Reason is ExitReason.Mfc0 or ExitReason.Mtc0)
            Exits.Count(exit, register);
        else
            Exits.Count(exit);
    }

    private void CountSite(LeftUnit unit) =>
        TrapSites!.Count(Memory.Virtual.HostOfCode(unit.SitePc), unit.SitePc, unit.Word.Word);

    // An exit asks for it up to three times, and most change nothing of what it depends on.
    private void UpdateMode()
    {
        if (Virtualization is not null)
        {
            UpdateMode(Virtualization);
            return;
        }
        ulong key = ModeSetting.KeyOf(_state, Context.Cop0[Status], Context.Cop0[Debug], Context.Asid);
        if (key != _state->ModeKey)
            Use(key);
    }

    private void Use(ulong key)
    {
        ModeSetting* setting = _inCache.Use(key);
        SetMode(setting->Mode, setting->Operating == OperatingMode.User);
        Memory.Activate(setting->Operating, ModeSetting.AsidOf(key));
        setting->NoteTables(_state);
    }

    // A fragment has returned, and its like have changed the mode on their way.
    private void SeeExits()
    {
        _inCache.Report(Exits, Instructions);
        Use(_state->ModeKey);
    }

    // Guest code is translated as user code is, whatever its mode: nothing of it is patched, and every address of its
    // goes by the tables. So is what reaches into a guest.
    private void UpdateMode(VirtualizationModule module)
    {
        bool isGuest = module.InGuestMode, reaches = module.ReachesGuest;
        PrivilegedContext running = isGuest ? module.Guest : Context;
        bool mayUseFloat = !isGuest || module.GuestHasFloatingPoint && (Context.Cop0[Status] & StatusBits.Cu1) != 0;
        SetMode(
            ModeSetting.ModeOf(
                running.Cop0[Status], mayUseFloat, !isGuest && !reaches && running.Mode.IsPrivileged())
                | PendingCause.ModeOf(_state->Fcsr),
            running.Mode == OperatingMode.User);
        _state->WindowBytes = isGuest || reaches ? 0 : _windowBytes;
        if (isGuest)
            Memory.ActivateGuest(running.Mode, running.Asid, module.GuestId);
        else
            Memory.Activate(running.Mode, running.Asid);
        if (reaches)
            Memory.ReachGuest(module.Guest.Mode, module.Guest.Asid, module.RootGuestId);
    }

    private void SetMode(TranslationMode mode, bool user)
    {
        _state->FloatRegisters64 = (mode & TranslationMode.Float64) != 0 ? 1 : 0;
        _state->Mode = mode;
        Instructions.Switch(toUser: user);
    }
}

using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Hypercalls;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Execution;
using Dbt.Runtime.FloatingPoint;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Persistence;
using Dbt.Runtime.Time;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Dbt.Translator.Instructions;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor;

/// <summary>
/// A virtual 24Kf: an engine for what is unprivileged, and the trap handlers for what is not. Each exit is counted,
/// emulated, and execution goes on.
/// </summary>
public sealed unsafe class VirtualCpu : IDisposable
{
    private const int V0 = 2, A0 = 4;

    private readonly GuestState* _state;
    private readonly ShadowTlb _shadow;
    private readonly GuestTlb _tlb;
    private readonly Mmu _mmu;
    private readonly IEngine _engine;
    private readonly PatchTable? _patches;
    private readonly bool _patchInMemory;
    private readonly bool _hasForms;
    private readonly uint? _registerPage;
    private int _overwritten;
    private readonly PatchSites _sites;
    private readonly ArchiveStore? _store;

    // Whether writes of Status may have gone unseen since the last exit.
    private readonly bool _statusLags;

    // Whether there has been an exit that nothing was executed behind.
    private bool _exited = true;

    // What Cause was at the end of the last grant.
    private uint _cause;

    /// <summary>A processor at reset.</summary>
    /// <param name="state">Zeros, where its state is to be.</param>
    /// <param name="model">Which processor.</param>
    /// <param name="clock">The machine's time.</param>
    /// <param name="ram">Host pages.</param>
    /// <param name="pmap">What lies behind guest physical pages.</param>
    /// <param name="bus">Who answers where nothing does.</param>
    /// <param name="configuration">Which engine, and what moves time.</param>
    /// <param name="paravirtual">Whether the guest's image has paravirtual forms in it.</param>
    /// <param name="longestGrant">Instructions after which the processor must look up even if nothing is due.</param>
    /// <param name="symbolAt">What the guest calls an address.</param>
    public VirtualCpu(GuestState* state, ProcessorModel model, Clock clock, GuestRam ram, GuestPmap pmap, IBusTarget bus, MachineConfiguration configuration, bool paravirtual, long longestGrant, Func<uint, string?> symbolAt)
    {
        _state = state;
        Time = new InstructionClock(clock, _state, configuration.Clock == ClockSource.Host, longestGrant);
        Exits = new ExitAccount(configuration.TimeExits, configuration.CountOverTime ? new ExitSeries(Time) : null);
        Model = model;
        _tlb = new GuestTlb(model.TlbEntries);
        Cop0 = new Cop0(_state, clock, model);
        var poll = new PollLoop(_state, Time);
        poll.AccessesSkipped += CountSkipped;
        _shadow = new ShadowTlb(model.AddressMap.Kseg0, model.AddressMap.UnmappedBytes);
        _mmu = new Mmu(_state, Cop0, _tlb, pmap, ram, _shadow, bus, Time, Exits, poll, configuration.SecondLevelTlb, configuration.ShadowPageTables);
        _patchInMemory = configuration.PatchInMemory;
        // Full patches cannot be loads and stores: in memory they are paravirtual forms.
        _hasForms = paravirtual || _patchInMemory && configuration.Patch == PatchPolicy.Full;
        _patches = PatchTables.Of(configuration.Patch, model, _hasForms);
        // What is patched in memory has no place to be known of: a sensitive instruction that is there traps.
        _registerPage = configuration.Patch == PatchPolicy.Kvm ? model.AddressMap.RegisterPage : null;
        PatchTable? translated = _patchInMemory ? _patches! with { ReplacesSites = false } : _patches;
        _statusLags = model.AddressMap.RegisterPage is not null || _patches is { InterruptEnable: null } && _patches.Stores.ContainsKey(Status);
        _sites = new PatchSites(ram);
        TrapSites = configuration.CountSites ? new SiteAccount(ram) : null;
        var window = new LinearWindow(model.AddressMap.Kseg0, pmap.Layout.LowBytes, model.AddressMap.UnmappedBytes);
        // Kept code has no names, does not count, looks for what is next, and is regions.
        if (configuration is { TranslationFolder: { } folder, NameFragments: false, CountLinks: false, Chain: true, TranslateBlocks: false })
            _store = new ArchiveStore(folder, new ArchiveKey(configuration.KernelName, window, translated));
        _engine = configuration.Engine != Engine.Interp
            ? new DbtEngine(_state, _mmu, ram, poll, new TranslationOptions(configuration.JitThreshold, configuration.Chain, configuration.TranslateBlocks, configuration.MostFragments, configuration.CountLinks, configuration.Engine == Engine.Dbt, configuration.TranslateInBackground, window, translated, _sites, configuration.NameFragments ? symbolAt : _ => null, _store) { ByteOrder = model.ByteOrder })
            : Interpreter.Create(model.ByteOrder, _state, _mmu, ram);
        Instructions = new InstructionAccount(Time, Translation, poll);
        Cop0.ModeChanged += UpdateMode;
        _state->Pc = model.AddressMap.ResetVector;
        _state->Fir = Fcsr.ImplementationRegister;
        UpdateMode();
    }

    /// <summary>Which processor it is.</summary>
    public ProcessorModel Model { get; }

    /// <summary>The privileged registers.</summary>
    public Cop0 Cop0 { get; }

    /// <summary>The architected TLB.</summary>
    public GuestTlb Tlb => _tlb;

    /// <summary>The traps of each sensitive instruction; null where they are not counted.</summary>
    public SiteAccount? TrapSites { get; }

    /// <summary>How many instructions have trapped and been patched.</summary>
    public int SitesPatched => _patchInMemory ? _overwritten : _sites.Count;

    /// <summary>What is made of the guest's page tables; null if nothing is.</summary>
    public ShadowPageTables? ShadowPageTables => _mmu.PageTables;

    /// <summary>The frames of memory that are watched for stores.</summary>
    public MemoryTrace Trace => _mmu.Trace;

    /// <summary>What the guest's TLB and the guest_pmap together were found to allow.</summary>
    public ShadowTlb Shadow => _shadow;

    /// <summary>The three stages of an address in an address space and a mode, as they are now.</summary>
    public AddressWalk Walk(uint address, int asid, OperatingMode mode) => _mmu.Walk(address, asid, mode);

    /// <summary>What the architected TLB has lost and the hypervisor keeps; null if it keeps nothing.</summary>
    public SecondLevelTlb? SecondLevelTlb => _mmu.SecondLevel;

    /// <summary>Every exit, by reason.</summary>
    public ExitAccount Exits { get; }

    /// <summary>What each stage of address translation did.</summary>
    public AddressAccount Stages => _mmu.Stages;

    /// <summary>What the translating engine did; null for an engine that does not translate.</summary>
    public TranslationStatistics? Translation => (_engine as DbtEngine)?.Statistics;

    /// <summary>Every instruction, by engine and mode.</summary>
    public InstructionAccount Instructions { get; }

    /// <summary>Instructions and time.</summary>
    public InstructionClock Time { get; }

    /// <summary>Address of the next unit.</summary>
    public uint Pc => (uint)_state->Pc;

    /// <summary>
    /// Answers HYPCALL: from the number in v0 and the arguments in a0 to a3 to what v0 holds afterwards. Null where the
    /// instruction is reserved, as on a 24Kf.
    /// </summary>
    public Func<uint, HypercallArguments, int>? Hypercall { get; set; }

    /// <summary>Whether the processor waits for an interrupt.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Whether it waits for one that cannot come, because interrupts are disabled.</summary>
    public bool IsHalted => IsWaiting && ((Cop0[Status] & StatusBits.ImMask) == 0
        || !Model.WaitIgnoresEnable && (Cop0[Status] & (StatusBits.Ie | StatusBits.Exl | StatusBits.Erl)) != StatusBits.Ie);

    /// <summary>Whether an interrupt ends the wait.</summary>
    public bool WakesUp => Cop0.InterruptPending || Model.WaitIgnoresEnable && (Cop0[Status] & Cop0[Cause] & StatusBits.ImMask) != 0;

    /// <summary>A general register, for reports and tests.</summary>
    public uint Register(int number) => (uint)_state->Gpr[number];

    /// <summary>The whole state, as the engines share it: for comparing machines, and for tests.</summary>
    public GuestState* State => _state;

    /// <summary>Reads an instruction as a fetch would; <see langword="false"/> where the guest may not fetch.</summary>
    public bool TryReadCode(uint pc, out uint word)
    {
        nint host = HostOfCode(pc);
        word = host == 0 ? 0 : Model.ByteOrder.Word(new ReadOnlySpan<byte>((void*)host, sizeof(uint)));
        return host != 0;
    }

    /// <summary>Copies guest memory as a load would see it; <see langword="false"/> where the guest may not load it or no memory is.</summary>
    public bool TryCopy(uint address, Span<byte> to) => _mmu.TryCopy(address, to);

    /// <summary>How often a fragment has led directly to another; null if nobody counts.</summary>
    public long? LinksFollowed => (_engine as DbtEngine)?.LinksFollowed;

    /// <summary>Leaves what was translated to be compiled ahead of time, if it is to be kept and there is enough of it.</summary>
    /// <returns>The file for <see cref="ArchiveStore.CompilePending"/>; null if there is none.</returns>
    public string? SaveTranslations() => _engine is DbtEngine engine ? _store?.Save(engine.Compiled, engine.Library) : null;

    /// <summary>The live fragments; none for an engine that does not translate.</summary>
    public IReadOnlyCollection<Fragment> Fragments => (_engine as DbtEngine)?.Fragments ?? [];

    /// <summary>Stores to guarded frames go through <paramref name="memory"/> from now on.</summary>
    /// <returns>The same.</returns>
    public MachineMemory Watch(MachineMemory memory)
    {
        _mmu.StoreGuarded += frame =>
        {
            if (memory.BeforeStore(frame))
                Exits.Count(ExitCounter.CopyOnWrite);
        };
        memory.StoresRevoked += _mmu.RevokeStores;
        return memory;
    }

    /// <summary>Puts another host frame behind a guest physical page.</summary>
    internal void Remap(uint address, int frame) => _mmu.Remap(address, frame);

    /// <summary>The live fragments with code at <paramref name="pc"/>; none for an engine that does not translate.</summary>
    public IReadOnlyList<Fragment> FindFragments(uint pc) => (_engine as DbtEngine)?.FindFragments(pc) ?? [];

    /// <summary>Drives one of the interrupt inputs IP2 to IP7.</summary>
    public void SetInterruptPin(int line, bool level)
    {
        uint bit = 1u << CauseBits.IpShift + line;
        if (level)
            Cop0.SetBits(Cause, bit);
        else
            Cop0.ClearBits(Cause, bit);
    }

    /// <summary>Runs until the grant is used up or the processor waits.</summary>
    /// <param name="limit">Instructions retired since power-on beyond which not to go.</param>
    public void Run(long limit)
    {
        if (IsWaiting && !WakesUp)
            return;
        IsWaiting = false;
        // The end of a grant is no exit: the guest must not see where it is. But what has changed an interrupt meanwhile would have been one.
        _exited |= Time.Yielded || Cop0[Cause] != _cause;
        Time.Grant(limit);
        do
        {
            if (_exited && _statusLags)
                UpdateMode();
            if (_exited && Cop0.InterruptPending)
            {
                long delivery = Exits.Begin();
                Exits.Count(ExitCounter.Interrupt);
                ExceptionEntry.Enter(_state, Cop0, new GuestException(ExceptionCode.Interrupt), inDelaySlot: false);
                Exits.End(delivery);
            }
            _exited = false;
            ExitReason reason = _engine.Run();
            if (reason == ExitReason.Budget)
                break;
            long began = Exits.Begin();
            bool mayLookAtTime = MayLookAtTime(reason);
            if (mayLookAtTime)
                Time.Synchronize();
            _exited = !TryWithoutExit(reason);
            if (_exited)
            {
                if (_statusLags)
                    UpdateMode();
                CountSite(reason);
                Handle(reason);
            }
            // The instruction that left is behind: what it scheduled counts from here.
            if (mayLookAtTime)
            {
                Time.Synchronize();
                Time.Rearm();
            }
            Exits.End(began);
        }
        while (_state->Budget > 0 && !IsWaiting);
        Exits.Count(ExitCounter.Budget);
        Time.Synchronize();
        _cause = Cop0[Cause];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _engine.Dispose();
        _shadow.Dispose();
    }

    private Instruction Word => new(_state->ExitWord);

    private int Cop0Operand => Word.Rd * 8 + Word.Sel;

    private bool InDelaySlot => _state->ExitInDelaySlot != 0;

    private uint SitePc => Pc + (InDelaySlot ? 4u : 0);

    /// <summary>Where the instruction that left is in host memory; 0 if the guest may no longer fetch it.</summary>
    private nint SiteHost => HostOfCode(SitePc);

    // An access since the fetch may have pushed the page out of the shadow TLB.
    private nint HostOfCode(uint pc) => _state->ReadTable[pc >> ShadowTlb.PageShift] == 0 && !_mmu.Fetch(pc) ? 0 : (nint)pc + _state->ReadTable[pc >> ShadowTlb.PageShift];

    private bool IsReservedForm => !_hasForms && ParavirtualForm.IsReserved(Word);

    private bool MayUseCoprocessor0 => Cop0.Mode.IsPrivileged() || (Cop0[Status] & StatusBits.Cu0) != 0;

    /// <summary>
    /// Carries out what another engine does without an exit: SYNCI, and an instruction that has been patched, as its patch would. One
    /// that can be patched but has not been is, and traps for the last time.
    /// </summary>
    private bool TryWithoutExit(ExitReason reason)
    {
        if (reason == ExitReason.Synci)
            return TryLook();
        if (_patches is null || (_state->Mode & TranslationMode.Kernel) == 0 || !_patches.Replaces(reason, Word) || !_patches.HasForm(Word) && !IsSitePatched())
            return false;
        int register = Cop0Operand;
        uint status = Cop0[Status];
        switch (reason)
        {
            case ExitReason.Mfc0:
                SetRegister(Word.Rt, Cop0[register]);
                break;
            case ExitReason.Mtc0:
                if (_patches.MustExit(register, Cop0[register], Register(Word.Rt), Cop0[Cause]))
                    return false;
                uint writable = _patches.Stores[register].Writable;
                Cop0[register] = Cop0[register] & ~writable | Register(Word.Rt) & writable;
                break;
            case ExitReason.Di:
                Cop0[Status] = status & ~StatusBits.Ie;
                SetRegister(Word.Rt, status);
                break;
            case ExitReason.Ei:
                if (PatchTable.LetsInterruptIn(status | StatusBits.Ie, Cop0[Cause]))
                    return false;
                Cop0[Status] = status | StatusBits.Ie;
                SetRegister(Word.Rt, status);
                break;
            case ExitReason.Cache when IsHitOperation:
                return TryLook();
        }
        Complete();
        return true;
    }

    /// <summary>Whether the instruction that left has been patched; if it has not been, it is from now on.</summary>
    private bool IsSitePatched()
    {
        if (_patchInMemory)
        {
            uint word = _registerPage is { } page ? KvmReplacement.Of(Word, page) : ParavirtualForm.Of(Word);
            if (_mmu.Overwrite(SitePc, word))
                _overwritten++;
            return false;
        }
        nint host = SiteHost;
        if (host == 0)
            return false;
        if (_sites.Contains(host))
            return true;
        _sites.Add(host, SitePc);
        return false;
    }

    private void CountSite(ExitReason reason)
    {
        if (TrapSites is null)
            return;
        bool traps = !IsReservedForm && reason switch
        {
            ExitReason.Rdhwr or ExitReason.Syscall => true,
            ExitReason.Mfc0 or ExitReason.Mtc0 or ExitReason.Di or ExitReason.Ei or ExitReason.Cache or ExitReason.Eret or ExitReason.Wait
                or ExitReason.Tlbp or ExitReason.Tlbr or ExitReason.Tlbwi or ExitReason.Tlbwr => MayUseCoprocessor0,
            _ => false,
        };
        if (traps)
            TrapSites.Count(SiteHost, SitePc, _state->ExitWord);
    }

    // What comes by the million does not: it reads no clock and schedules nothing.
    private static bool MayLookAtTime(ExitReason reason) =>
        reason is not (ExitReason.Memory or ExitReason.Eret or ExitReason.Tlbwr or ExitReason.Tlbwi or ExitReason.Tlbp or ExitReason.Syscall);

    private void Handle(ExitReason reason)
    {
        switch (reason)
        {
            case ExitReason.Memory: Raise(_mmu.Pending); break;
            case ExitReason.Syscall: Raise(ExceptionCode.Syscall); break;
            case ExitReason.Break: Raise(ExceptionCode.Breakpoint); break;
            case ExitReason.Trap: Raise(ExceptionCode.Trap); break;
            case ExitReason.Overflow: Raise(ExceptionCode.Overflow); break;
            case ExitReason.FloatingPoint: Raise(ExceptionCode.FloatingPoint); break;
            case ExitReason.CoprocessorUnusable: Raise(new GuestException(ExceptionCode.CoprocessorUnusable, Coprocessor: CoprocessorOf(Word))); break;
            case ExitReason.ReservedInstruction: Reserved(); break;
            case ExitReason.DebugBreak: DebugBreak(); break;
            case ExitReason.Rdhwr: ReadHardwareRegister(); break;
            case ExitReason.Synci: Look(); break;
            default: Privileged(reason); break;
        }
    }

    /// <summary>Instructions of coprocessor 0: usable in kernel mode, or where Status.CU0 says so.</summary>
    private void Privileged(ExitReason reason)
    {
        if (!MayUseCoprocessor0)
        {
            Raise(new GuestException(ExceptionCode.CoprocessorUnusable, Coprocessor: 0));
            return;
        }
        if (IsReservedForm)
        {
            Raise(ExceptionCode.ReservedInstruction);
            return;
        }
        switch (reason)
        {
            case ExitReason.Mfc0:
                Exits.Count(ExitCounter.Mfc0, Cop0Operand);
                SetRegister(Word.Rt, Cop0.Read(Cop0Operand));
                Complete();
                break;
            case ExitReason.Mtc0:
                Exits.Count(ExitCounter.Mtc0, Cop0Operand);
                Cop0.Write(Cop0Operand, Register(Word.Rt));
                Complete();
                break;
            case ExitReason.Di or ExitReason.Ei:
                Exits.Count(ExitCounter.DiEi, Status);
                uint status = Cop0[Status];
                SetRegister(Word.Rt, status);
                Cop0[Status] = reason == ExitReason.Ei ? status | StatusBits.Ie : status & ~StatusBits.Ie;
                Complete();
                break;
            case ExitReason.Rdpgpr or ExitReason.Wrpgpr:
                // One register set only: the previous one is this one.
                SetRegister(Word.Rd, Register(Word.Rt));
                Complete();
                break;
            case ExitReason.Tlbr or ExitReason.Tlbwi or ExitReason.Tlbwr or ExitReason.Tlbp:
                Exits.Count(ExitCounter.TlbOperation);
                TlbOperation(reason);
                Complete();
                break;
            case ExitReason.Eret:
                Exits.Count(ExitCounter.Eret);
                Complete();
                ExceptionEntry.Return(_state, Cop0);
                break;
            case ExitReason.Deret:
                if ((Cop0[Debug] & OperatingModes.DebugMode) == 0)
                {
                    Raise(ExceptionCode.ReservedInstruction);
                    break;
                }
                Complete();
                ExceptionEntry.ReturnFromDebug(_state, Cop0);
                break;
            case ExitReason.Wait:
                Exits.Count(ExitCounter.Wait);
                Complete();
                IsWaiting = true;
                break;
            case ExitReason.Cache:
                // There is no cache to operate on: code is kept coherent by watching stores.
                Exits.Count(ExitCounter.Cache);
                if (IsHitOperation)
                    Look();
                else
                    Complete();
                break;
            case ExitReason.Hypcall when Hypercall is { } answer:
                Exits.Count(ExitCounter.Hypercall);
                Complete();
                SetRegister(V0, (uint)answer(Register(V0), new HypercallArguments(Register(A0), Register(A0 + 1), Register(A0 + 2), Register(A0 + 3))));
                break;
            case ExitReason.Hypcall:
                Raise(ExceptionCode.ReservedInstruction);
                break;
            default:
                throw new InvalidOperationException($"no handler for {reason}");
        }
    }

    private void TlbOperation(ExitReason reason)
    {
        switch (reason)
        {
            case ExitReason.Tlbp:
                int found = _mmu.Probe(Cop0[EntryHi], Cop0.Asid);
                Cop0[Cop0Register.Index] = found >= 0 ? (uint)found : 0x8000_0000;
                break;
            case ExitReason.Tlbr:
                TlbEntry entry = _mmu.Read((int)Cop0[Cop0Register.Index] & _tlb.Size - 1);
                uint global = entry.IsGlobal ? 1u : 0;
                Cop0[PageMask] = entry.PageMask;
                Cop0[EntryLo0] = entry.EntryLo0 & ~1u | global;
                Cop0[EntryLo1] = entry.EntryLo1 & ~1u | global;
                Cop0.Write(EntryHi, entry.EntryHi);
                break;
            default:
                bool random = reason == ExitReason.Tlbwr;
                int index = (int)(random ? Cop0.NextRandom() : Cop0[Cop0Register.Index] & (uint)_tlb.Size - 1);
                _mmu.Replace(index, TlbEntry.Of(Cop0[PageMask], Cop0[EntryHi], Cop0[EntryLo0], Cop0[EntryLo1]), random ? Cop0.RandomChoices : 1ul << index);
                break;
        }
    }

    // Operations 4 to 7 name a line by address, 0 to 3 by index; the index needs no translation.
    private bool IsHitOperation => Word.Rt >> 2 >= 4;

    private uint CacheAddress => Register(Word.Rs) + (uint)Word.Immediate;

    /// <summary>An operation by address may fault, as a load would.</summary>
    private void Look()
    {
        if (!TryLook())
            Raise(_mmu.Pending);
    }

    private bool TryLook()
    {
        if (!_mmu.Touch(CacheAddress))
            return false;
        Complete();
        return true;
    }

    private void ReadHardwareRegister()
    {
        const int CpuNumber = 0, SynciStep = 1, CycleCounter = 2, CycleCounterResolution = 3;
        int number = Word.Rd;
        bool allowed = MayUseCoprocessor0 || (Cop0[HwrEna] >> number & 1) != 0;
        Exits.Count(ExitCounter.Rdhwr);
        if (number > CycleCounterResolution || !allowed)
        {
            Inject(new GuestException(ExceptionCode.ReservedInstruction));
            return;
        }
        SetRegister(Word.Rt, number switch
        {
            CpuNumber => Cop0[EBase] & 0x3ff,
            SynciStep => 16,
            CycleCounter => Cop0.Read(Count),
            _ => 2,
        });
        Complete();
    }

    private void Reserved()
    {
        const uint Cop0Opcode = 0x10;
        if (Word.Word >> 26 == Cop0Opcode && !MayUseCoprocessor0)
            Raise(new GuestException(ExceptionCode.CoprocessorUnusable, Coprocessor: 0));
        else
            Raise(ExceptionCode.ReservedInstruction);
    }

    private void DebugBreak()
    {
        Exits.Count(ExitCounter.Break);
        _state->Budget--;
        ExceptionEntry.EnterDebug(_state, Cop0, InDelaySlot);
    }

    // Coprocessor 3's opcode is COP1X, and coprocessor 0's instructions say themselves when they may not be used.
    private static int CoprocessorOf(Instruction word) => InstructionSet.Find(word.Word).Has(InstructionFlags.Float) ? 1 : 2;

    private void SetRegister(int number, uint value)
    {
        if (number != 0)
            _state->Gpr[number] = value;
    }

    /// <summary>The instruction that left has been carried out for the guest: goes on behind its unit.</summary>
    private void Complete()
    {
        _state->Pc = _state->ResumePc;
        _state->Budget -= InDelaySlot ? 2 : 1;
    }

    private void Raise(ExceptionCode code) => Raise(new GuestException(code));

    // An instruction that raises an exception is counted as one: time goes on even where a guest only faults.
    private void Raise(GuestException exception)
    {
        Exits.Count(exception.Code switch
        {
            ExceptionCode.TlbModified => ExitCounter.TlbMod,
            ExceptionCode.TlbLoad => ExitCounter.TlbMissLoad,
            ExceptionCode.TlbStore => ExitCounter.TlbMissStore,
            ExceptionCode.AddressLoad => ExitCounter.AddressErrorLoad,
            ExceptionCode.AddressStore => ExitCounter.AddressErrorStore,
            ExceptionCode.Syscall => ExitCounter.Syscall,
            ExceptionCode.Breakpoint => ExitCounter.Break,
            ExceptionCode.Trap or ExceptionCode.Overflow => ExitCounter.Trap,
            ExceptionCode.FloatingPoint => ExitCounter.FloatingPoint,
            ExceptionCode.CoprocessorUnusable => ExitCounter.CopUnusable,
            _ => ExitCounter.ReservedInstruction,
        });
        Stages.CountException(exception);
        Inject(exception);
    }

    private void Inject(GuestException exception)
    {
        _state->Budget--;
        ExceptionEntry.Enter(_state, Cop0, exception, InDelaySlot);
    }

    // Skipped accesses count as if they had been made: the account is the same whatever the engine.
    private void CountSkipped(long instructions, long loads, long stores)
    {
        Exits.Add(ExitCounter.MmioLoad, loads, instructions);
        Exits.Add(ExitCounter.MmioStore, stores, instructions);
    }

    private void UpdateMode()
    {
        uint status = Cop0[Status];
        OperatingMode mode = Cop0.Mode;
        bool wide = (status & StatusBits.Fr) != 0;
        _state->FloatRegisters64 = wide ? 1 : 0;
        _state->Mode = ((status & StatusBits.Cu1) != 0 && Model.HasFloatingPoint ? TranslationMode.Float : 0) | (wide ? TranslationMode.Float64 : 0)
            | (mode.IsPrivileged() ? TranslationMode.Kernel : 0) | PendingCause.ModeOf(_state->Fcsr);
        Instructions.Switch(toUser: mode == OperatingMode.User);
        _mmu.Activate(mode, Cop0.Asid);
    }
}

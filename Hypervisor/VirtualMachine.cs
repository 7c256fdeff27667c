using System.Collections.Concurrent;
using System.Diagnostics;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Hypercalls;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime;
using Dbt.Runtime.Boards;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Time;

namespace Dbt.Hypervisor;

/// <summary>A board, its memory and its virtual processor.</summary>
public sealed unsafe class VirtualMachine : IDisposable, IHasState
{

    /// <summary>
    /// How many bytes sent to a serial port the guest may leave unread before the sender has to wait.
    /// </summary>
    public const int MostUnread = 1 << 20;

    // Whatever a board can have set for later, the alarm of its clock at the latest, has come by then, in nanoseconds.
    private const long LongestWait = 2L * 24 * 3600 * 1_000_000_000;

    private const int StateFrames = 1 + (int)(RegisterPage.Bytes >> ShadowTlb.PageShift);

    // A fixed date makes runs repeatable; with the host's clock the guest gets the host's date.
    private static readonly DateTime s_virtualStart = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly Clock _clock = new();
    private readonly Board _board;
    private readonly GuestRam _ram;
    private readonly GuestPmap _pmap;
    private readonly VirtualCpu _cpu;
    private readonly ElfImage _kernel;
    private readonly DriveMedium[] _drives;
    private readonly Cable[] _cables;
    private readonly ConcurrentQueue<(int Port, byte Value)> _input = new();
    private readonly AutoResetEvent _inputArrived = new(false);
    private readonly object _senders = new();
    private readonly int[] _unread;
    private bool _isGone;
    private volatile bool _awaitsInput, _hasArrivals;
    private StopReason? _stopped;

    // Since when nothing has been executed: what had been then, and the time.
    private long _retiredBeforeWait = -1, _waitingSince;

    /// <summary>Builds the machine and loads the guest.</summary>
    /// <exception cref="GuestSetupException">The configuration cannot be run.</exception>
    public VirtualMachine(MachineConfiguration configuration)
    {
        Configuration = configuration;
        MemoryLayout layout = configuration.Board.LayOut(configuration.MemoryBytes);
        _kernel = ElfImage.Parse(configuration.Kernel, configuration.KernelName);
        _kernel.RefuseForeign();
        if (configuration is { PatchInMemory: true, Patch: (PatchPolicy.None or PatchPolicy.Vz) and var policy })
        {
            throw new GuestSetupException(
                $"--patch {policy.ToString().ToLowerInvariant()} leaves nothing to be patched in memory: choose --patch kvm or full");
        }
        ProcessorModel model = configuration.ProcessorFor(_kernel);

        _drives = [.. configuration.Drives.Select(drive => new DriveMedium(drive))];
        _ram = new GuestRam(layout.RamBytes + layout.RomBytes, StateFrames);
        byte[] program = Load(layout, model);
        _pmap = new GuestPmap(layout);
        // The processor's state ends in the page of its registers.
        int registerPage = (int)(_ram.Length >> ShadowTlb.PageShift) + 1;
        if (model.AddressMap.RegisterPage is not null)
        {
            _pmap.Map(RegisterPage.PhysicalAddress, RegisterPage.Bytes, registerPage,
                PmapFlags.Present | PmapFlags.Writable);
        }

        var bus = new AddressSpace("physical", unmapped: 0);
        Memory = new MachineMemory(_ram, (int)(layout.RamBytes >> ShadowTlb.PageShift));
        var hardware = new MachineHardware(_clock, _ram, Memory, _pmap, bus);
        _cpu = new VirtualCpu(GuestState.At(_ram.HostPage(registerPage)), model, hardware, _kernel, configuration);
        foreach (uint page in configuration.TracedPages)
        {
            _cpu.Memory.Trace.Add(
                _pmap[page] is { IsWritable: true, Frame: var frame }
                    ? frame
                    : throw new GuestSetupException($"there is no memory to trace at physical address 0x{page:x8}"));
        }
        if (configuration.Hypercalls)
            _cpu.Traps.Answer = (number, arguments) => HypercallTable.Answer(this, number, arguments);
        DateTime start = configuration.PowerOn
            ?? (configuration.Clock == ClockSource.Host ? DateTime.UtcNow : s_virtualStart);
        _board = configuration.Board.Build(new BoardConnections(
            _clock, bus, _cpu.SetInterruptPin, start, _kernel.ByteOrder)
        {
            Memory = new BusMasterMemory(_pmap, _cpu.Memory.Frames),
            Drives = _drives,
            LivesInHostTime = configuration.Clock == ClockSource.Host,
            Network = configuration.Network,
            ProtectsFlash = configuration.ProtectsFlash,
            HasEntropy = configuration.HasEntropy,
            HasVirtioConsole = configuration.HasVirtioConsole,
        });
        FillRom(program);
        MapRom(layout, hardware);
        _unread = new int[_board.SerialPorts.Count];
        Listen();
        _cables = [.. configuration.Network.Select(Plug)];
        if (Array.Exists(_cables, cable => cable.LivesInHostTime))
            _cpu.Time.LookAroundOften();
        _cpu.Time.SkipTo(configuration.TimeBefore);
    }

    /// <summary>What the machine was built from.</summary>
    public MachineConfiguration Configuration { get; }

    /// <summary>The processor.</summary>
    public VirtualCpu Cpu => _cpu;

    /// <summary>The board.</summary>
    public Board Board => _board;

    /// <summary>The host pages behind its memory.</summary>
    public GuestRam Ram => _ram;

    /// <summary>What lies behind the pages of its physical memory.</summary>
    public GuestPmap Pmap => _pmap;

    /// <summary>To whom the pages of its RAM belong.</summary>
    public MachineMemory Memory { get; }

    /// <summary>Nanoseconds since power-on, by the machine's own time.</summary>
    public long Now => _clock.Now;

    /// <summary>Every exit, by reason.</summary>
    public ExitAccount Exits => _cpu.Exits;

    /// <summary>
    /// A byte left one of the serial ports: 0 and 1 are the ISA ports (ttyS0, ttyS1), 2 the CBUS port (ttyS2), 3 a
    /// virtio console (hvc0).
    /// Raised on the thread that called <see cref="Run"/>.
    /// </summary>
    public event Action<int, byte>? SerialOutput;

    /// <summary>
    /// The guest has run for a while, a few milliseconds at most, or waits: whoever wants to look at it may. Raised on
    /// the thread that called <see cref="Run"/>.
    /// </summary>
    public event Action? Ran;

    /// <summary>
    /// A frame enters or leaves by one of the network cards. Raised on the thread that called <see cref="Run"/>.
    /// </summary>
    public event Action<int, FrameDirection, ReadOnlyMemory<byte>>? NetworkFrame;

    /// <summary>Something has come for the guest, which may be waiting for it. Raised on any thread.</summary>
    public event Action? Arrived;

    /// <summary>Whether a byte sent to a serial port, or a frame for a network card, waits to be received.</summary>
    public bool HasInput => !_input.IsEmpty || _hasArrivals;

    /// <summary>
    /// Whether the time a guest waits is skipped, rather than waited for: nobody lives in the host's time, or nobody
    /// there has anything to do with what the guest waits for.
    /// </summary>
    public bool SkipsIdleTime =>
        Configuration.Clock == ClockSource.Virtual && (!AwaitsAnybody || _clock.NextEndsWork);

    /// <summary>
    /// Whether somebody may yet send something, who lives in the host's time: what the guest idles is then waited for,
    /// instead of skipped. May be set from any thread.
    /// </summary>
    public bool AwaitsInput
    {
        get => _awaitsInput;
        set
        {
            lock (_senders)
            {
                if (_isGone)
                    return;
                _awaitsInput = value;
                _inputArrived.Set();
            }
        }
    }

    /// <summary>
    /// Sends a byte into a serial port; may be called from any thread. Waits where <see cref="MostUnread"/> of its
    /// bytes are unread, until the guest, which has to be run meanwhile by another thread, has read one. A machine that
    /// has been disposed of takes nothing.
    /// </summary>
    public void SendToSerial(int port, byte value)
    {
        lock (_senders)
        {
            while (_unread[port] == MostUnread && !_isGone)
                Monitor.Wait(_senders);
            if (_isGone)
                return;
            _unread[port]++;
            _input.Enqueue((port, value));
            _inputArrived.Set();
        }
    }

    /// <summary>Runs the guest until it stops, or until <paramref name="stop"/> is cancelled.</summary>
    public RunResult Run(CancellationToken stop) =>
        Result(RunTo(Configuration.InstructionLimit ?? long.MaxValue, stop));

    /// <summary>
    /// Runs the guest as far as the first unit boundary at or after <paramref name="limit"/> instructions since
    /// power-on; may be called again to go on from there. The guest does not notice where it was interrupted.
    /// </summary>
    public StopReason RunTo(long limit, CancellationToken stop)
    {
        while (true)
        {
            StopReason reason = RunUntilWaiting(limit, stop);
            if (reason != StopReason.Waiting)
                return reason;
            Idle(stop);
        }
    }

    /// <summary>As <see cref="RunTo"/>, but returns where the guest waits: the caller lets time pass.</summary>
    public StopReason RunUntilWaiting(long limit, CancellationToken stop)
    {
        while (true)
        {
            if (_stopped is { } reason)
                return reason;
            if (stop.IsCancellationRequested)
                return StopReason.Stopped;
            if (_cpu.Time.Retired >= limit)
                return StopReason.InstructionLimit;
            while (_input.TryDequeue(out (int Port, byte Value) key))
                _board.SerialPorts[key.Port].Receive(key.Value);
            _clock.FireDue();
            Carry();
            _cpu.Run(limit);
            Ran?.Invoke();
            // What came due within the instruction that waits comes first: it may end the wait.
            if (!_cpu.Context.IsWaiting || _cpu.Context.WakesUp || _clock.NextDue <= _clock.Now)
                continue;
            bool isHalted = _cpu.Context.IsHalted || _clock.NextDue == long.MaxValue && !AwaitsAnybody
                || SkipsIdleTime && WaitedFor() > LongestWait;
            return isHalted ? StopReason.Halted : StopReason.Waiting;
        }
    }

    /// <summary>How long a waiting guest has to wait for its next event, in nanoseconds.</summary>
    public long UntilNextEvent => Math.Max(0, _clock.NextDue - _clock.Now);

    /// <summary>Lets time pass for a waiting guest, at most to its next event.</summary>
    public void LetTimePass(long nanoseconds) => _cpu.Time.SkipTo(_clock.Now + Math.Min(nanoseconds, UntilNextEvent));

    /// <summary>Why a run ended, and where the guest was.</summary>
    public RunResult Result(StopReason reason) =>
        new(reason, (ulong)(int)_cpu.Pc, _cpu.Time.Retired, _clock.Now, Explain());

    /// <summary>
    /// Changes the guest_pmap between two runs: puts another frame behind a page of guest physical memory, which the
    /// guest's next access finds, whatever virtual address it uses. Not for physical addresses below 512 MB, which
    /// unmapped segments show: there frames follow each other.
    /// </summary>
    /// <param name="address">Guest physical address, page-aligned.</param>
    /// <param name="frame">Frame of <see cref="Ram"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no memory at the address, no such frame, or an unmapped
    /// segment shows it.</exception>
    public void Remap(uint address, int frame)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(address, AddressMap.UnmappedPhysicalBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(address % (1 << ShadowTlb.PageShift), 0u);
        ArgumentOutOfRangeException.ThrowIfNotEqual(_pmap[address].IsPresent, true);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)frame, (uint)Memory.Frames, nameof(frame));
        _cpu.Memory.Remap(address, frame);
    }

    /// <summary>Ends the machine, as when its power is switched off.</summary>
    public void PowerOff() => Stop(StopReason.PoweredOff);

    /// <summary>Lets a byte leave by a serial port, as if the guest had sent it.</summary>
    public void Transmit(int port, byte value) => SerialOutput?.Invoke(port, value);

    /// <inheritdoc/>
    /// <remarks>
    /// Between two runs. A state is read into a machine of the same configuration that has not run yet; its engine, and
    /// what it counts beyond exits, may be others.
    /// </remarks>
    public void Walk(StateWalk walk)
    {
        if (walk.IsReading && _cpu.Time.Retired > 0)
            throw new InvalidOperationException("a machine that has run cannot become another");
        walk.Constant("memory", Configuration.MemoryBytes);
        walk.Constant("byte order", _kernel.ByteOrder);
        walk.Constant("TLB size", _cpu.Context.Model.TlbEntries);
        walk.Constant("TLB size of guests", _cpu.Virtualization?.Guest.Model.TlbEntries ?? 0);
        walk.Constant("patch policy", Configuration.Patch);
        walk.Constant("patching in memory", Configuration.PatchInMemory);
        walk.Constant("second-level TLB", Configuration.SecondLevelTlb);
        walk.Constant("use of page tables", Configuration.ShadowPageTables);
        walk.Constant("having hypercalls", Configuration.Hypercalls);
        walk.Part("clock", _clock);
        walk.Part("board", _board);
        walk.Part("ram", _ram);
        walk.Part("pmap", _pmap);
        walk.Part("memory", Memory);
        walk.Part("cpu", _cpu);
        walk.Constant("number of network cards", _cables.Length);
        for (int i = 0; i < _cables.Length; i++)
            walk.Part($"cable {i}", _cables[i]);
        WalkInput(walk);
        int stopped = walk.Value("stopped", (int?)_stopped ?? -1);
        _stopped = stopped < 0 ? null : (StopReason)stopped;
        walk.Value("retired before wait", ref _retiredBeforeWait);
        walk.Value("waiting since", ref _waitingSince);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DriveMedium drive in _drives)
            drive.Dispose();
        foreach (Cable cable in _cables)
            cable.Dispose();
        _cpu.Dispose();
        _pmap.Dispose();
        _ram.Dispose();
        lock (_senders)
        {
            _isGone = true;
            Monitor.PulseAll(_senders);
            _inputArrived.Dispose();
        }
    }

    // What a boot monitor leaves in RAM, and its ROM; or what is in flash with the program that starts there.
    private byte[] Load(MemoryLayout layout, ProcessorModel model)
    {
        MachineConfiguration configuration = Configuration;
        if (configuration.StartsInFlash)
            return configuration.Board.Program(configuration.Flash.Span, _kernel, configuration.KernelName);
        var files = new BootFiles(
            _kernel, configuration.KernelName, configuration.Initrd, configuration.CommandLine, configuration.Seed);
        return configuration.Board.Load(layout, _ram.Slice(0, (int)layout.LowBytes), files, model.AddressMap.Kseg0);
    }

    private void FillRom(byte[] program)
    {
        if (!Configuration.StartsInFlash)
            _board.LoadRom(program);
        _board.Flash.Load(0, Configuration.StartsInFlash ? program : Configuration.Flash.Span);
        if (Configuration.StartsInFlash)
            _board.StartInFlash();
    }

    private void MapRom(MemoryLayout layout, MachineHardware hardware)
    {
        ulong offset = layout.RamBytes;
        foreach (IMappedContents device in _board.MappedContents)
        {
            MemoryRegion region = layout.Regions.First(region => region.Offset == offset && !region.IsWritable);
            _ = new MappedDevice(device, region, hardware, _cpu.Memory);
            offset += region.Bytes;
        }
    }

    // What the board has to say.
    private void Listen()
    {
        _board.PowerOffRequested += PowerOff;
        _board.ResetRequested += () => Stop(StopReason.Reset);
        for (int port = 0; port < _board.SerialPorts.Count; port++)
        {
            int number = port;
            _board.SerialPorts[port].Transmitted += value => Transmit(number, value);
            _board.SerialPorts[port].Received += () => Receive(number);
        }
    }

    private bool AwaitsAnybody => AwaitsInput || Array.Exists(_cables, cable => cable.LivesInHostTime);

    private Cable Plug(NetworkCard card, int place)
    {
        Cable cable = new(_clock, _board.NetworkPorts[place], card.Connect(), NoteArrival);
        cable.Carried += (direction, frame) => NetworkFrame?.Invoke(place, direction, frame);
        return cable;
    }

    private void NoteArrival()
    {
        // Whoever looks for what has been noted finds this, too.
        if (_hasArrivals)
            return;
        lock (_senders)
        {
            if (_isGone)
                return;
            _hasArrivals = true;
            _inputArrived.Set();
        }
        Arrived?.Invoke();
    }

    // What arrives from here on is noted again.
    private void Carry()
    {
        _hasArrivals = false;
        foreach (Cable cable in _cables)
            cable.Carry();
    }

    private void WalkInput(StateWalk walk)
    {
        int[] input = walk.Sequence<int>("input", [.. _input.Select(key => key.Port << 8 | key.Value)]);
        walk.Array<int>("unread", _unread);
        if (!walk.IsReading)
            return;
        _input.Clear();
        foreach (int key in input)
            _input.Enqueue((key >> 8, (byte)key));
    }

    private void Receive(int port)
    {
        lock (_senders)
        {
            if (_unread[port]-- == MostUnread)
                Monitor.PulseAll(_senders);
        }
    }

    private long WaitedFor()
    {
        if (_cpu.Time.Retired != _retiredBeforeWait)
            (_retiredBeforeWait, _waitingSince) = (_cpu.Time.Retired, _clock.Now);
        return _clock.Now - _waitingSince;
    }

    /// <summary>Lets time pass to the next event: at once, or as somebody at the console would see it pass.</summary>
    private void Idle(CancellationToken stop)
    {
        long due = _clock.NextDue;
        if (SkipsIdleTime)
        {
            _cpu.Time.SkipTo(due);
            return;
        }
        long before = Stopwatch.GetTimestamp();
        long milliseconds = Math.Clamp((due - _clock.Now) / 1_000_000, 0, 1000);
        bool woken = milliseconds > 0
            && WaitHandle.WaitAny([_inputArrived, stop.WaitHandle], (int)milliseconds) != WaitHandle.WaitTimeout;
        long slept = (long)Stopwatch.GetElapsedTime(before).TotalNanoseconds;
        _cpu.Time.SkipTo(woken || milliseconds == 1000 ? Math.Min(due, _clock.Now + slept) : due);
    }

    private void Stop(StopReason reason)
    {
        _stopped = reason;
        _cpu.Time.Yield();
    }

    /// <summary>
    /// The symbol of the kernel at or before an address, and how far behind it; null where it names none.
    /// </summary>
    public string? SymbolAt(uint pc) => _kernel.SymbolAt(pc);

    private string Explain()
    {
        PrivilegedContext context = _cpu.Running;
        uint status = context.Cop0[Cop0Register.Status];
        uint cause = context.Cop0[Cop0Register.Cause];
        string place = SymbolAt(_cpu.Pc) is { } symbol ? $" ({symbol})" : "";
        string interrupts = (status & StatusBits.Ie) != 0 ? "interrupts enabled" : "interrupts disabled";
        string exception = (status & StatusBits.Exl) == 0 ? "" :
            $", handling {(ExceptionCode)((cause & CauseBits.ExcCodeMask) >> CauseBits.ExcCodeShift)} from 0x{context.Cop0[Cop0Register.Epc]:x8} (bad address 0x{context.Cop0[Cop0Register.BadVAddr]:x8})";
        string waiting = _cpu.Context.IsWaiting ? ", waiting" : "";
        return $"in {(context.Model.IsGuest ? "guest " : "")}{context.Mode.ToString().ToLowerInvariant()} mode at 0x{_cpu.Pc:x8}{place}, {interrupts}{waiting}{exception}";
    }
}

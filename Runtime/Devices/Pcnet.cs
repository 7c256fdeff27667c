using Dbt.Runtime.Bus;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// AMD's Am79C973, PCnet-FAST III, the network card on a Malta (data sheet 21510): registers behind an address port,
/// and two rings of descriptors in memory. A frame is sent when the guest asks for it; one that comes waits in the port
/// until there is a descriptor for it.
/// </summary>
public sealed class Pcnet : IBusTarget, IHasState
{
    private const uint DataPort = 0x10;
    private const uint Init = 0x0001, Start = 0x0002, Stop = 0x0004, TransmitDemand = 0x0008, TransmitOn = 0x0010,
        ReceiveOn = 0x0020, InterruptEnable = 0x0040, Interrupt = 0x0080, InitDone = 0x0100, Errors = 0x7800,
        AnyError = 0x8000, Causes = 0x7f00;
    private const uint UserInterrupt = 0x0040, UserInterruptCommand = 0x0080, NoPolling = 0x1000;
    private const uint Suspend = 0x0001;
    private const uint NoReceiver = 0x0001, NoTransmitter = 0x0002;
    private const uint WideIo = 0x0080;
    private const uint LedOut = 0x8000, LinkLed = 0x0040;
    private const uint ReceiveDemand = 0x2000;
    private const uint PhyAddress = 30;

    // The chip looks each 2 ms; nobody who is in a hurry leaves it at that.
    private const long PollNanoseconds = 10_000_000;

    private readonly Clock _clock;
    private readonly EthernetPort _port;
    private readonly PcnetRegisters _registers;
    private readonly PcnetTraffic _traffic;
    private readonly EthernetPhy _phy;
    private readonly ClockEvent _poll;
    private uint _number;

    /// <summary>Creates the card.</summary>
    /// <param name="clock">The machine's time.</param>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="ports">The port space of its bus.</param>
    /// <param name="pciMemory">The memory space of its bus.</param>
    /// <param name="ram">What it reads and writes by itself.</param>
    /// <param name="port">Its socket.</param>
    public Pcnet(
        Clock clock, string name, AddressSpace ports, AddressSpace pciMemory, IBusMemory ram, EthernetPort port)
    {
        (_clock, _port) = (clock, port);
        _registers = new PcnetRegisters(name, port.Address);
        Function = new PciFunction(name, new(0x1022, 0x2000, 0x020000, 0x40), status: 0x0280, interruptPin: 1);
        Function.Configuration.Add(0x2c, "SUBSYSTEM", 4, mask: 0);
        Function.Configuration.Add(0x3e, "MIN_GNT", reset: 0x06, mask: 0);
        Function.Configuration.Add(0x3f, "MAX_LAT", reset: 0xff, mask: 0);
        Function.AddPorts(0, 32, ports, this);
        Function.AddMemory(1, 32, pciMemory, this);
        _traffic = new PcnetTraffic(_registers, new PciMaster(Function, ram), port);
        // AMD's own 10/100 transceiver, which is on the same chip.
        _phy = new EthernetPhy(name + "-phy", port, 0x0000_6b60, status: 0x7809, control: 0x3100);
        foreach ((int number, uint reset) in new[] { (4, 0x00c0u), (5, 0x0084u), (6, 0x0088u), (7, 0x0090u) })
        {
            Register led = null!;
            led = _registers.AddBcr(
                number, $"LED{number - 4}", reset, mask: ~LedOut, read: () => led.Value
                    | ((led.Value & LinkLed) != 0 && port.LinkUp ? LedOut : 0));
        }
        Register address = _registers.AddBcr(33, "MIIADDR", 0, mask: 0x03ff);
        _registers.AddBcr(
            34, "MIIMDR", 0, mask: 0xffff,
            read: () => address.Value >> 5 == PhyAddress ? _phy.Read(address.Value) : 0xffff,
            written: value =>
            {
                if (address.Value >> 5 == PhyAddress)
                    _phy.Write(address.Value, value);
            });
        _poll = clock.CreateEvent(name + "-poll", Poll);
        port.Accept = Accept;
    }

    /// <summary>The function's configuration space.</summary>
    public PciFunction Function { get; }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes)
    {
        if (offset < DataPort)
            return _registers.ReadProm(offset, bytes);
        uint nothing = uint.MaxValue >> 32 - 8 * bytes;
        if (bytes != PortBytes || offset % (uint)bytes != 0)
            return nothing;
        uint value = ((offset - DataPort) / (uint)bytes) switch
        {
            0 => ReadCsr(),
            1 => _number,
            2 => Reset(),
            _ => _registers.ReadBcr(_number),
        };
        return value & nothing;
    }

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        // The first word that is written whole makes the ports words (data sheet, "Double Word I/O Mode").
        if (offset == DataPort && bytes == sizeof(uint) && PortBytes != sizeof(uint))
            _registers.BusControl.Set(WideIo);
        else if (offset >= DataPort && bytes == PortBytes && offset % (uint)bytes == 0)
            WritePort((offset - DataPort) / (uint)bytes, value & 0xffff);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _registers);
        walk.Part("phy", _phy);
        walk.Part("port", _port);
        walk.Part("poll", _poll);
        walk.Value("number", ref _number);
    }

    private int PortBytes => _registers.BusControl.Has(WideIo) ? sizeof(uint) : sizeof(ushort);

    private bool Stands => _registers.Status.Has(Stop) || _registers.Extended.Has(Suspend);

    private uint ReadCsr()
    {
        uint value = _registers.ReadCsr(_number);
        return _number == 0 && (value & Errors) != 0 ? value | AnyError : value;
    }

    private void WritePort(uint port, uint value)
    {
        switch (port)
        {
            case 0:
                WriteCsr(value);
                break;
            case 1:
                _number = value & 0x7f;
                break;
            case 3:
                _registers.WriteBcr(_number & 0x3f, value, Stands);
                break;
        }
    }

    private void WriteCsr(uint value)
    {
        if (_number == 0)
            Control(value);
        else
            _registers.WriteCsr(_number, value, Stands);
        if (_number == 4 && (value & UserInterruptCommand) != 0)
        {
            _registers.Features.Set(UserInterruptCommand, false);
            _registers.Features.Set(UserInterrupt);
        }
        // A command, not a state.
        _registers.Extended2.Set(ReceiveDemand, false);
        // Whoever writes here may have given descriptors back.
        _port.Offer();
        Update();
    }

    // CSR0: ones clear what has come, and start and stop the card.
    private void Control(uint value)
    {
        Register status = _registers.Status;
        status.Value = status.Value & ~(value & Causes) & ~InterruptEnable | value & InterruptEnable;
        if ((value & Stop) != 0)
        {
            StopAll();
            return;
        }
        if ((value & Init) != 0 && !status.Has(Init))
        {
            status.Set(Stop, false);
            status.Set(_traffic.TryInitialize() ? Init | InitDone : Init | PcnetTraffic.MemoryError);
        }
        if ((value & Start) != 0 && !status.Has(Start))
            StartAll();
        if ((value & TransmitDemand) != 0 && status.Has(TransmitOn))
            _traffic.Transmit();
        Rearm();
    }

    private void StartAll()
    {
        Register status = _registers.Status;
        status.Set(Stop, false);
        status.Set(Start);
        status.Set(TransmitOn, (_registers.Mode.Value & NoTransmitter) == 0);
        status.Set(ReceiveOn, (_registers.Mode.Value & NoReceiver) == 0);
    }

    private void StopAll()
    {
        _registers.Status.Value = Stop;
        _registers.Features.Set(0x02c2, false);
        _registers.Extended.Set(0x0011, false);
        _port.Drop();
        Rearm();
    }

    // Reading the reset port resets all but the BCRs, and the ports are half words again.
    private uint Reset()
    {
        _registers.Reset();
        _registers.BusControl.Set(WideIo, false);
        _number = 0;
        _port.Drop();
        Rearm();
        Update();
        return 0;
    }

    private bool Accept(ReadOnlyMemory<byte> frame)
    {
        if (_registers.Extended.Has(Suspend) && !_registers.Status.Has(Stop))
            return false;
        bool taken = !_registers.Status.Has(ReceiveOn) || _traffic.TryReceive(frame.Span);
        Rearm();
        Update();
        return taken;
    }

    // Descriptors that the guest filled without saying so, and such as frames wait for.
    private void Poll()
    {
        if (_registers.Status.Has(TransmitOn) && !Stands && !_registers.Features.Has(NoPolling))
            _traffic.Transmit();
        _port.Offer();
        Rearm();
        Update();
    }

    private void Rearm()
    {
        bool polls = _port.IsWaiting || _registers.Status.Has(TransmitOn) && !_registers.Features.Has(NoPolling);
        _poll.At(polls ? _clock.Now + PollNanoseconds : long.MaxValue);
    }

    // What has come and is not masked: in CSR0 the mask is CSR3, in CSR4 and CSR5 each has one beside it.
    private void Update()
    {
        uint status = _registers.Status.Value, features = _registers.Features.Value,
            extended = _registers.Extended.Value;
        bool pulls = (status & ~_registers.Masks.Value & (Causes & ~0x2000u)) != 0
            || (features >> 1 & ~features & 0x0115) != 0 || (features & UserInterrupt) != 0
            || (extended >> 1 & extended & 0x0548) != 0;
        _registers.Status.Set(Interrupt, pulls);
        Function.Interrupt?.Set(pulls && _registers.Status.Has(InterruptEnable));
    }
}

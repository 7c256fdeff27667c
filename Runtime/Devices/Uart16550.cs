using Dbt.Runtime.Bus;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A 16550A serial port (National PC16550D): eight byte registers. A byte written to the transmitter leaves at once;
/// a byte from outside waits in a queue until the receiver has room, so nothing is lost and nothing overruns.
/// </summary>
public sealed class Uart16550 : IBusTarget, ISerialPort, IHasState
{
    private const uint ReceiveEnable = 1, TransmitEnable = 2, LineEnable = 4;
    private const uint NoInterrupt = 1, TransmitInterrupt = 2, ReceiveInterrupt = 4, LineInterrupt = 6,
        TimeoutInterrupt = 12;
    private const uint FifoEnable = 1, ClearReceiver = 2;
    private const uint DivisorLatch = 0x80;
    private const uint Dtr = 0x01, Rts = 0x02, Out1 = 0x04, Out2 = 0x08, Loopback = 0x10;
    private const uint DataReady = 0x01, Overrun = 0x02, LineErrors = 0x1e, TransmitterIdle = 0x60;
    private const uint Cts = 0x10, Dsr = 0x20, Ri = 0x40, Dcd = 0x80;
    private const int FifoBytes = 16;

    private readonly Clock _clock;
    private readonly InterruptLine _interrupt;
    private readonly ClockEvent _timeout;
    private readonly long _baudBase;
    private readonly RegisterBank _registers;
    private readonly Register _lineControl, _modemControl, _lineStatus;

    private readonly Queue<byte> _outside = new();
    private readonly byte[] _fifo = new byte[FifoBytes];
    private int _head, _count;
    private uint _enable, _fifoControl;
    private uint _divisor = 12;
    private byte _lastReceived;
    private bool _transmitterEmptied, _timedOut;

    /// <summary>Creates the port with the modem's CTS, DSR and DCD high.</summary>
    /// <param name="clock">The machine's time.</param>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="interrupt">Its INTR pin.</param>
    /// <param name="baudBase">Bits a second at a divisor of 1: a sixteenth of the crystal.</param>
    public Uart16550(Clock clock, string name, InterruptLine interrupt, long baudBase)
    {
        _clock = clock;
        _interrupt = interrupt;
        _baudBase = baudBase;
        _timeout = clock.CreateEvent(name + "-timeout", TimeOut);
        _registers = new RegisterBank(name, 8);
        _registers.Add(0, "RBR/THR/DLL", read: ReadData, written: WriteData);
        _registers.Add(1, "IER/DLM", read: () => Latched ? _divisor >> 8 : _enable, written: WriteEnable);
        _registers.Add(2, "IIR/FCR", read: ReadIdentification, written: WriteFifoControl);
        _lineControl = _registers.Add(3, "LCR");
        _modemControl = _registers.Add(4, "MCR", reset: Out2, mask: 0x1f, written: _ => Refill());
        _lineStatus = _registers.Add(5, "LSR", reset: TransmitterIdle, mask: 0, read: ReadLineStatus);
        _registers.Add(6, "MSR", mask: 0, read: ReadModemStatus);
        _registers.Add(7, "SCR");
    }

    /// <inheritdoc/>
    public event Action<byte>? Transmitted;

    /// <inheritdoc/>
    public event Action? Received;

    /// <inheritdoc/>
    public void Receive(byte value)
    {
        _outside.Enqueue(value);
        Refill();
    }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) => _registers.Read(offset, bytes);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) => _registers.Write(offset, bytes, value);

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _registers);
        walk.Part("timeout", _timeout);
        walk.Queue("outside", _outside);
        walk.Array<byte>("fifo", _fifo);
        walk.Value("head", ref _head);
        walk.Value("count", ref _count);
        walk.Value("enable", ref _enable);
        walk.Value("fifo control", ref _fifoControl);
        walk.Value("divisor", ref _divisor);
        walk.Value("last received", ref _lastReceived);
        walk.Value("transmitter emptied", ref _transmitterEmptied);
        walk.Value("timed out", ref _timedOut);
    }

    private bool Latched => _lineControl.Has(DivisorLatch);

    private bool Fifo => (_fifoControl & FifoEnable) != 0;

    private int Trigger => !Fifo ? 1 : (_fifoControl >> 6) switch { 0 => 1, 1 => 4, 2 => 8, _ => 14 };

    private uint ReadData()
    {
        if (Latched)
            return _divisor & 0xff;
        // An empty FIFO reads 0, the single buffer shows its last byte again.
        if (_count == 0)
            return Fifo ? 0u : _lastReceived;
        byte value = _fifo[_head];
        _head = _head + 1 & FifoBytes - 1;
        _count--;
        _lastReceived = Fifo ? _lastReceived : value;
        _timedOut = false;
        ReceiverChanged();
        Refill();
        return value;
    }

    private void WriteData(uint value)
    {
        if (Latched)
        {
            _divisor = _divisor & 0xff00 | value;
            return;
        }
        // The interrupt falls and rises again: the controller behind it looks at edges.
        _transmitterEmptied = false;
        Update();
        if (_modemControl.Has(Loopback))
            Push((byte)value);
        else
            Transmitted?.Invoke((byte)value);
        _transmitterEmptied = true;
        Update();
    }

    private void WriteEnable(uint value)
    {
        if (Latched)
        {
            _divisor = _divisor & 0xff | value << 8;
            return;
        }
        bool enabling = (~_enable & value & TransmitEnable) != 0;
        _enable = value & 0x0f;
        if (enabling)
            _transmitterEmptied = true;
        Update();
    }

    private uint ReadIdentification()
    {
        uint identification = Identify();
        if (identification == TransmitInterrupt)
        {
            _transmitterEmptied = false;
            Update();
        }
        return identification | (Fifo ? 0xc0u : 0);
    }

    private void WriteFifoControl(uint value)
    {
        bool switched = ((_fifoControl ^ value) & FifoEnable) != 0;
        if (switched || (value & ClearReceiver) != 0)
        {
            _count = 0;
            _timedOut = false;
        }
        // The other bits stick only while the FIFO is on.
        _fifoControl = (value & FifoEnable) != 0 ? value & 0xc9 : 0;
        ReceiverChanged();
        Refill();
    }

    // The modem outside never changes; in loopback its lines are the four outputs. As on QEMU, going in and out of
    // loopback leaves no deltas behind, so the modem interrupt has no source.
    private uint ReadModemStatus()
    {
        uint control = _modemControl.Value;
        if ((control & Loopback) == 0)
            return Dcd | Dsr | Cts;
        return ((control & Rts) != 0 ? Cts : 0) | ((control & Dtr) != 0 ? Dsr : 0)
            | ((control & Out1) != 0 ? Ri : 0) | ((control & Out2) != 0 ? Dcd : 0);
    }

    private uint ReadLineStatus()
    {
        uint status = _lineStatus.Value;
        if ((status & LineErrors) != 0)
        {
            _lineStatus.Set(LineErrors, false);
            Update();
        }
        return status;
    }

    private void Push(byte value)
    {
        if (_count == (Fifo ? FifoBytes : 1))
        {
            // A full FIFO keeps what it has; the single buffer is written over.
            _lineStatus.Set(Overrun);
            if (!Fifo)
                _fifo[_head] = value;
        }
        else
        {
            _fifo[_head + _count & FifoBytes - 1] = value;
            _count++;
        }
        ReceiverChanged();
    }

    private void Refill()
    {
        while (_outside.Count > 0 && _count < (Fifo ? FifoBytes : 1) && !_modemControl.Has(Loopback))
        {
            Push(_outside.Dequeue());
            Received?.Invoke();
        }
    }

    private void ReceiverChanged()
    {
        _lineStatus.Set(DataReady, _count > 0);
        _timeout.At(Fifo && _count > 0 ? _clock.Now + 4 * CharacterNanoseconds() : long.MaxValue);
        Update();
    }

    private void TimeOut()
    {
        _timedOut = _count > 0;
        Update();
    }

    private long CharacterNanoseconds()
    {
        uint format = _lineControl.Value;
        long bits = 1 + 5 + (format & 3) + ((format & 8) != 0 ? 1 : 0) + ((format & 4) != 0 ? 2 : 1);
        return bits * Math.Max(_divisor, 1) * 1_000_000_000 / _baudBase;
    }

    // Table "Interrupt control functions" of the data sheet, highest priority first.
    private uint Identify()
    {
        if ((_enable & LineEnable) != 0 && (_lineStatus.Value & LineErrors) != 0)
            return LineInterrupt;
        if ((_enable & ReceiveEnable) != 0 && _timedOut)
            return TimeoutInterrupt;
        if ((_enable & ReceiveEnable) != 0 && _count >= Trigger)
            return ReceiveInterrupt;
        if ((_enable & TransmitEnable) != 0 && _transmitterEmptied)
            return TransmitInterrupt;
        return NoInterrupt;
    }

    private void Update() => _interrupt.Set(Identify() != NoInterrupt);
}

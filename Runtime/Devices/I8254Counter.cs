using Dbt.Runtime.Bus;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// One counter of an <see cref="I8254"/>. Its count is never ticked: it follows from the time it was loaded.
/// </summary>
internal sealed class I8254Counter : IHasState
{
    /// <summary>Input clock in Hz: a third of the NTSC colour carrier.</summary>
    public const long Frequency = 1_193_182;

    private const long Second = 1_000_000_000;

    private readonly Clock _clock;
    private readonly InterruptLine? _wire;
    private readonly ClockEvent? _edge;

    private int _access = 3;
    private bool _bcd;
    private bool _gate;
    private int _mode = 3;

    private int _reload = 0x10000;
    private long _loadedAt;
    private long _pausedTicks = -1;
    private bool _loaded = true, _triggered = true, _nullCount;

    private int _lowByte = -1;
    private bool _readHigh;
    private int _latch = -1;
    private int _latchBytes;
    private int _status = -1;

    public I8254Counter(Clock clock, string name, InterruptLine? wire, bool gate)
    {
        _clock = clock;
        _wire = wire;
        _gate = gate;
        if (!gate)
            _pausedTicks = 0;
        if (wire is not null)
            _edge = clock.CreateEvent(name, Update);
        Load(0x10000);
    }

    /// <summary>The OUT pin now.</summary>
    public bool Output
    {
        get
        {
            if (!_loaded)
                return _mode != 0;
            long ticks = Ticks;
            return _mode switch
            {
                0 => ticks >= _reload,
                1 => !_triggered || ticks >= _reload,
                2 => !_gate || ticks % _reload != _reload - 1,
                3 => !_gate || ticks % _reload < (_reload + 1) / 2,
                _ => !_triggered || ticks != _reload,
            };
        }
    }

    /// <summary>A control word for this counter; with access mode 0 it is the latch command.</summary>
    public void Control(uint word)
    {
        int access = (int)(word >> 4 & 3);
        if (access == 0)
        {
            LatchCount();
            return;
        }
        _access = access;
        _bcd = (word & 1) != 0;
        _mode = (int)(word >> 1 & 7);
        if (_mode > 5)
            _mode -= 4;
        _lowByte = _latch = _status = -1;
        _readHigh = false;
        _loaded = false;
        _nullCount = true;
        Update();
    }

    public void ReadBack(bool count, bool status)
    {
        if (status && _status < 0)
            _status = (Output ? 0x80 : 0) | (_nullCount ? 0x40 : 0) | _access << 4 | _mode << 1 | (_bcd ? 1 : 0);
        if (count)
            LatchCount();
    }

    public uint Read()
    {
        if (_status >= 0)
        {
            uint status = (uint)_status;
            _status = -1;
            return status;
        }
        int value;
        if (_latch >= 0)
        {
            value = _latch;
            if (--_latchBytes == 0)
                _latch = -1;
        }
        else
        {
            value = Count;
        }
        bool high = _access == 2 || _access == 3 && _readHigh;
        if (_access == 3)
            _readHigh = !_readHigh;
        return (uint)(high ? value >> 8 : value) & 0xff;
    }

    public void Write(uint value)
    {
        if (_access == 3 && _lowByte < 0)
        {
            // Mode 0 stops counting between the two bytes.
            _lowByte = (int)value;
            return;
        }
        int count = _access switch { 1 => (int)value, 2 => (int)value << 8, _ => _lowByte | (int)value << 8 };
        _lowByte = -1;
        if (_bcd)
            count = FromBcd(count);
        Load(count == 0 ? (_bcd ? 10_000 : 0x10000) : count);
    }

    public void SetGate(bool gate)
    {
        if (gate == _gate)
            return;
        if (gate)
        {
            // Modes 1 and 5 start, 2 and 3 start over, 0 and 4 go on where they stopped.
            if (_mode is 0 or 4)
                _loadedAt = _clock.Now - ToNanoseconds(_pausedTicks);
            else
                Start();
            _pausedTicks = -1;
        }
        else if (_mode is not (1 or 5))
        {
            _pausedTicks = Ticks;
        }
        _gate = gate;
        Update();
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Value("access", ref _access);
        walk.Value("BCD", ref _bcd);
        walk.Value("gate", ref _gate);
        walk.Value("mode", ref _mode);
        walk.Value("reload", ref _reload);
        walk.Value("loaded at", ref _loadedAt);
        walk.Value("paused at tick", ref _pausedTicks);
        walk.Value("loaded", ref _loaded);
        walk.Value("triggered", ref _triggered);
        walk.Value("null count", ref _nullCount);
        walk.Value("low byte", ref _lowByte);
        walk.Value("read high", ref _readHigh);
        walk.Value("latch", ref _latch);
        walk.Value("latched bytes", ref _latchBytes);
        walk.Value("latched status", ref _status);
        if (_edge is not null)
            walk.Part("edge", _edge);
    }

    private long Ticks =>
        _pausedTicks >= 0 ? _pausedTicks : (long)((Int128)(_clock.Now - _loadedAt) * Frequency / Second);

    private int Count
    {
        get
        {
            long ticks = Ticks;
            long left = _mode switch
            {
                2 => _reload - ticks % _reload,
                3 => _reload - 2 * ticks % _reload,
                _ => _reload - ticks,
            };
            int count = (int)(left & 0xffff);
            return _bcd ? ToBcd((int)((left % 10_000 + 10_000) % 10_000)) : count;
        }
    }

    private void LatchCount()
    {
        if (_latch >= 0)
            return;
        _latch = Count;
        _latchBytes = _access == 3 ? 2 : 1;
    }

    private void Load(int count)
    {
        bool first = !_loaded;
        _reload = count;
        _loaded = true;
        _nullCount = false;
        // Modes 1 and 5 wait for the gate to rise.
        if (_mode is 1 or 5)
        {
            if (first)
                _triggered = false;
            return;
        }
        Start();
        if (!_gate)
            _pausedTicks = 0;
        Update();
    }

    private void Start()
    {
        _loadedAt = _clock.Now;
        _triggered = true;
    }

    private void Update()
    {
        if (_wire is null)
            return;
        _wire.Set(Output);
        long next = _loaded && _gate ? NextEdge(Ticks) : -1;
        _edge!.At(next < 0 ? long.MaxValue : _loadedAt + ToNanoseconds(next));
    }

    // Ticks since loading at which OUT changes next, -1 for never.
    private long NextEdge(long ticks)
    {
        long period = ticks / _reload * _reload;
        long phase = ticks - period;
        return _mode switch
        {
            0 or 1 => ticks < _reload ? _reload : -1,
            2 => phase < _reload - 1 ? period + _reload - 1 : period + _reload,
            3 => phase < (_reload + 1) / 2 ? period + (_reload + 1) / 2 : period + _reload,
            _ => ticks < _reload ? _reload : ticks == _reload ? _reload + 1 : -1,
        };
    }

    // Rounded up: at that nanosecond the tick has happened.
    private static long ToNanoseconds(long ticks) => (long)(((Int128)ticks * Second + Frequency - 1) / Frequency);

    private static int FromBcd(int bcd) =>
        (bcd >> 12 & 15) * 1000 + (bcd >> 8 & 15) * 100 + (bcd >> 4 & 15) * 10 + (bcd & 15);

    private static int ToBcd(int value) =>
        value / 1000 << 12 | value / 100 % 10 << 8 | value / 10 % 10 << 4 | value % 10;
}

using Dbt.Runtime.Bus;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The MC146818 real-time clock (Motorola MC146818A/D) with 114 bytes of memory, behind an index and a data port.
/// </summary>
/// <remarks>
/// Nothing ticks while nobody looks: the time is brought up to date when it is read, and events are scheduled only
/// for interrupts the guest has enabled, so that an idle guest sleeps.
/// </remarks>
public sealed class Mc146818 : IBusTarget, IHasState
{
    private const int Seconds = 0, SecondsAlarm = 1, Minutes = 2, MinutesAlarm = 3, Hours = 4, HoursAlarm = 5;
    private const int WeekDay = 6, Day = 7, Month = 8, Year = 9, A = 10, B = 11, C = 12, D = 13, Century = 0x32;

    private const uint UpdateInProgress = 0x80;
    private const uint Set = 0x80, PeriodicEnable = 0x40, AlarmEnable = 0x20, UpdateEnable = 0x10, Binary = 0x04,
        Hours24 = 0x02;
    private const uint Requested = 0x80, Periodic = 0x40, Alarm = 0x20, Updated = 0x10;
    private const uint ValidRam = 0x80;
    private const uint Pm = 0x80, DontCare = 0xc0;

    private const long Second = 1_000_000_000;

    // The update cycle is announced 244 µs ahead: eight cycles of the 32.768 kHz crystal (data sheet, table 6).
    private const long UpdateNotice = 8 * Second / 32_768;

    private readonly Clock _clock;
    private readonly InterruptLine _interrupt;
    private readonly ClockEvent _due;
    private readonly RegisterBank _ports = new("rtc", 2);
    private readonly RegisterBank _cells = new("rtc-cells", 128);
    private readonly Register[] _cell = new Register[128];

    private uint _index;
    private long _nextTick;
    private long _nextPeriod = long.MaxValue;

    /// <summary>Creates the clock, running.</summary>
    /// <param name="clock">The machine's time.</param>
    /// <param name="interrupt">Its IRQ pin.</param>
    /// <param name="start">What it shows at the machine's present time.</param>
    public Mc146818(Clock clock, InterruptLine interrupt, DateTime start)
    {
        _clock = clock;
        _interrupt = interrupt;
        _due = clock.CreateEvent("rtc", CatchUp);
        _ports.Add(0, "INDEX", read: () => 0xff, written: value => _index = value & 0x7f);
        _ports.Add(1, "DATA", read: ReadCell, written: WriteCell);

        for (int i = 0; i < _cell.Length; i++)
            _cell[i] = _cells.Add(i, "RAM" + i);
        foreach (int alarm in (ReadOnlySpan<int>)[SecondsAlarm, MinutesAlarm, HoursAlarm])
            _cell[alarm] = _cells.Add(alarm, "ALARM" + alarm, written: _ => Schedule());
        _cell[A] = _cells.Add(A, "A", reset: 0x26, mask: 0x7f, read: ReadA, written: ControlDivider);
        _cell[B] = _cells.Add(B, "B", reset: Hours24, written: ControlInterrupts);
        _cell[C] = _cells.Add(C, "C", mask: 0, read: ReadFlags);
        _cell[D] = _cells.Add(D, "D", reset: ValidRam, mask: 0);

        SetDate(start);
        _nextTick = clock.Now + Second - start.Ticks % TimeSpan.TicksPerSecond * 100;
    }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) => _ports.Read(offset, bytes);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) => _ports.Write(offset, bytes, value);

    /// <inheritdoc/>
    /// <remarks>
    /// Promises it for what kernels poll: choosing register A, and waiting for its update flag to change.
    /// </remarks>
    public long SteadyUntil(uint offset, uint? written)
    {
        if (offset == 0)
            return (written & 0x7f) == _index ? long.MaxValue : 0;
        if (written is not null || _index != A)
            return 0;
        return _nextTick - _clock.Now <= UpdateNotice ? _nextTick : _nextTick - UpdateNotice;
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("ports", _ports);
        walk.Part("cells", _cells);
        walk.Part("due", _due);
        walk.Value("index", ref _index);
        walk.Value("next tick", ref _nextTick);
        walk.Value("next period", ref _nextPeriod);
    }

    private bool Dividing => (_cell[A].Value & 0x70) <= 0x20;

    private uint ReadCell()
    {
        CatchUp();
        return _cells.Read(_index, 1);
    }

    private void WriteCell(uint value)
    {
        CatchUp();
        _cells.Write(_index, 1, value);
    }

    private uint ReadA()
    {
        bool updating = Dividing && !_cell[B].Has(Set) && _nextTick - _clock.Now <= UpdateNotice;
        return _cell[A].Value | (updating ? UpdateInProgress : 0);
    }

    private uint ReadFlags()
    {
        uint flags = _cell[C].Value;
        _cell[C].Value = 0;
        _interrupt.Set(false);
        Schedule();
        return flags;
    }

    private void ControlDivider(uint value)
    {
        // Out of reset the first update comes half a second later (data sheet, "Divider control").
        if (!Dividing)
            _nextTick = long.MaxValue;
        else if (_nextTick == long.MaxValue)
            _nextTick = _clock.Now + Second / 2;
        StartPeriod();
        Schedule();
    }

    private void ControlInterrupts(uint value)
    {
        // SET aborts an update and keeps the update interrupt off.
        if ((value & Set) != 0)
            _cell[B].Set(UpdateEnable, false);
        StartPeriod();
        Raise(0);
        Schedule();
    }

    // The rate selection: 0 is off, 1 and 2 are the rates of 8 and 9, n is 2^(n-1) cycles of 32.768 kHz.
    private long PeriodNanoseconds()
    {
        int rate = (int)(_cell[A].Value & 15);
        if (rate == 0)
            return 0;
        return (1L << ((rate <= 2 ? rate + 7 : rate) - 1)) * Second / 32_768;
    }

    private void StartPeriod()
    {
        bool wanted = _cell[B].Has(PeriodicEnable) && Dividing && PeriodNanoseconds() != 0;
        if (!wanted)
            _nextPeriod = long.MaxValue;
        else if (_nextPeriod == long.MaxValue || _nextPeriod - _clock.Now > PeriodNanoseconds())
            _nextPeriod = _clock.Now + PeriodNanoseconds();
    }

    private void CatchUp()
    {
        long now = _clock.Now;
        if (now < _nextTick && now < _nextPeriod)
            return;
        uint flags = 0;
        while (now >= _nextTick)
        {
            _nextTick += Second;
            if (_cell[B].Has(Set))
                continue;
            Tick();
            flags |= Updated;
            if (AlarmMatches())
                flags |= Alarm;
        }
        while (now >= _nextPeriod)
        {
            _nextPeriod += PeriodNanoseconds();
            flags |= Periodic;
        }
        Raise(flags);
        Schedule();
    }

    private void Raise(uint flags)
    {
        Register c = _cell[C];
        c.Set(flags);
        bool requested = (c.Value & _cell[B].Value & (Periodic | Alarm | Updated)) != 0;
        c.Set(Requested, requested);
        _interrupt.Set(requested);
    }

    private void Schedule()
    {
        bool seconds = (_cell[B].Value & (AlarmEnable | UpdateEnable)) != 0 && !_cell[C].Has(Requested);
        _due.At(Math.Min(seconds ? _nextTick : long.MaxValue, _nextPeriod));
    }

    private bool AlarmMatches() =>
        Matches(SecondsAlarm, Seconds) && Matches(MinutesAlarm, Minutes) && Matches(HoursAlarm, Hours);

    private bool Matches(int alarm, int time) =>
        (_cell[alarm].Value & DontCare) == DontCare || _cell[alarm].Value == _cell[time].Value;

    private void Tick()
    {
        if (!Carry(Seconds, 0, 60) || !Carry(Minutes, 0, 60) || !CarryHour())
            return;
        Carry(WeekDay, 1, 8);
        int year = Decode(Year) + 100 * Decode(Century);
        int month = Math.Clamp(Decode(Month), 1, 12);
        if (Carry(Day, 1, DateTime.DaysInMonth(Math.Clamp(year, 1, 9999), month) + 1)
            && Carry(Month, 1, 13)
            && Carry(Year, 0, 100))
            Carry(Century, 0, 100);
    }

    // Counts a cell up; true when it wrapped from the last value before `end` to `first`.
    private bool Carry(int cell, int first, int end)
    {
        int next = Decode(cell) + 1;
        bool wrapped = next >= end;
        Encode(cell, wrapped ? first : next);
        return wrapped;
    }

    private bool CarryHour()
    {
        int hour = (ReadHour() + 1) % 24;
        WriteHour(hour);
        return hour == 0;
    }

    private int ReadHour()
    {
        if (_cell[B].Has(Hours24))
            return Decode(Hours);
        int hour = FromCell(_cell[Hours].Value & ~Pm) % 12;
        return _cell[Hours].Has(Pm) ? hour + 12 : hour;
    }

    private void WriteHour(int hour)
    {
        if (_cell[B].Has(Hours24))
            Encode(Hours, hour);
        else
            _cell[Hours].Value = ToCell(hour % 12 == 0 ? 12 : hour % 12) | (hour >= 12 ? Pm : 0);
    }

    private void SetDate(DateTime date)
    {
        Encode(Seconds, date.Second);
        Encode(Minutes, date.Minute);
        WriteHour(date.Hour);
        Encode(WeekDay, (int)date.DayOfWeek + 1);
        Encode(Day, date.Day);
        Encode(Month, date.Month);
        Encode(Year, date.Year % 100);
        Encode(Century, date.Year / 100);
    }

    private int Decode(int cell) => FromCell(_cell[cell].Value);

    private void Encode(int cell, int value) => _cell[cell].Value = ToCell(value);

    private int FromCell(uint value) => (int)(_cell[B].Has(Binary) ? value : (value >> 4) * 10 + (value & 15));

    private uint ToCell(int value) => (uint)(_cell[B].Has(Binary) ? value : value / 10 << 4 | value % 10);
}

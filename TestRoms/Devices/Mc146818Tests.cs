using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Time;
using Xunit;

namespace Dbt.TestRoms.Devices;

public sealed class Mc146818Tests
{
    private const uint A = 10, B = 11, C = 12, UpdateInProgress = 0x80;
    private const long Second = 1_000_000_000;

    private readonly Clock _clock = new();
    private readonly Mc146818 _rtc;
    private int _interrupts;

    public Mc146818Tests() =>
        _rtc = new Mc146818(_clock, new InterruptLine(level => _interrupts += level ? 1 : 0), new DateTime(2024, 2, 28, 23, 59, 58));

    [Fact]
    public void It_starts_at_the_given_date_in_BCD_and_24_hours()
    {
        Assert.Equal([0x58u, 0x59u, 0x23u, 0x04u, 0x28u, 0x02u, 0x24u, 0x20u], Date());
        Assert.Equal(0x26u, Read(A));
        Assert.Equal(0x02u, Read(B));
        Assert.Equal(0x80u, Read(13));
    }

    [Fact]
    public void A_second_carries_through_to_a_leap_day()
    {
        RunTo(2 * Second);
        Assert.Equal([0x00u, 0x00u, 0x00u, 0x05u, 0x29u, 0x02u, 0x24u, 0x20u], Date());
    }

    [Fact]
    public void A_century_turns()
    {
        var rtc = new Mc146818(_clock, new InterruptLine(_ => { }), new DateTime(1999, 12, 31, 23, 59, 59));
        RunTo(Second);
        rtc.Write(0, 1, 9);
        Assert.Equal(0x00u, rtc.Read(1, 1));
        rtc.Write(0, 1, 0x32);
        Assert.Equal(0x20u, rtc.Read(1, 1));
    }

    [Fact]
    public void The_update_is_announced_for_244_microseconds_and_ends_with_the_tick()
    {
        RunTo(Second - 245_000);
        Assert.Equal(0u, Read(A) & UpdateInProgress);
        RunTo(Second - 244_000);
        Assert.Equal(UpdateInProgress, Read(A) & UpdateInProgress);
        Assert.Equal(0x58u, Read(0));
        RunTo(Second - 1);
        Assert.Equal(UpdateInProgress, Read(A) & UpdateInProgress);
        RunTo(Second);
        Assert.Equal(0u, Read(A) & UpdateInProgress);
        Assert.Equal(0x59u, Read(0));
    }

    [Fact]
    public void While_set_the_time_stands_still()
    {
        Write(B, 0x82);
        Write(0, 0x30);
        RunTo(5 * Second);
        Assert.Equal(0x30u, Read(0));
        Write(B, 0x02);
        RunTo(6 * Second);
        Assert.Equal(0x31u, Read(0));
    }

    [Fact]
    public void A_released_divider_ticks_after_half_a_second()
    {
        Write(A, 0x76);
        RunTo(10 * Second);
        Write(A, 0x26);
        Assert.Equal(0x58u, Read(0));
        RunTo(10 * Second + Second / 2);
        Assert.Equal(0x59u, Read(0));
        RunTo(11 * Second);
        Assert.Equal(0x59u, Read(0));
    }

    [Fact]
    public void Twelve_hour_binary_counts_past_noon()
    {
        Write(B, 0x84);
        Write(0, 59);
        Write(2, 59);
        Write(4, 11);
        Write(B, 0x04);
        RunTo(Second);
        Assert.Equal(0x8cu, Read(4));
    }

    [Fact]
    public void The_alarm_interrupts_when_the_time_matches_and_once_a_read_clears_it()
    {
        Write(1, 0x00);
        Write(3, 0xff);
        Write(5, 0xff);
        Write(B, 0x22);
        RunTo(Second);
        Assert.Equal(0, _interrupts);
        RunTo(2 * Second);
        Assert.Equal(1, _interrupts);
        Assert.Equal(0xb0u, Read(C));
        Assert.Equal(0u, Read(C));
    }

    [Fact]
    public void The_periodic_interrupt_comes_1024_times_a_second()
    {
        Write(B, 0x42);
        long end = _clock.Now + Second;
        while (_clock.NextDue < end)
        {
            RunTo(_clock.NextDue);
            Read(C);
        }
        Assert.InRange(_interrupts, 1023, 1024);
    }

    [Fact]
    public void Without_enabled_interrupts_nothing_is_scheduled()
    {
        Assert.Equal(long.MaxValue, _clock.NextDue);
        RunTo(Second);
        Assert.Equal(0x10u, Read(C));
        Assert.Equal(long.MaxValue, _clock.NextDue);
    }

    [Fact]
    public void The_memory_keeps_what_is_written()
    {
        Write(0x7f, 0xa5);
        Assert.Equal(0xa5u, Read(0x7f));
    }

    private uint[] Date() => [Read(0), Read(2), Read(4), Read(6), Read(7), Read(8), Read(9), Read(0x32)];

    private uint Read(uint cell)
    {
        _rtc.Write(0, 1, cell);
        return _rtc.Read(1, 1);
    }

    private void Write(uint cell, uint value)
    {
        _rtc.Write(0, 1, cell);
        _rtc.Write(1, 1, value);
    }

    private void RunTo(long time)
    {
        _clock.MoveTo(time);
        _clock.FireDue();
    }
}

using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Time;
using Xunit;

namespace Dbt.TestRoms.Privileged;

/// <summary>Count and Compare; a count is 6 ns.</summary>
public sealed class CpuTimerTests
{
    private readonly Clock _clock = new();
    private readonly CpuTimer _timer;
    private int _expired;

    public CpuTimerTests() => _timer = new CpuTimer(_clock, period: 6, () => _expired++);

    [Fact]
    public void Count_advances_once_in_six_nanoseconds()
    {
        _clock.MoveTo(5);
        Assert.Equal(0u, _timer.Count);
        _clock.MoveTo(6);
        Assert.Equal(1u, _timer.Count);
    }

    [Fact]
    public void Count_goes_on_from_what_is_written()
    {
        _clock.MoveTo(600);
        _timer.Count = 0xffff_fff0;
        _clock.MoveTo(600 + 0x20 * 6);

        Assert.Equal(0x10u, _timer.Count);
    }

    [Fact]
    public void The_interrupt_comes_when_Count_reaches_Compare_and_again_after_a_whole_turn()
    {
        _timer.Compare = 100;
        Advance(99 * 6);
        Assert.Equal(0, _expired);
        Advance(100 * 6);
        Assert.Equal(1, _expired);
        Advance(((1L << 32) + 99) * 6);
        Assert.Equal(1, _expired);
        Advance(((1L << 32) + 100) * 6);
        Assert.Equal(2, _expired);
    }

    [Fact]
    public void Compare_behind_Count_is_reached_after_the_wrap()
    {
        _timer.Count = 0xffff_ff00;
        _timer.Compare = 0x100;
        Advance(0x1ff * 6);
        Assert.Equal(0, _expired);
        Advance(0x200 * 6);
        Assert.Equal(1, _expired);
    }

    [Fact]
    public void Frozen_Count_stands_still_can_be_written_and_goes_on_from_there()
    {
        Advance(600);
        _timer.Compare = 150;
        _timer.Frozen = true;
        Advance(6000);
        Assert.Equal(100u, _timer.Count);
        Assert.Equal(0, _expired);

        _timer.Count = 120;
        _timer.Frozen = false;
        Advance(6000 + 29 * 6);
        Assert.Equal(149u, _timer.Count);
        Assert.Equal(0, _expired);
        Advance(6000 + 30 * 6);
        Assert.Equal(1, _expired);
    }

    private void Advance(long now)
    {
        _clock.MoveTo(now);
        _clock.FireDue();
    }
}

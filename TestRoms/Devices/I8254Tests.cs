using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Time;
using Xunit;

namespace Dbt.TestRoms.Devices;

public sealed class I8254Tests
{
    private readonly Clock _clock = new();
    private readonly I8254 _pit;
    private readonly List<long> _rises = [];

    public I8254Tests()
    {
        _pit = new I8254(_clock, new InterruptLine(level =>
        {
            if (level)
                _rises.Add(_clock.Now);
        }));
        _rises.Clear();
    }

    [Fact]
    public void Mode_2_rises_once_a_period()
    {
        Program(0, 0x34, 11932);
        RunTo(100_000_000);
        Assert.InRange(_rises.Count, 9, 10);
        Assert.InRange(_rises[2] - _rises[1], 9_999_000, 10_001_000);
    }

    [Fact]
    public void Mode_0_rises_once_and_then_rests()
    {
        Program(0, 0x30, 1193);
        RunTo(50_000_000);
        Assert.Single(_rises);
        Assert.InRange(_rises[0], 999_800, 1_000_800);
        Assert.Equal(long.MaxValue, _clock.NextDue);
    }

    [Theory]
    [InlineData(0x38)]
    [InlineData(0x30)]
    public void A_clock_that_jumps_over_the_end_of_a_single_shot_loses_no_edge(uint control)
    {
        Program(0, control, 1193);
        _rises.Clear();
        _clock.RunTo(50_000_000);
        Assert.InRange(Assert.Single(_rises), 999_800, 1_001_000);
    }

    [Fact]
    public void A_stopped_timer_schedules_nothing()
    {
        _pit.Write(3, 1, 0x30);
        Assert.Equal(long.MaxValue, _clock.NextDue);
    }

    [Fact]
    public void The_latch_holds_the_count_while_it_goes_on()
    {
        Program(0, 0x34, 0xffff);
        RunTo(1_000_000);
        _pit.Write(3, 1, 0x00);
        RunTo(2_000_000);
        Assert.Equal(0xffff - 1193, ReadWord(0));
        Assert.Equal(0xffff - 2386, ReadWord(0));
    }

    [Fact]
    public void Read_back_tells_the_status_and_the_count()
    {
        Program(0, 0x34, 1000);
        _pit.Write(3, 1, 0xc2);
        Assert.Equal(0xb4u, _pit.Read(0, 1));
        Assert.Equal(1000, ReadWord(0));
    }

    [Fact]
    public void The_speaker_port_gates_counter_2_and_shows_its_output()
    {
        _pit.SpeakerPort.Write(0, 1, 0);
        Program(2, 0xb0, 1193);
        RunTo(5_000_000);
        Assert.Equal(0u, _pit.SpeakerPort.Read(0, 1) & 0x20);
        _pit.SpeakerPort.Write(0, 1, 1);
        RunTo(5_900_000);
        Assert.Equal(0u, _pit.SpeakerPort.Read(0, 1) & 0x20);
        RunTo(6_100_000);
        Assert.Equal(0x20u, _pit.SpeakerPort.Read(0, 1) & 0x20);
    }

    [Fact]
    public void A_clock_that_jumps_over_the_low_pulse_loses_no_edge()
    {
        Program(0, 0x34, 11932);
        for (int i = 1; i <= 5; i++)
            _clock.RunTo(i * 10_005_000L);
        Assert.Equal(5, _rises.Count);
    }

    [Fact]
    public void A_BCD_counter_counts_in_decimal()
    {
        Program(0, 0x35, 0x1000);
        RunTo(84_000);
        Assert.Equal(0x0900, ReadWord(0));
    }

    private void Program(uint counter, uint control, uint count)
    {
        _pit.Write(3, 1, control);
        _pit.Write(counter, 1, count & 0xff);
        _pit.Write(counter, 1, count >> 8);
    }

    private int ReadWord(uint counter) => (int)(_pit.Read(counter, 1) | _pit.Read(counter, 1) << 8);

    private void RunTo(long time)
    {
        while (_clock.NextDue <= time)
        {
            _clock.MoveTo(_clock.NextDue);
            _clock.FireDue();
        }
        _clock.MoveTo(time);
    }
}

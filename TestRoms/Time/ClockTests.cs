using Dbt.Runtime.Time;
using Xunit;

namespace Dbt.TestRoms.Time;

public sealed class ClockTests
{
    private readonly Clock _clock = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Events_fire_in_order_of_time_then_of_creation()
    {
        Create("first").At(20);
        Create("second").At(10);
        Create("third").At(10);

        Fire(15);
        Assert.Equal(["second", "third"], _fired);
        Fire(20);
        Assert.Equal(["second", "third", "first"], _fired);
        Assert.Equal(long.MaxValue, _clock.NextDue);
    }

    [Fact]
    public void An_event_fires_once_and_not_at_all_when_cancelled_or_moved_away()
    {
        Create("once").At(10);
        ClockEvent cancelled = Create("cancelled"), moved = Create("moved");
        cancelled.At(10);
        cancelled.Cancel();
        moved.At(10);
        moved.At(100);

        Fire(50);
        Fire(60);

        Assert.Equal(["once"], _fired);
        Assert.Equal(100, _clock.NextDue);
    }

    [Fact]
    public void An_event_scheduled_by_another_for_now_fires_at_once()
    {
        ClockEvent second = Create("second");
        _clock.CreateEvent("first", () => second.At(_clock.Now)).At(10);

        Fire(10);

        Assert.Equal(["second"], _fired);
    }

    [Fact]
    public void A_jump_fires_each_event_at_its_own_time_also_those_that_others_schedule()
    {
        List<(string, long)> at = [];
        ClockEvent second = null!;
        ClockEvent first = _clock.CreateEvent("first", () => { at.Add(("first", _clock.Now)); second.At(_clock.Now + 5); });
        second = _clock.CreateEvent("second", () => { at.Add(("second", _clock.Now)); first.At(_clock.Now + 10); });
        first.At(10);

        _clock.RunTo(29);

        Assert.Equal([("first", 10), ("second", 15), ("first", 25)], at);
        Assert.Equal((29, 30), (_clock.Now, _clock.NextDue));
    }

    [Fact]
    public void Time_does_not_run_backwards()
    {
        _clock.MoveTo(10);

        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.MoveTo(9));
    }

    private ClockEvent Create(string name) => _clock.CreateEvent(name, () => _fired.Add(name));

    private void Fire(long now)
    {
        _clock.MoveTo(now);
        _clock.FireDue();
    }
}

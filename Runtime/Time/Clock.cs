using Dbt.Runtime.State;

namespace Dbt.Runtime.Time;

/// <summary>
/// The machine's time in nanoseconds since power-on, and the events that are due in it. Time moves only when the
/// processor says how many instructions it retired or that it idles: the same run sees the same times.
/// </summary>
public sealed class Clock : IHasState
{
    // Few devices, so few events: a scan of a short list beats a heap and keeps ties in creation order.
    private readonly List<ClockEvent> _events = [];

    /// <summary>Nanoseconds since power-on.</summary>
    public long Now { get; private set; }

    /// <summary>When the next event is due, <see cref="long.MaxValue"/> when none is.</summary>
    public long NextDue { get; private set; } = long.MaxValue;

    /// <summary>Creates an event, not yet scheduled, that calls <paramref name="fired"/> when it is due.</summary>
    public ClockEvent CreateEvent(string name, Action fired)
    {
        var created = new ClockEvent(this, name, fired);
        _events.Add(created);
        return created;
    }

    /// <summary>Moves time to <paramref name="now"/> without firing anything: the middle of a run.</summary>
    public void MoveTo(long now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(now, Now);
        Now = now;
    }

    /// <summary>Fires every event that is due, in order of due time, then of creation.</summary>
    public void FireDue()
    {
        while (NextDue <= Now)
        {
            ClockEvent first = _events[0];
            foreach (ClockEvent candidate in _events)
            {
                if (candidate.Due < first.Due)
                    first = candidate;
            }
            first.Cancel();
            first.Fired();
        }
    }

    /// <summary>
    /// Moves time to <paramref name="now"/>, and fires what is due on the way, each event at its own time: whoever
    /// looks at the clock finds everything done that is due by then, however far it has jumped.
    /// </summary>
    public void RunTo(long now)
    {
        while (NextDue <= now)
        {
            MoveTo(Math.Max(Now, NextDue));
            FireDue();
        }
        MoveTo(now);
    }

    /// <inheritdoc/>
    /// <remarks>When its events are due is the business of those whose they are.</remarks>
    public void Walk(StateWalk walk) => Now = walk.Value("now", Now);

    internal void Recompute()
    {
        long next = long.MaxValue;
        foreach (ClockEvent candidate in _events)
            next = Math.Min(next, candidate.Due);
        NextDue = next;
    }
}

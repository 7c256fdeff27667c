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

    /// <summary>
    /// Whether that is the end of work of the machine's own, for which nobody in the host's time waits.
    /// </summary>
    public bool NextEndsWork { get; private set; }

    /// <summary>Creates an event, not yet scheduled, that calls <paramref name="fired"/> when it is due.</summary>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="fired">What happens.</param>
    /// <param name="endsWork">Whether it is the end of work of the machine's own, as a disk's.</param>
    public ClockEvent CreateEvent(string name, Action fired, bool endsWork = false)
    {
        var created = new ClockEvent(this, name, fired) { EndsWork = endsWork };
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
        (NextDue, NextEndsWork) = (long.MaxValue, false);
        foreach (ClockEvent candidate in _events)
        {
            if (candidate.Due < NextDue)
                (NextDue, NextEndsWork) = (candidate.Due, candidate.EndsWork);
        }
    }
}

using Dbt.Runtime.State;

namespace Dbt.Runtime.Time;

/// <summary>Something that happens at a set time; made by <see cref="Clock.CreateEvent"/>.</summary>
public sealed class ClockEvent : IHasState
{
    private readonly Clock _clock;

    internal ClockEvent(Clock clock, string name, Action fired)
    {
        _clock = clock;
        Name = name;
        Fired = fired;
    }

    /// <summary>What a trace calls it.</summary>
    public string Name { get; }

    /// <summary>When it is due in nanoseconds, <see cref="long.MaxValue"/> when it is not scheduled.</summary>
    public long Due { get; private set; } = long.MaxValue;

    internal Action Fired { get; }

    internal bool EndsWork { get; init; }

    /// <inheritdoc/>
    public void Walk(StateWalk walk) => At(walk.Value("due", Due));

    /// <summary>Schedules it for <paramref name="due"/> nanoseconds, in place of any earlier schedule.</summary>
    public void At(long due)
    {
        Due = due;
        _clock.Recompute();
    }

    /// <summary>Takes it off the schedule.</summary>
    public void Cancel() => At(long.MaxValue);
}

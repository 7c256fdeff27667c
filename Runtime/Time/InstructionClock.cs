using System.Diagnostics;
using Dbt.Runtime.Execution;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Time;

/// <summary>
/// Drives a <see cref="Clock"/> from the instructions a processor retires: grants budgets that end where the next event
/// is due, and tells the exact time in the middle of a run.
/// </summary>
public sealed unsafe class InstructionClock : IHasState
{
    /// <summary>Nanoseconds of machine time an instruction takes: 100 MIPS.</summary>
    public const int NanosecondsPerInstruction = 10;

    // The host's time passes unseen while an engine runs: what is due by it, or has come from outside, is late by a
    // fraction of a millisecond at most.
    private const long LongestGrant = 1_000_000, LongestByHostTime = 50_000;

    private readonly Clock _clock;
    private readonly GuestState* _state;
    private readonly Stopwatch? _host;
    private long _longestGrant;
    private long _granted;
    private long _retiredBefore;
    private long _skipped;

    // The machine's time when the host's began to be counted.
    private long _hostBefore;

    /// <summary>A clock for the processor in <paramref name="state"/>.</summary>
    /// <param name="clock">The machine's time.</param>
    /// <param name="state">Whose budget this is.</param>
    /// <param name="useHostTime">Whether time is the host's, and instructions only mark when it is looked at.</param>
    public InstructionClock(Clock clock, GuestState* state, bool useHostTime)
    {
        _clock = clock;
        _state = state;
        _host = useHostTime ? Stopwatch.StartNew() : null;
        _longestGrant = useHostTime ? LongestByHostTime : LongestGrant;
    }

    /// <summary>Instructions retired since power-on.</summary>
    public long Retired => _retiredBefore + _granted - _state->Budget;

    /// <summary>
    /// How many instructions from here on end before <paramref name="due"/> nanoseconds, none of them beyond the
    /// running grant; 0 where time is not counted in instructions.
    /// </summary>
    public long InstructionsBefore(long due) =>
        _host is not null
            ? 0
            : Math.Min(
                _state->Budget, (Math.Min(due, long.MaxValue / 2) - 1 - CountedTime) / NanosecondsPerInstruction);

    /// <summary>From now on, somebody who lives in the host's time may send something at any moment.</summary>
    public void LookAroundOften() => _longestGrant = LongestByHostTime;

    /// <summary>
    /// Brings the machine's time up to the last retired instruction. The host's time does not wait for a grant to end:
    /// what is due by it is fired here, so that no guest sees a time whose events have not happened.
    /// </summary>
    public void Synchronize()
    {
        if (_host is null)
            _clock.MoveTo(CountedTime);
        else
            _clock.RunTo(Math.Max(_clock.Now, _hostBefore + (long)_host.Elapsed.TotalNanoseconds));
    }

    /// <summary>
    /// Grants instructions up to the next event, but not beyond <paramref name="limit"/> retired in all.
    /// </summary>
    public void Grant(long limit)
    {
        _retiredBefore = Retired;
        Yielded = false;
        _granted = Math.Min(UntilNextEvent(), Math.Max(0, limit - _retiredBefore));
        _state->Budget = _granted;
    }

    /// <summary>Shortens the running grant if an event has been scheduled within it.</summary>
    public void Rearm() => Shorten(UntilNextEvent());

    /// <summary>Ends the running grant: the engine returns after the current unit.</summary>
    public void Yield()
    {
        Yielded = true;
        Shorten(0);
    }

    /// <summary>Whether <see cref="Yield"/> ended the latest grant.</summary>
    public bool Yielded { get; private set; }

    /// <summary>
    /// Moves time to <paramref name="due"/> without retiring anything, and fires what is due by then: the processor
    /// idled. The host's time passes by itself.
    /// </summary>
    public void SkipTo(long due)
    {
        if (_host is not null)
        {
            Synchronize();
            return;
        }
        _skipped += due - _clock.Now;
        _clock.RunTo(CountedTime);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Value("granted", ref _granted);
        walk.Value("retired before", ref _retiredBefore);
        walk.Value("skipped", ref _skipped);
        Yielded = walk.Value("yielded", Yielded);
        // The host's time goes on from the machine's, which is there already.
        if (walk.IsReading && _host is not null)
            _hostBefore = _clock.Now - (long)_host.Elapsed.TotalNanoseconds;
    }

    // What the instructions took that have been retired, and what was idled away.
    private long CountedTime => Retired * NanosecondsPerInstruction + _skipped;

    private void Shorten(long budget)
    {
        if (budget >= _state->Budget)
            return;
        _granted -= _state->Budget - budget;
        _state->Budget = budget;
    }

    private long UntilNextEvent()
    {
        if (_host is not null || _clock.NextDue == long.MaxValue)
            return _longestGrant;
        long nanoseconds = _clock.NextDue - _clock.Now;
        return Math.Clamp((nanoseconds + NanosecondsPerInstruction - 1) / NanosecondsPerInstruction, 0, _longestGrant);
    }
}

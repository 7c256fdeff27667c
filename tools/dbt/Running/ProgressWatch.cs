using System.Diagnostics;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.Tool.Inspection;

namespace Dbt.Tool.Running;

/// <summary>
/// Watches a guest until it says its first word: one that fails before it has a console cannot say so itself. Once it
/// has got nowhere for a second, what it does instead is said for it, and it goes on.
/// </summary>
internal sealed class ProgressWatch : IDisposable
{
    // A wait may well be longer than a second. By then, in nanoseconds, the processor's timer has come round.
    private const long LongestWait = 30_000_000_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly VirtualMachine _machine;
    private readonly Action<string> _say;
    private readonly ExceptionStreak _streak = new();
    private readonly LoopWatch _loop;
    private long _streaks = -1;
    private long _streakSince, _loopSince, _loopBegan;
    private bool _isOver;

    /// <summary>Watches a machine that has not run yet.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="say">Is given what it does, once, in words that go on behind "the guest".</param>
    public ProgressWatch(VirtualMachine machine, Action<string> say)
    {
        (_machine, _say, _loop) = (machine, say, new LoopWatch(machine));
        machine.Cpu.Context.Streak = _streak;
        machine.SerialOutput += Spoke;
        machine.Ran += Look;
    }

    /// <summary>The guest is stopped: says what it does if that gets nowhere, however short the time was.</summary>
    public void SayNow()
    {
        if (_isOver)
            return;
        Dispose();
        if (_streak.IsEndless)
            _say(StallReport.Describe(_machine, _streak));
        else if (_loop.IsLoop)
            _say(StallReport.Describe(_machine, _loop.ReadsDevice));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _machine.Cpu.Context.Streak = null;
        _machine.SerialOutput -= Spoke;
        _machine.Ran -= Look;
    }

    private void Spoke(int port, byte value) => Dispose();

    private void Look()
    {
        long now = Stopwatch.GetTimestamp();
        if (_streaks != _streak.Begun)
            (_streaks, _streakSince) = (_streak.Begun, now);
        bool isBack = _loop.Look();
        if (!_loop.IsLoop)
            _loopSince = 0;
        else if (_loopSince == 0)
            (_loopSince, _loopBegan) = (now, _machine.Now);
        bool isStreak = _streak.IsEndless && Stopwatch.GetElapsedTime(_streakSince, now) > s_patience;
        if (isStreak || isBack && HasGoneRound(now))
            SayNow();
    }

    private bool HasGoneRound(long now) =>
        Stopwatch.GetElapsedTime(_loopSince, now) > s_patience
            && (!_machine.Cpu.Context.IsWaiting || _machine.Now - _loopBegan > LongestWait);
}

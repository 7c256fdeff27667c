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

    // The host may have stood still for the second.
    private const int FewestLooks = 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly VirtualMachine _machine;
    private readonly Action<string> _say;
    private readonly ExceptionStreak _streak = new();
    private readonly LoopWatch _loop;
    private long _begun, _taken, _since, _looks, _loopBegan;
    private bool _isGrowing, _wasLoop, _isOver;

    /// <summary>Watches a machine that has not run yet.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="say">Is given what it does, once, in words that go on behind "the guest".</param>
    public ProgressWatch(VirtualMachine machine, Action<string> say)
    {
        (_machine, _say, _loop) = (machine, say, new LoopWatch(machine, _streak));
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
        if (_loop.IsLoop)
            _say(StallReport.Describe(_machine, _loop.ReadsDevice));
        else if (IsStreak)
            _say(StallReport.Describe(_machine, _streak));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _machine.Cpu.Context.Streak = null;
        _machine.SerialOutput -= Spoke;
        _machine.Ran -= Look;
    }

    // Still within a handler, or back again where it was.
    private bool IsStreak =>
        _streak.IsNested && (_machine.Cpu.Context.Cop0[Cop0Register.Status] & StatusBits.Exl) != 0
            || _streak.IsRepeated && _isGrowing;

    private void Spoke(int port, byte value) => Dispose();

    private void Look()
    {
        bool isBack = _loop.Look();
        _isGrowing = _taken != _streak.Taken;
        if (_begun != _streak.Begun || _wasLoop != _loop.IsLoop || _looks == 0)
            (_since, _looks, _loopBegan) = (Stopwatch.GetTimestamp(), 0, _machine.Now);
        (_begun, _taken, _wasLoop) = (_streak.Begun, _streak.Taken, _loop.IsLoop);
        _looks++;
        bool goesNowhere = _loop.IsLoop ? isBack && HasWaited : IsStreak;
        if (goesNowhere && _looks > FewestLooks && Stopwatch.GetElapsedTime(_since) > s_patience)
            SayNow();
    }

    private bool HasWaited => !_machine.Cpu.Context.IsWaiting || _machine.Now - _loopBegan > LongestWait;
}

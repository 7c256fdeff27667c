using System.Diagnostics;
using Dbt.Hypervisor.Sharing;
using Dbt.Runtime.Time;

namespace Dbt.Hypervisor.Scheduling;

/// <summary>
/// Runs several machines on one host thread, by shares: of the instructions that all retire together, each that wants
/// to run gets its part. A machine whose idle time is skipped always wants to; one whose idle time is waited for gives
/// way. Machines that send each other frames have one time in common instead: none gets far ahead of another.
/// </summary>
/// <param name="sharing">Shares pages among idle machines; null for none.</param>
/// <param name="ahead">How far, in nanoseconds, one machine's time may be ahead of another's; 0 for as far as it gets.
/// Nothing that one does may reach another sooner.</param>
public sealed class MachineScheduler(PageSharing? sharing, long ahead = 0) : IDisposable
{
    /// <summary>Instructions a machine runs before the next may.</summary>
    public const long Slice = 200_000;

    private const int FramesAtATime = 256;

    // What skipping from one event to the next is taken for, in instructions: a machine that does nothing else has its
    // turn over at some time.
    private const long SkipCost = 200;

    private readonly List<ScheduledMachine> _machines = [];
    private readonly AutoResetEvent _wake = new(false);
    private readonly WaitHandle[] _wakers = new WaitHandle[2];
    private ScheduledMachine? _last;
    private long _left;

    /// <summary>The machines, those that ended too.</summary>
    public IReadOnlyList<ScheduledMachine> Machines => _machines;

    /// <summary>How often the processor went from one machine to another, and how long that took.</summary>
    public WorldSwitches Switches { get; } = new();

    /// <summary>Called when a machine has ended.</summary>
    public event Action<ScheduledMachine>? Ended;

    /// <summary>Puts a machine under this scheduler, which disposes of it when it has ended.</summary>
    /// <param name="name">What a person calls it.</param>
    /// <param name="configuration">What it is built from.</param>
    /// <param name="shares">Its claim on the processor, relative to the others'; at least 1.</param>
    /// <exception cref="Dbt.Runtime.GuestSetupException">The configuration cannot be run.</exception>
    public ScheduledMachine Add(string name, MachineConfiguration configuration, int shares)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shares, 1);
        ScheduledMachine machine = new(name, new VirtualMachine(configuration), shares) { Pass = LeastPass() };
        _machines.Add(machine);
        machine.Machine.Arrived += () => _wake.Set();
        sharing?.Join(machine.Machine);
        return machine;
    }

    /// <summary>Sends a byte into a serial port of a machine; may be called from any thread.</summary>
    public void Send(ScheduledMachine machine, int port, byte value)
    {
        machine.Machine.SendToSerial(port, value);
        _wake.Set();
    }

    /// <summary>
    /// Says whether somebody may yet send something, to any of the machines; may be called from any thread.
    /// </summary>
    public void AwaitInput(bool awaits)
    {
        foreach (ScheduledMachine machine in _machines)
            machine.Machine.AwaitsInput = awaits;
        _wake.Set();
    }

    /// <summary>
    /// Ends a machine before anybody's next slice; may be called from any thread. The others go on as if it had never
    /// been there; what it shared with them, they keep.
    /// </summary>
    public void Kill(ScheduledMachine machine)
    {
        machine.IsCondemned = true;
        _wake.Set();
    }

    /// <summary>Runs the machines until none is left, or until <paramref name="stop"/> is cancelled.</summary>
    public void Run(CancellationToken stop) => RunFor(long.MaxValue, stop);

    /// <summary>
    /// Runs the machines until they have retired so many instructions more, together, or none is left.
    /// </summary>
    public void RunFor(long instructions, CancellationToken stop)
    {
        (_wakers[0], _wakers[1]) = (_wake, stop.WaitHandle);
        for (long left = instructions; left > 0 && !stop.IsCancellationRequested;)
        {
            foreach (ScheduledMachine machine in _machines)
            {
                if (machine.IsCondemned)
                    Finish(machine, StopReason.Stopped);
            }
            if (!_machines.Exists(machine => machine.End is null))
                return;
            if (ahead > 0)
                left -= RunInCommonTime(left, stop);
            else if (Next() is { } next)
                left -= RunSlice(next, Math.Min(Slice, left), stop);
            else
                WaitForOne();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ScheduledMachine machine in _machines.Where(machine => machine.End is null))
            Close(machine);
        sharing?.Dispose();
        _wake.Dispose();
    }

    private long RunSlice(ScheduledMachine next, long length, CancellationToken stop)
    {
        VirtualMachine machine = next.Machine;
        long before = next.Retired;
        long limit = Math.Min(before + length, machine.Configuration.InstructionLimit ?? long.MaxValue);
        bool idled = false;
        long skipped = 0;
        StopReason reason;
        Arrive(next);
        while ((reason = machine.RunUntilWaiting(limit, stop)) == StopReason.Waiting)
        {
            idled = true;
            if (!machine.SkipsIdleTime || skipped >= length)
                break;
            machine.LetTimePass(long.MaxValue);
            skipped += SkipCost;
        }
        long ran = next.Retired - before;
        next.Pass += (double)(ran + skipped) / next.Shares;
        if (reason == StopReason.Waiting)
            next.WaitingSince = machine.SkipsIdleTime ? 0 : Stopwatch.GetTimestamp();
        else if (reason != StopReason.InstructionLimit || limit != before + length)
            Finish(next, reason);
        if (idled && next.End is null)
            sharing?.Scan(machine, FramesAtATime);
        _left = Stopwatch.GetTimestamp();
        // A guest that does nothing but skip from event to event still takes its turn.
        return Math.Max(ran, 1);
    }

    // The machine that is behind all others runs as far as nothing of theirs can reach it that it has not got yet.
    private long RunInCommonTime(long left, CancellationToken stop)
    {
        ScheduledMachine[] running = [.. _machines.Where(machine => machine.End is null)];
        ScheduledMachine next = running.MinBy(machine => machine.Machine.Now)!;
        VirtualMachine machine = next.Machine;
        long others = running.Where(other => other != next)
            .Min(other => (long?)other.Machine.Now) ?? long.MaxValue - ahead;
        long before = next.Retired;
        long untilLimit = (others + ahead - machine.Now) / InstructionClock.NanosecondsPerInstruction;
        long limit = Math.Min(
            before + Math.Min(Math.Min(Slice, left), untilLimit + 1),
            machine.Configuration.InstructionLimit ?? long.MaxValue);
        Arrive(next);
        StopReason reason = machine.RunUntilWaiting(limit, stop);
        long ran = next.Retired - before;
        if (ran > 0)
            Array.ForEach(running, other => other.IsIdle = false);
        next.IsIdle = reason == StopReason.Waiting;
        if (next.IsIdle && ran > 0)
            sharing?.Scan(machine, FramesAtATime);
        if (reason is not (StopReason.Waiting or StopReason.InstructionLimit)
            || next.Retired >= machine.Configuration.InstructionLimit)
            Finish(next, reason);
        else if (Array.TrueForAll(running, other => other.IsIdle))
            LetAllWait(running);
        else if (next.IsIdle)
            LetWait(next, Math.Max(0, others + ahead - machine.Now));
        _left = Stopwatch.GetTimestamp();
        return Math.Max(ran, 1);
    }

    // What an event does ends the wait, or else the next turn finds it again.
    private static void LetWait(ScheduledMachine machine, long nanoseconds)
    {
        machine.IsIdle = machine.Machine.UntilNextEvent > nanoseconds;
        machine.Machine.LetTimePass(nanoseconds);
    }

    // Nobody has anything to do until the first event of any of them: that time is skipped, or waited for.
    private void LetAllWait(ScheduledMachine[] waiting)
    {
        const long longest = 1_000_000_000;
        long first = waiting.Min(machine => machine.Machine.Now + Math.Min(machine.Machine.UntilNextEvent, longest));
        long passes = first - waiting.Min(machine => machine.Machine.Now);
        if (Array.Exists(waiting, machine => !machine.Machine.SkipsIdleTime))
        {
            long since = Stopwatch.GetTimestamp();
            bool hasInput = Array.Exists(waiting, machine => machine.Machine.HasInput);
            bool woken = hasInput || WaitHandle.WaitAny(_wakers, (int)(passes / 1_000_000)) != WaitHandle.WaitTimeout;
            long slept = (long)Stopwatch.GetElapsedTime(since).TotalNanoseconds;
            first -= woken ? Math.Max(0, passes - slept) : 0;
        }
        foreach (ScheduledMachine machine in waiting)
            LetWait(machine, Math.Max(0, first - machine.Machine.Now));
    }

    // What lies between the last instruction of one machine and the first of another.
    private void Arrive(ScheduledMachine next)
    {
        if (next == _last)
            return;
        if (_last is not null)
            Switches.Add(Stopwatch.GetElapsedTime(_left));
        next.Switches++;
        _last = next;
    }

    /// <summary>The machine with the least pass of those that want to run; wakes those whose wait is over.</summary>
    private ScheduledMachine? Next()
    {
        ScheduledMachine? next = null;
        foreach (ScheduledMachine machine in _machines)
        {
            if (machine.End is null && !IsWaiting(machine) && (next is null || machine.Pass < next.Pass))
                next = machine;
        }
        return next;
    }

    private bool IsWaiting(ScheduledMachine machine)
    {
        if (machine.WaitingSince == 0)
            return false;
        long waited = (long)Stopwatch.GetElapsedTime(machine.WaitingSince).TotalNanoseconds;
        if (waited < machine.Machine.UntilNextEvent && machine.Machine is { HasInput: false, SkipsIdleTime: false })
            return true;
        machine.Machine.LetTimePass(waited);
        // It did not want to run meanwhile, and has no claim on that time: it begins with the least of the others'.
        machine.Pass = Math.Max(machine.Pass, LeastPass());
        machine.WaitingSince = 0;
        return false;
    }

    private void WaitForOne()
    {
        const long Longest = 1_000_000_000;
        long nanoseconds = _machines.Where(machine => machine.End is null)
            .Min(machine =>
                machine.Machine.UntilNextEvent - (long)Stopwatch.GetElapsedTime(machine.WaitingSince).TotalNanoseconds);
        WaitHandle.WaitAny(_wakers, (int)(Math.Clamp(nanoseconds, 0, Longest) / 1_000_000));
    }

    /// <summary>The least pass of the machines that do not wait; 0 if all do.</summary>
    private double LeastPass()
    {
        double least = double.PositiveInfinity;
        foreach (ScheduledMachine machine in _machines)
        {
            if (machine.End is null && machine.WaitingSince == 0)
                least = Math.Min(least, machine.Pass);
        }
        return double.IsInfinity(least) ? 0 : least;
    }

    private void Finish(ScheduledMachine machine, StopReason reason)
    {
        if (machine.End is not null)
            return;
        machine.End = machine.Machine.Result(reason);
        Ended?.Invoke(machine);
        Close(machine);
    }

    private void Close(ScheduledMachine machine)
    {
        sharing?.Leave(machine.Machine);
        machine.Machine.Dispose();
    }
}

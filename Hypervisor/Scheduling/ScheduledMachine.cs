namespace Dbt.Hypervisor.Scheduling;

/// <summary>A machine as its scheduler sees it.</summary>
public sealed class ScheduledMachine
{
    private bool _isCondemned;

    internal ScheduledMachine(string name, VirtualMachine machine, int shares) =>
        (Name, Machine, Shares) = (name, machine, shares);

    /// <summary>What a person calls it.</summary>
    public string Name { get; }

    /// <summary>The machine.</summary>
    public VirtualMachine Machine { get; }

    /// <summary>Its claim on the processor, relative to the others'.</summary>
    public int Shares { get; }

    /// <summary>How it ended; null while it has not.</summary>
    public RunResult? End { get; internal set; }

    /// <summary>Instructions it has retired.</summary>
    public long Retired => End?.Instructions ?? Machine.Cpu.Time.Retired;

    /// <summary>How often the processor came to it from another machine.</summary>
    public long Switches { get; internal set; }

    /// <summary>Instructions by share: who has least is next (Waldspurger, stride scheduling).</summary>
    internal double Pass { get; set; }

    /// <summary>Whether it is to end before anybody's next slice.</summary>
    internal bool IsCondemned
    {
        get => Volatile.Read(ref _isCondemned);
        set => Volatile.Write(ref _isCondemned, value);
    }

    /// <summary>Whether it waits, and nobody has run since who could end that.</summary>
    internal bool IsIdle { get; set; }

    /// <summary>Where it waits in the host's time: since when, in host ticks; 0 where it does not.</summary>
    internal long WaitingSince { get; set; }
}

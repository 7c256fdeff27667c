namespace Dbt.Tool.Running;

/// <summary>All that <c>dbt machines</c> was told.</summary>
internal sealed record MachinesPlan
{
    /// <summary>The machines, by name, and their shares.</summary>
    public required IReadOnlyList<(string Name, RunPlan Plan, int Shares)> Machines { get; init; }

    /// <summary>The place in that list of the machine that gets the input.</summary>
    public int Console { get; init; }

    /// <summary>Whether init runs a command, whose output and status are wanted, in place of a shell.</summary>
    public bool Commands { get; init; }

    /// <summary>Whether equal pages are shared.</summary>
    public bool Share { get; init; }

    /// <summary>Whether the machines send each other frames.</summary>
    public bool HaveCommonTime { get; init; }

    /// <summary>Whether to print figures at the end.</summary>
    public bool Statistics { get; init; }
}

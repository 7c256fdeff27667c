using Dbt.Hypervisor;

namespace Dbt.Tool.Running;

/// <summary>A run as it was asked for: the machine, and what is wanted besides.</summary>
internal sealed record RunPlan
{
    /// <summary>The machine, with nobody at its console.</summary>
    public required MachineConfiguration Machine { get; init; }

    /// <summary>What the console prints when the guest listens to it; null when it listens from the start.</summary>
    public string? ReadyMark { get; init; }

    /// <summary>Where all frames of the network cards are written; null for nowhere.</summary>
    public string? CaptureFile { get; init; }

    /// <summary>Whether to print figures at the end.</summary>
    public bool Statistics { get; init; }

    /// <summary>The file that the figures are written to as JSON; null for none.</summary>
    public OutputFile? StatisticsFile { get; init; }
}

namespace Dbt.Tool.Study;

/// <summary>A guest under every patch policy, and patched before it ran.</summary>
/// <param name="Guest">What the kernel is called.</param>
/// <param name="Command">What the guest ran; null for what it runs by itself.</param>
/// <param name="Policies">A column of the table for each policy.</param>
/// <param name="Sites">Every sensitive instruction that was executed, the most executed first.</param>
/// <param name="Nested">
/// Exits of its own guests, where it is the root of a virtualization module: those of the first policy's run, and under
/// the others they are the same.
/// </param>
internal sealed record StudyFigures(
    string Guest, string? Command, IReadOnlyList<PolicyFigures> Policies, IReadOnlyList<SiteFigures> Sites,
    IReadOnlyList<NestedExit> Nested);

/// <summary>A run under one policy.</summary>
internal sealed record PolicyFigures
{
    /// <summary>
    /// Its name; <see cref="PatchStudy.Offline"/> for the kernel that was patched before it ran, under none.
    /// </summary>
    public required string Policy { get; init; }

    /// <summary>Why the run ended.</summary>
    public required string End { get; init; }

    /// <summary>Instructions retired.</summary>
    public required long Instructions { get; init; }

    /// <summary>How many of them are a slice of <see cref="ReasonFigures.OverTime"/>.</summary>
    public required long InstructionsPerSlice { get; init; }

    /// <summary>Host time of a run in which nothing was timed or counted by site.</summary>
    public required double Seconds { get; init; }

    /// <summary>Instructions that trapped once and were patched then, or words that were rewritten before.</summary>
    public required long SitesPatched { get; init; }

    /// <summary>Exits that instructions caused by what they are.</summary>
    public required long Exits { get; init; }

    /// <summary>
    /// Executions of sensitive instructions that were no exits: what the first policy trapped and this one did not.
    /// </summary>
    public required long PatchedExecutions { get; init; }

    /// <summary>Host time in those exits, in a run in which they were timed.</summary>
    public required double ExitSeconds { get; init; }

    /// <summary>All exits by reason.</summary>
    public required IReadOnlyList<ReasonFigures> Reasons { get; init; }

    /// <summary>The first line of output that is not the first policy's; null if there is none.</summary>
    public string? OutputDifference { get; init; }
}

/// <summary>The exits of one reason.</summary>
internal sealed record ReasonFigures
{
    /// <summary>Our name of it.</summary>
    public required string Reason { get; init; }

    /// <summary>The counter of Linux KVM that would have counted it; empty for none.</summary>
    public required string KvmCounter { get; init; }

    /// <summary>Whether an instruction causes it by what it is: what patching is about.</summary>
    public required bool IsInstruction { get; init; }

    /// <summary>How many.</summary>
    public required long Count { get; init; }

    /// <summary>Host time in them.</summary>
    public required double Seconds { get; init; }

    /// <summary>How many took 2ⁿ to 2ⁿ⁺¹ ns, by n.</summary>
    public required IReadOnlyList<long> Costs { get; init; }

    /// <summary>How many there were in each slice of the guest's time.</summary>
    public required IReadOnlyList<long> OverTime { get; init; }
}

/// <summary>A sensitive instruction.</summary>
internal sealed record SiteFigures
{
    /// <summary>Its address.</summary>
    public required string Pc { get; init; }

    /// <summary>The kernel's name of the place; null where it has none.</summary>
    public string? Symbol { get; init; }

    /// <summary>The instruction.</summary>
    public required string Before { get; init; }

    /// <summary>What stands for it under KVM's policy; null where that leaves it.</summary>
    public string? Kvm { get; init; }

    /// <summary>What stands for it under the full policy; null where that leaves it.</summary>
    public string? Full { get; init; }

    /// <summary>How often it was executed: its traps under the first policy.</summary>
    public required long Executions { get; init; }

    /// <summary>How often it trapped under each policy.</summary>
    public required IReadOnlyList<long> Traps { get; init; }
}

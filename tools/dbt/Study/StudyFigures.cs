namespace Dbt.Tool.Study;

/// <summary>A guest under every patch policy, and patched before it ran.</summary>
/// <param name="Guest">What the kernel is called.</param>
/// <param name="Command">What the guest ran; null for what it runs by itself.</param>
/// <param name="Policies">A column of the table for each policy.</param>
/// <param name="Sites">Every sensitive instruction that was executed, the most executed first.</param>
internal sealed record StudyFigures(string Guest, string? Command, IReadOnlyList<PolicyFigures> Policies, IReadOnlyList<SiteFigures> Sites);

/// <summary>A run under one policy.</summary>
/// <param name="Policy">Its name; <see cref="PatchStudy.Offline"/> for the kernel that was patched before it ran, under none.</param>
/// <param name="End">Why the run ended.</param>
/// <param name="Instructions">Instructions retired.</param>
/// <param name="InstructionsPerSlice">How many of them are a slice of <see cref="ReasonFigures.OverTime"/>.</param>
/// <param name="Seconds">Host time of a run in which nothing was timed or counted by site.</param>
/// <param name="SitesPatched">Instructions that trapped once and were patched then, or words that were rewritten before.</param>
/// <param name="Exits">Exits that instructions caused by what they are.</param>
/// <param name="PatchedExecutions">Executions of sensitive instructions that were no exits: what the first policy trapped and this one did not.</param>
/// <param name="ExitSeconds">Host time in those exits, in a run in which they were timed.</param>
/// <param name="Reasons">All exits by reason.</param>
/// <param name="OutputDifference">The first line of output that is not the first policy's; null if there is none.</param>
internal sealed record PolicyFigures(
    string Policy,
    string End,
    long Instructions,
    long InstructionsPerSlice,
    double Seconds,
    long SitesPatched,
    long Exits,
    long PatchedExecutions,
    double ExitSeconds,
    IReadOnlyList<ReasonFigures> Reasons,
    string? OutputDifference);

/// <summary>The exits of one reason.</summary>
/// <param name="Reason">Our name of it.</param>
/// <param name="KvmCounter">The counter of Linux KVM that would have counted it; empty for none.</param>
/// <param name="IsInstruction">Whether an instruction causes it by what it is: what patching is about.</param>
/// <param name="Count">How many.</param>
/// <param name="Seconds">Host time in them.</param>
/// <param name="Costs">How many took 2ⁿ to 2ⁿ⁺¹ ns, by n.</param>
/// <param name="OverTime">How many there were in each slice of the guest's time.</param>
internal sealed record ReasonFigures(string Reason, string KvmCounter, bool IsInstruction, long Count, double Seconds, IReadOnlyList<long> Costs, IReadOnlyList<long> OverTime);

/// <summary>A sensitive instruction.</summary>
/// <param name="Pc">Its address.</param>
/// <param name="Symbol">The kernel's name of the place; null where it has none.</param>
/// <param name="Before">The instruction.</param>
/// <param name="Kvm">What stands for it under KVM's policy; null where that leaves it.</param>
/// <param name="Full">What stands for it under the full policy; null where that leaves it.</param>
/// <param name="Executions">How often it was executed: its traps under the first policy.</param>
/// <param name="Traps">How often it trapped under each policy.</param>
internal sealed record SiteFigures(string Pc, string? Symbol, string Before, string? Kvm, string? Full, long Executions, IReadOnlyList<long> Traps);

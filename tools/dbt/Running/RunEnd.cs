using Dbt.Hypervisor;
using Dbt.Tool.Inspection;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Running;

/// <summary>What is said when a run is over.</summary>
internal static class RunEnd
{
    // Less is compiled as fast as it is loaded.
    private const int FewestToKeep = 100;

    /// <summary>The exit status of a run that ended for a reason.</summary>
    public static int Status(StopReason reason) => reason is StopReason.Reset or StopReason.Halted ? 1 : 0;

    /// <summary>One line for every end but a power-off, and the figures when they were asked for.</summary>
    public static void Report(RunResult result, VirtualMachine machine, RunPlan plan, TimeSpan hostTime)
    {
        if (result.Reason != StopReason.PoweredOff)
            Message.Say(EndReport.Describe(result));
        if (machine.Cpu.Engine.Translations?.Statistics.FirstRefusal is { } refusal)
            Message.Say(EndReport.Describe(refusal));
        if (machine.Cpu.Engine.Translations is { Statistics.Requested: >= FewestToKeep } translations
            && translations.Save() is { } pending)
            AheadCompilation.Start(pending);
        if (!plan.Statistics && plan.StatisticsFile is null)
            return;
        RunFigures figures = RunFigures.Of(result, machine, hostTime);
        if (plan.Statistics)
            RunStatistics.Print(figures, machine.Exits);
        plan.StatisticsFile?.Write(RunStatistics.ToJson(figures));
    }
}

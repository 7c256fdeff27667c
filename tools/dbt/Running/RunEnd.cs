using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Runtime.Translation;

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
            Console.Error.WriteLine($"dbt: {Describe(result)}");
        if (machine.Cpu.Engine.Translations?.Statistics.FirstRefusal is { } refusal)
            Console.Error.WriteLine($"dbt: {Describe(refusal)}");
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

    /// <summary>The line: why it ended, where the guest was, and what it was doing there.</summary>
    public static string Describe(RunResult result)
    {
        string reason = result.Reason switch
        {
            StopReason.PoweredOff => "the guest switched its power off",
            StopReason.Reset => "the guest reset the machine",
            StopReason.InstructionLimit => string.Create(CultureInfo.InvariantCulture, $"stopped after {result.Instructions:N0} instructions"),
            StopReason.Stopped => "stopped",
            StopReason.Halted => "the guest halted",
            _ => result.Reason.ToString(),
        };
        string pc = FormatPc(result.Pc);
        if (result.Explanation.Contains(pc, StringComparison.Ordinal))
            return $"{reason}: {result.Explanation}";
        return result.Explanation.Length == 0 ? $"{reason} at pc {pc}" : $"{reason} at pc {pc}: {result.Explanation}";
    }

    /// <summary>The line about guest code that could not be translated: the guest does not notice, whoever runs it should.</summary>
    public static string Describe(Refusal refusal) => $"an error of dbt: it could not compile the region at {refusal}";

    // The program counter of a 32-bit processor is sign-extended.
    private static string FormatPc(ulong pc) => (ulong)(int)pc == pc ? $"0x{(uint)pc:x8}" : $"0x{pc:x16}";
}

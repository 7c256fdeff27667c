using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Runtime.Translation;

namespace Dbt.Tool.Inspection;

/// <summary>What is said of a machine that has stopped, in a line.</summary>
internal static class EndReport
{
    /// <summary>Why it ended, where the guest was, and what it was doing there.</summary>
    public static string Describe(RunResult result)
    {
        string reason = result.Reason switch
        {
            StopReason.PoweredOff => "the guest switched its power off",
            StopReason.Reset => "the guest reset the machine",
            StopReason.InstructionLimit =>
                string.Create(CultureInfo.InvariantCulture, $"stopped after {result.Instructions:N0} instructions"),
            StopReason.Stopped => "stopped",
            StopReason.Halted => "the guest halted",
            _ => result.Reason.ToString(),
        };
        string pc = FormatPc(result.Pc);
        if (result.Explanation.Contains(pc, StringComparison.Ordinal))
            return $"{reason}: {result.Explanation}";
        return result.Explanation.Length == 0 ? $"{reason} at pc {pc}" : $"{reason} at pc {pc}: {result.Explanation}";
    }

    /// <summary>
    /// The line about guest code that could not be translated: the guest does not notice, whoever runs it should.
    /// </summary>
    public static string Describe(Refusal refusal) => $"an error of dbt: it could not compile the region at {refusal}";

    // The program counter of a 32-bit processor is sign-extended.
    private static string FormatPc(ulong pc) => (ulong)(int)pc == pc ? $"0x{(uint)pc:x8}" : $"0x{pc:x16}";
}

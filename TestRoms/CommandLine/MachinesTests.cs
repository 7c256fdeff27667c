using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>dbt machines, from the command line to its output.</summary>
public sealed class MachinesTests
{
    [Fact]
    public void Guests_run_side_by_side_and_each_ends_by_itself()
    {
        (int status, string output, string errors) = DbtProcess.Run("machines", "timer", "kernel", "timer", "--append", "exec=demo", "--memory", "32M", "--stats");

        string[] lines = output.Split("\n", StringSplitOptions.TrimEntries);
        Assert.Contains("timer-1 | ROM-OK", lines);
        Assert.Contains("kernel | KERNEL-OK", lines);
        Assert.Contains("timer-2 | ROM-OK", lines);
        Assert.Contains("world switches", errors, StringComparison.Ordinal);
        Assert.Equal(0, status);
    }

    [Fact]
    public void The_status_is_the_worst_and_one_line_says_whose()
    {
        (int status, string output, string errors) = DbtProcess.Run("machines", "panic-wait", "timer", "--memory", "32M");

        Assert.Contains("timer | ROM-OK", output, StringComparison.Ordinal);
        Assert.StartsWith("dbt: panic-wait: the guest halted: ", errors, StringComparison.Ordinal);
        Assert.Equal(1, status);
    }

    [Theory]
    [Trait("Speed", "slow")]
    [InlineData("--engine", "interp")]
    [InlineData("--blocks")]
    [InlineData("--shadow-page-tables")]
    public void What_is_said_of_the_machine_is_said_of_each(params string[] options)
    {
        (int status, string output, string errors) = DbtProcess.Run(["machines", "tlb", "timer", "--memory", "32M", .. options]);

        Assert.Equal((0, ""), (status, errors));
        Assert.Contains("tlb | ROM-OK", output, StringComparison.Ordinal);
        Assert.Contains("timer | ROM-OK", output, StringComparison.Ordinal);
    }
}

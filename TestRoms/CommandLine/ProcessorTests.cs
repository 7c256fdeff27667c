using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary><c>--cpu</c>: which processor a machine has.</summary>
public sealed class ProcessorTests
{
    [Fact]
    public void The_processors_are_listed_whatever_else_is_said()
    {
        (int status, string output, _) = DbtProcess.Run("run", "--cpu", "help");

        Assert.Equal(0, status);
        Assert.Contains("24Kf-vz", output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_not_there_is_refused() =>
        DbtProcess.Refuses("--cpu takes the name of a processor, not 'P5600': --cpu help lists them", ["run", "kernel", "--cpu", "P5600"]);

    [Fact]
    public void What_needs_a_TLB_of_one_world_is_refused_with_a_processor_that_has_guests() =>
        DbtProcess.Refuses("--l2tlb is not for a processor with guests", ["run", "kernel", "--cpu", "24Kf-vz", "--l2tlb", "64"]);
}

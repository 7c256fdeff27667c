using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Tool.Guests;
using Dbt.Tool.Options;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>What an option sets on the machine, and what holds without it.</summary>
public sealed class OptionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("console=ttyS0 panic=-1")]
    [InlineData("console=ttyS0 panic=-1 loglevel=8 quiet", "--append", "loglevel=8 quiet")]
    [InlineData("panic=-1 console=ttyS2,9600 console=tty0", "--append", "console=ttyS2,9600 console=tty0")]
    [InlineData("panic=5 console=tty0", "--append", "panic=5 console=tty0")]
    [InlineData("console=ttyS0 panic=-1 consoleblank=0 root=console=", "--append", " consoleblank=0 root=console= ")]
    [InlineData("console=ttyS0 panic=-1", "--append", " ")]
    [InlineData("loglevel=8 quiet", "--append-only", "loglevel=8 quiet")]
    [InlineData("", "--append-only", "")]
    public void A_kernel_s_words_are_the_usual_ones_more_or_others(string expected, params string[] options)
    {
        string kernel = Path.Combine(_folder, "vmlinux");
        File.WriteAllBytes(kernel, EmbeddedRoms.Load(EmbeddedRoms.TeachingKernel)!.Kernel.ToArray());

        Assert.Equal(expected, Machine([kernel, .. options]).CommandLine);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(16, "--l2tlb", "16")]
    [InlineData(0, "--shadow-page-tables")]
    [InlineData(16, "--shadow-page-tables", "--l2tlb", "16")]
    public void How_many_lost_entries_are_kept_depends_on_what_else_looks_them_up(
        int expected, params string[] options) =>
        Assert.Equal(expected, Machine(["kernel", .. options]).SecondLevelTlb);

    [Fact]
    public void Without_options_a_machine_is_as_a_configuration_says()
    {
        MachineConfiguration usual = new() { Kernel = default, KernelName = "" }, machine = Machine(["kernel"]);

        Assert.Equal(usual.MemoryBytes, machine.MemoryBytes);
        Assert.Equal(usual.Engine, machine.Engine);
        Assert.Equal(usual.JitThreshold, machine.JitThreshold);
        Assert.Equal(usual.Patch, machine.Patch);
        Assert.Equal(usual.Clock, machine.Clock);
        Assert.True(machine.Chain);
        Assert.Null(machine.InstructionLimit);
    }

    [Fact]
    public void What_does_not_go_together_is_refused_before_the_guest_is_looked_for() =>
        Assert.Throws<GuestSetupException>(
        () => Machine(["no-such-file", "--engine", "interp", "--blocks"]));

    private static MachineConfiguration Machine(string[] arguments) =>
        CommandOptions.Plan(Tool.CommandLine.CreateRoot().Parse(["run", .. arguments])).Machine;
}

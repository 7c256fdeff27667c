using Dbt.Hypervisor;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Accounting;

/// <summary>
/// What translated code carries out on its way is what the hypervisor would have done, and is counted as if it had.
/// </summary>
public sealed class InCacheExitsTests
{
    [Theory]
    [InlineData("kernel", "exec=demo")]
    [InlineData("timer", "")]
    [InlineData("exceptions", "")]
    public void A_run_ends_with_the_same_figures_whoever_carries_exits_out(string rom, string words)
    {
        (RunResult End, string Figures, long Returns) within = Run(rom, words, inCache: true), without = Run(rom, words, inCache: false);

        Assert.Equal(without.End, within.End);
        Assert.Equal(without.Figures, within.Figures);
    }

    [Fact]
    public void System_calls_that_are_carried_out_on_the_way_return_to_no_dispatcher()
    {
        long within = Run("kernel", "exec=demo", inCache: true).Returns, without = Run("kernel", "exec=demo", inCache: false).Returns;

        Assert.InRange(within, 1, without * 9 / 10);
    }

    private static (RunResult End, string Figures, long Returns) Run(string rom, string words, bool inCache)
    {
        using VirtualMachine machine = new(GuestRun.Rom(rom) with { CommandLine = words, JitThreshold = 20, TranslateInBackground = false, InCacheExits = inCache });
        RunResult end = machine.Run(default);
        string exits = string.Join(" ", machine.Exits.All.Select(exit => $"{exit.Counter}={exit.Count}"));
        string figures = $"{exits}; user {machine.Cpu.Instructions.User.Total}, kernel {machine.Cpu.Instructions.Kernel.Total}";
        return (end, figures, machine.Cpu.Engine.Translations!.Statistics.FragmentExits);
    }
}

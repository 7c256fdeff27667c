using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Accounting;

/// <summary>Every exit is counted once, and timed where that was asked for.</summary>
public sealed class ExitAccountTests
{
    [Fact]
    public void Each_timed_exit_falls_into_one_class_of_cost()
    {
        ExitAccount exits = Run(timed: true);

        Assert.All((ExitCounter[])[ExitCounter.Mfc0, ExitCounter.Eret, ExitCounter.Syscall, ExitCounter.MmioLoad, ExitCounter.Interrupt], counter =>
        {
            Assert.True(exits[counter] > 0);
            Assert.Equal(exits[counter], exits.CostsOf(counter).ToArray().Sum());
            Assert.True(exits.TimeOf(counter) > TimeSpan.Zero);
        });
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(1023, 9)]
    [InlineData(1024, 10)]
    [InlineData(uint.MaxValue, ExitAccount.CostClasses - 1)]
    [InlineData(1L << 32, ExitAccount.CostClasses - 1)]
    [InlineData(long.MaxValue, ExitAccount.CostClasses - 1)]
    public void An_exit_of_any_cost_has_a_class(long nanoseconds, int expected) =>
        Assert.Equal(expected, ExitAccount.CostClassOf(nanoseconds));

    // What is not timed takes a shorter way.
    [Theory]
    [InlineData("kernel", PatchPolicy.None)]
    [InlineData("kernel", PatchPolicy.Full)]
    [InlineData("exceptions", PatchPolicy.Full)]
    [InlineData("cop0", PatchPolicy.Kvm)]
    [InlineData("tlb", PatchPolicy.None)]
    [InlineData("spans", PatchPolicy.Full)]
    public void An_account_that_is_not_timed_has_the_same_counts_and_no_times(string rom, PatchPolicy patch)
    {
        ExitAccount timed = Run(timed: true, rom, patch), counted = Run(timed: false, rom, patch);

        Assert.Equal(timed.All, counted.All);
        Assert.All(Enum.GetValues<ExitCounter>(), counter => Assert.Equal(TimeSpan.Zero, counted.TimeOf(counter)));
    }

    [Fact]
    public void Moves_and_enables_are_counted_by_register()
    {
        ExitAccount exits = Run(timed: false);

        Assert.Equal(
            exits[ExitCounter.Mfc0] + exits[ExitCounter.Mtc0] + exits[ExitCounter.DiEi],
            Enumerable.Range(0, 256).Sum(exits.OfRegister));
        Assert.True(exits.OfRegister(Cop0Register.Status) > 0);
    }

    [Theory]
    [InlineData(ExitCounter.Mtc0, "cop_unusable")]
    [InlineData(ExitCounter.Rdhwr, "resvd_inst")]
    [InlineData(ExitCounter.TlbMissStore, "tlbmiss_st")]
    [InlineData(ExitCounter.MmioStore, "addrerr_st")]
    [InlineData(ExitCounter.ShadowFill, "")]
    public void Exits_have_the_names_of_KVM_s_counters(ExitCounter counter, string name) =>
        Assert.Equal(name, new ExitAccount(timed: false, overTime: null).KvmCounterOf(counter));

    private static ExitAccount Run(bool timed, string rom = "kernel", PatchPolicy patch = PatchPolicy.None)
    {
        using VirtualMachine machine = new(
            GuestRun.Rom(rom) with { Patch = patch, TimeExits = timed, Engine = Engine.Threaded });
        Assert.Equal(StopReason.PoweredOff, machine.Run(CancellationToken.None).Reason);
        return machine.Exits;
    }
}

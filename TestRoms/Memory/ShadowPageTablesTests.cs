using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Memory;

/// <summary>Translations made from the guest's own page tables, by its own refill handler, which does not run.</summary>
[Trait("Speed", "slow")]
public sealed class ShadowPageTablesTests
{
    private static readonly MachineConfiguration s_kernel = GuestRun.Rom("kernel") with { JitThreshold = 20 };

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void A_kernel_with_fork_and_copy_on_write_runs_as_before_with_fewer_refills(Engine engine)
    {
        using VirtualMachine exact = new(s_kernel with { Engine = engine }), shadowed = new(s_kernel with { Engine = engine, ShadowPageTables = true });

        GuestRun expected = GuestRun.Of(exact), run = GuestRun.Of(shadowed);

        Assert.Contains("KERNEL-OK", run.Console, StringComparison.Ordinal);
        Assert.Equal(expected.End.Reason, run.End.Reason);
        Assert.True(shadowed.Cpu.Memory.FirstStage.PageTables!.Walks > 0);
        Assert.True(2 * shadowed.Cpu.Memory.Translation.Account.Refills < exact.Cpu.Memory.Translation.Account.Refills, $"{shadowed.Cpu.Memory.Translation.Account.Refills} of {exact.Cpu.Memory.Translation.Account.Refills} refills are left");
    }

    [Theory]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void Every_engine_makes_the_same_translations_sees_the_same_stores_and_drops_the_same(Engine engine)
    {
        (long, long, long, long, long) reference = Run(Engine.Interp);

        Assert.Equal(reference, Run(engine));
        Assert.True(reference is { Item1: > 0, Item2: > 0, Item3: > 0 });

        static (long Walks, long Dropped, long Writes, long Refills, long Instructions) Run(Engine engine)
        {
            using VirtualMachine machine = new(s_kernel with { Engine = engine, ShadowPageTables = true });
            long instructions = machine.Run(default).Instructions;
            return (machine.Cpu.Memory.FirstStage.PageTables!.Walks, machine.Cpu.Memory.FirstStage.PageTables.Dropped, machine.Cpu.Memory.Trace.Writes, machine.Cpu.Memory.Translation.Account.Refills, instructions);
        }
    }

    [Theory]
    [InlineData("tlb")]
    [InlineData("exceptions")]
    [InlineData("isolation")]
    public void A_guest_whose_refill_handler_is_none_gets_its_exceptions(string rom)
    {
        using VirtualMachine exact = new(GuestRun.Rom(rom)), shadowed = new(GuestRun.Rom(rom) with { ShadowPageTables = true });

        GuestRun run = GuestRun.Of(shadowed);
        exact.Run(default);

        Assert.EndsWith("ROM-OK\r\n", run.Console, StringComparison.Ordinal);
        Assert.Equal(0, shadowed.Cpu.Memory.FirstStage.PageTables!.Walks);
        Assert.Equal(exact.Exits[ExitCounter.TlbMissLoad], shadowed.Exits[ExitCounter.TlbMissLoad]);
    }

    [Fact]
    public void A_page_that_somebody_traces_stays_traced_when_it_is_a_page_table_no_longer()
    {
        using VirtualMachine first = new(s_kernel with { ShadowPageTables = true });
        first.RunTo(2_000_000, default);
        (int frame, _) = first.Cpu.Memory.Trace.All.OrderByDescending(page => page.Writes).First();
        using VirtualMachine machine = new(s_kernel with { ShadowPageTables = true, TracedPages = [(uint)frame << 12] });

        machine.Run(default);

        Assert.True(machine.Cpu.Memory.Trace.IsTraced(frame));
        Assert.True(machine.Cpu.Memory.FirstStage.PageTables!.Dropped > 0);
    }
}

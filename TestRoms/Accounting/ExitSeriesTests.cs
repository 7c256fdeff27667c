using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Time;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Accounting;

/// <summary>Exits over the guest's time.</summary>
public sealed class ExitSeriesTests
{
    private static readonly ExitCounter[] _counters = Enum.GetValues<ExitCounter>();

    [Fact]
    public void The_slices_of_each_reason_add_up_to_its_exits()
    {
        using VirtualMachine machine = Run();

        Assert.All(_counters, counter => Assert.Equal(machine.Exits[counter], SlicesOf(machine, counter).Sum()));
    }

    [Fact]
    public void There_are_between_half_of_the_slices_and_all_and_they_cover_what_was_retired()
    {
        using VirtualMachine machine = Run();
        ExitSeries series = machine.Exits.OverTime!;
        int slices = series.Of(ExitCounter.Interrupt).Length;

        Assert.InRange(slices, ExitSeries.MostSlices / 2 + 1, ExitSeries.MostSlices);
        Assert.Equal(slices - 1, machine.Cpu.Time.Retired / series.InstructionsPerSlice);
    }

    [Fact]
    public void A_guest_that_runs_as_it_did_has_the_same_slices()
    {
        using VirtualMachine first = Run(), second = Run();

        Assert.Equal(first.Exits.OverTime!.InstructionsPerSlice, second.Exits.OverTime!.InstructionsPerSlice);
        Assert.All(_counters, counter => Assert.Equal(SlicesOf(first, counter), SlicesOf(second, counter)));
    }

    [Fact]
    public unsafe void Exits_that_were_skipped_are_spread_over_the_instructions_skipped_with_them()
    {
        GuestState state = default;
        InstructionClock time = new(new Clock(), &state, useHostTime: false);
        ExitAccount exits = new(timed: false, new ExitSeries(time));
        time.Grant(limit: 10_000);
        state.Budget -= 1000;

        exits.Add(ExitCounter.MmioLoad, exits: 500, instructions: 1000);

        // 256 of 1000 instructions have 128 of 500 exits.
        Assert.Equal([128, 128, 128, 116], exits.OverTime!.Of(ExitCounter.MmioLoad).ToArray());
    }

    [Fact]
    public void An_account_has_no_slices_unless_they_are_asked_for()
    {
        using VirtualMachine machine = new(GuestRun.Rom("kernel"));

        Assert.Null(machine.Exits.OverTime);
    }

    private static long[] SlicesOf(VirtualMachine machine, ExitCounter counter) => machine.Exits.OverTime!.Of(counter).ToArray();

    private static VirtualMachine Run()
    {
        VirtualMachine machine = new(GuestRun.Rom("kernel") with { CountOverTime = true, Engine = Engine.Threaded });
        Assert.Equal(StopReason.PoweredOff, machine.Run(CancellationToken.None).Reason);
        return machine;
    }
}

using Dbt.Hypervisor;
using Dbt.Hypervisor.Hypercalls;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Hypercalls;

/// <summary>HYPCALL: what a guest may ask of the hypervisor, and what becomes of what it may not.</summary>
public sealed class HypercallTests
{
    public static TheoryData<Engine> Engines => new(Enum.GetValues<Engine>());

    [Theory]
    [MemberData(nameof(Engines))]
    public void Hypercall_8_prints_on_the_console(Engine engine) =>
        Assert.Contains("a line by hypercall 8\r\n", Run(engine, hypercalls: true).Console, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Engines))]
    public void Hypercall_7_ends_the_machine(Engine engine)
    {
        GuestRun run = Run(engine, hypercalls: true);

        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
        Assert.EndsWith("ROM-OK\r\n", run.Console, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void An_unknown_hypercall_answers_minus_1000(Engine engine) =>
        Assert.Contains("ok an unknown number is -1000\r\n", Run(engine, hypercalls: true).Console, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_machine_without_hypercalls_reserves_the_instruction_as_a_24Kf_does(Engine engine)
    {
        GuestRun run = Run(engine, hypercalls: false);

        Assert.StartsWith("ok without hypercalls the instruction is reserved\r\n", run.Console, StringComparison.Ordinal);
        Assert.EndsWith("ROM-OK\r\n", run.Console, StringComparison.Ordinal);
    }

    [Fact]
    public void The_numbers_of_the_table_are_Linux_s_and_ours_and_none_is_there_twice()
    {
        Assert.Equal([6u, 7u, 8u], HypercallTable.All.Select(call => call.Number).Where(number => number < 0x1000));
        Assert.Equal(HypercallTable.All.Count, HypercallTable.All.Select(call => call.Number).Distinct().Count());
    }

    private static GuestRun Run(Engine engine, bool hypercalls) => GuestRun.Of(GuestRun.Rom("hypercalls") with { Engine = engine, Hypercalls = hypercalls });
}

using System.Collections.Concurrent;
using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>The guest programs of TestRoms/roms under each engine.</summary>
[Trait("Order", "first")]
public sealed class RomTests
{
    /// <summary>The ROMs that check themselves and end; the others never end, or measure.</summary>
    private static IEnumerable<string> Checking =>
        EmbeddedRoms.Names.Where(name => !name.StartsWith("panic-", StringComparison.Ordinal) && !name.StartsWith("bench-", StringComparison.Ordinal));

    // A ROM's first run under an engine is for all that ask.
    private static readonly ConcurrentDictionary<(string Rom, ByteOrder Order, Engine Engine), Lazy<GuestRun>> _first = [];

    public static TheoryData<string, ByteOrder> RomsAndOrders
    {
        get
        {
            TheoryData<string, ByteOrder> data = [];
            foreach (string rom in Checking)
            {
                data.Add(rom, ByteOrder.Little);
                data.Add(rom, ByteOrder.Big);
            }
            return data;
        }
    }

    // Under one engine: that the others say the same is the next one's.
    [Theory]
    [MemberData(nameof(RomsAndOrders))]
    public void Every_rom_passes_its_own_checks_and_powers_off(string rom, ByteOrder order)
    {
        GuestRun run = First(rom, order, order == ByteOrder.Little ? Engine.Dbt : Engine.Threaded);

        Assert.DoesNotContain("FAIL", run.Console, StringComparison.Ordinal);
        Assert.EndsWith("-OK", run.Console.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
    }

    [Theory]
    [Trait("Speed", "slow")]
    [MemberData(nameof(RomsAndOrders))]
    public void Every_engine_and_every_repetition_gives_the_same_output_after_the_same_instructions(string rom, ByteOrder order)
    {
        MachineConfiguration translated = GuestRun.Rom(rom, order) with { Engine = Engine.Dbt };
        GuestRun reference = First(rom, order, Engine.Interp);

        Assert.Equal(reference, First(rom, order, Engine.Threaded));
        Assert.Equal(reference, First(rom, order, Engine.Dbt));
        // Links and the shape of regions know no byte order.
        MachineConfiguration[] others = order == ByteOrder.Little
            ? [translated, translated with { Chain = false }, translated with { TranslateBlocks = true }, translated with { JitThreshold = 1 }]
            : [translated with { JitThreshold = 1 }];
        Assert.All(others, other => Assert.Equal(reference, GuestRun.Of(other)));
    }

    [Theory]
    [Trait("Speed", "slow")]
    [InlineData("kernel", 200_000)]
    [InlineData("kernel", 1_999_993)]
    [InlineData("timer", 10_007)]
    [InlineData("vz", 1_009)]
    public void Where_a_run_is_interrupted_changes_nothing(string rom, long slice)
    {
        RunResult whole = GuestRun.Of(GuestRun.Rom(rom)).End;
        using VirtualMachine machine = new(GuestRun.Rom(rom));

        StopReason reason;
        while ((reason = machine.RunTo(machine.Cpu.Time.Retired + slice, CancellationToken.None)) == StopReason.InstructionLimit)
            continue;

        Assert.Equal(whole, machine.Result(reason));
    }

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void A_guest_that_jumps_into_nowhere_ends_at_the_limit_with_the_exception_it_cannot_leave(Engine engine)
    {
        RunResult end = GuestRun.Of(GuestRun.Rom("panic-nowhere") with { Engine = engine, InstructionLimit = 1_000_000 }).End;

        Assert.Equal(StopReason.InstructionLimit, end.Reason);
        Assert.Equal(0xffff_ffff_8000_0180, end.Pc);
        Assert.Contains("handling TlbLoad from 0x00000000 (bad address 0x00000000)", end.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void A_guest_that_loops_with_interrupts_off_ends_at_the_limit_where_it_loops(Engine engine)
    {
        RunResult end = GuestRun.Of(GuestRun.Rom("panic-spin") with { Engine = engine, InstructionLimit = 1_000_000 }).End;

        Assert.Equal(StopReason.InstructionLimit, end.Reason);
        // A branch and its delay slot are one unit, which may end one instruction beyond the limit.
        Assert.InRange(end.Instructions, 1_000_000, 1_000_001);
        Assert.Contains("(main+0x", end.Explanation, StringComparison.Ordinal);
        Assert.Contains("interrupts disabled", end.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void A_guest_that_loops_with_interrupts_off_can_be_stopped_from_outside(Engine engine)
    {
        using CancellationTokenSource leaving = new(TimeSpan.FromMilliseconds(300));

        RunResult end = GuestRun.Of(GuestRun.Rom("panic-spin") with { Engine = engine, InstructionLimit = null }, leaving.Token).End;

        Assert.Equal(StopReason.Stopped, end.Reason);
        Assert.Contains("interrupts disabled", end.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void A_guest_that_waits_with_interrupts_off_has_halted(Engine engine)
    {
        RunResult end = GuestRun.Of(GuestRun.Rom("panic-wait") with { Engine = engine }).End;

        Assert.Equal(StopReason.Halted, end.Reason);
        Assert.Contains("interrupts disabled, waiting", end.Explanation, StringComparison.Ordinal);
    }

    private static GuestRun First(string rom, ByteOrder order, Engine engine) => _first.GetOrAdd(
        (rom, order, engine), _ => new(() => GuestRun.Of(GuestRun.Rom(rom, order) with { Engine = engine }))).Value;
}

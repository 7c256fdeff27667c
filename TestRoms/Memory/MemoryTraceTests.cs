using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Memory;
using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.Memory;

/// <summary>Every store to a traced page is seen, whatever makes it.</summary>
public sealed class MemoryTraceTests
{
    // TestRoms/roms/trace: rounds of every kind of store at three addresses of one page, then three stores of code.
    private const uint Page = 0x0030_0000;
    private const int Frame = (int)(Page >> ShadowTlb.PageShift), Rounds = 5000, StoresOfARound = 12, StoresOfCode = 3;

    public static TheoryData<Engine> Engines => new(Enum.GetValues<Engine>());

    [Theory]
    [MemberData(nameof(Engines))]
    public void Every_store_of_every_kind_at_every_address_of_the_page_is_seen_once_and_no_other(Engine engine)
    {
        using VirtualMachine machine = new(GuestRun.Rom("trace") with { Engine = engine, TracedPages = [Page], JitThreshold = 20 });

        GuestRun run = GuestRun.Of(machine);

        Assert.EndsWith("ROM-OK\r\n", run.Console, StringComparison.Ordinal);
        Assert.Equal(3 * Rounds * StoresOfARound + StoresOfCode, machine.Cpu.Memory.Trace.Writes);
        Assert.Equal([(Frame, machine.Cpu.Memory.Trace.Writes)], machine.Cpu.Memory.Trace.All);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Tracing_changes_nothing_that_the_guest_can_see(Engine engine)
    {
        MachineConfiguration untraced = GuestRun.Rom("trace") with { Engine = engine };

        Assert.Equal(GuestRun.Of(untraced), GuestRun.Of(untraced with { TracedPages = [Page] }));
    }

    [Fact]
    public void Each_store_tells_where_and_how_wide_it_was()
    {
        using VirtualMachine machine = new(GuestRun.Rom("trace") with { TracedPages = [Page] });
        List<TracedWrite> writes = [];
        machine.Cpu.Memory.Trace.Written += writes.Add;
        machine.Run(default);

        (int, AccessSize)[] round =
        [
            (16, AccessSize.Byte), (18, AccessSize.Half), (20, AccessSize.Word), (16, AccessSize.Byte), (17, AccessSize.Byte),
            (17, AccessSize.Byte), (18, AccessSize.Byte), (19, AccessSize.Byte), (16, AccessSize.Word), (16, AccessSize.Word), (16, AccessSize.Double), (20, AccessSize.Word),
        ];
        Assert.Equal(round.Order(), writes.Take(StoresOfARound).Select(write => (write.Offset, write.Size)).Order());
        Assert.Equal([64, 68, 68], writes.TakeLast(StoresOfCode).Select(write => write.Offset).Order());
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void What_is_traced_late_is_seen_from_then_on_and_what_is_traced_no_longer_is_fast_again(Engine engine)
    {
        using VirtualMachine machine = new(GuestRun.Rom("trace") with { Engine = engine, JitThreshold = 20 });
        machine.RunTo(100_000, default);
        machine.Cpu.Memory.Trace.Add(Frame);
        machine.RunTo(150_000, default);
        long seen = machine.Cpu.Memory.Trace.Writes;
        Assert.True(seen > 20_000, $"{seen} stores in 50,000 instructions");

        machine.Cpu.Memory.Trace.Remove(Frame);
        machine.RunTo(200_000, default);

        Assert.Equal(seen, machine.Cpu.Memory.Trace.Writes);
        Assert.Equal(0, machine.Cpu.Memory.Trace.Frames);
        // One store brings the entry back, for each address that the page has by then.
        long fills = machine.Exits[ExitCounter.ShadowFill];
        machine.RunTo(210_000, default);
        Assert.InRange(machine.Exits[ExitCounter.ShadowFill] - fills, 0, 2);
    }

    [Theory]
    [InlineData(0x1800_0000u)]
    [InlineData(0x1fc0_0000u)]
    public void There_is_nothing_to_trace_where_there_is_no_RAM(uint address) =>
        Assert.Throws<GuestSetupException>(() => new VirtualMachine(GuestRun.Rom("trace") with { TracedPages = [address] }));
}

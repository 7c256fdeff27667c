using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>Loops that wait for a device are skipped where nothing can tell; that nothing does, RomTests and LockstepTests show.</summary>
public sealed class PollLoopTests
{
    [Theory]
    [InlineData(Engine.Threaded, ByteOrder.Little)]
    [InlineData(Engine.Dbt, ByteOrder.Little)]
    [InlineData(Engine.Threaded, ByteOrder.Big)]
    [InlineData(Engine.Dbt, ByteOrder.Big)]
    public void Most_of_the_waiting_for_the_clock_is_skipped_and_counted_all_the_same(Engine engine, ByteOrder order)
    {
        using VirtualMachine waiting = new(GuestRun.Rom("poll", order) with { Engine = engine });
        using VirtualMachine reference = new(GuestRun.Rom("poll", order) with { Engine = Engine.Interp });

        RunResult end = waiting.Run(CancellationToken.None);

        Assert.Equal(reference.Run(CancellationToken.None), end);
        Assert.InRange(waiting.Cpu.Instructions.All.Polled, 500_000, end.Instructions);
        Assert.Equal(reference.Cpu.Exits[Hypervisor.Accounting.ExitCounter.MmioLoad], waiting.Cpu.Exits[Hypervisor.Accounting.ExitCounter.MmioLoad]);
        Assert.Equal(reference.Cpu.Exits[Hypervisor.Accounting.ExitCounter.MmioStore], waiting.Cpu.Exits[Hypervisor.Accounting.ExitCounter.MmioStore]);
    }
}

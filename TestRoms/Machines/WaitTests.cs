using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>WAIT, whenever the event that ends it is due.</summary>
public sealed class WaitTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_wait_ends_with_the_timer_s_interrupt_however_late_it_is_reached(bool awaitsInput)
    {
        // Count comes every 6 ns and an instruction every 10: Compare may be met before the instruction that waits, within it, or behind it.
        for (uint counts = 5; counts < 25; counts++)
        {
            using VirtualMachine machine = new(WaitFor(counts));
            machine.AwaitsInput = awaitsInput;

            StopReason reason = machine.RunTo(200, CancellationToken.None);

            Assert.Equal((StopReason.InstructionLimit, 1L), (reason, machine.Exits[ExitCounter.Interrupt]));
        }
    }

    private static MachineConfiguration WaitFor(uint counts) => SmallGuest.Of(
        SmallGuest.Start,
        0x3408_8001,          //    li    t0, 0x8001
        0x4088_6000,          //    mtc0  t0, Status: IM7, IE
        0x4009_4800,          //    mfc0  t1, Count
        0x2529_0000 + counts, //    addiu t1, t1, counts
        0x4089_5800,          //    mtc0  t1, Compare
        0x4200_0020,          //    wait
        0x1000_ffff,          // 1: b     1b
        0x0000_0000);
}

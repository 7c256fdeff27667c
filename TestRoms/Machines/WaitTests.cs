using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.Storage;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>WAIT, whenever the event that ends it is due, and whoever lives in the host's time.</summary>
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

    [Fact]
    public void A_wait_for_a_disk_is_skipped_though_somebody_may_yet_type_and_any_other_is_not()
    {
        string disk = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(disk, new byte[1 << 20]);
            using VirtualMachine machine = new(FlushAndWait() with { Drives = [new DriveConfiguration(0, disk)] });
            machine.AwaitsInput = true;

            Assert.Equal(StopReason.Waiting, machine.RunUntilWaiting(1000, CancellationToken.None));
            Assert.True(machine.SkipsIdleTime);
            machine.LetTimePass(long.MaxValue);
            Assert.Equal(StopReason.Waiting, machine.RunUntilWaiting(1000, CancellationToken.None));
            Assert.False(machine.SkipsIdleTime);
        }
        finally
        {
            File.Delete(disk);
        }
    }

    private static MachineConfiguration FlushAndWait() => SmallGuest.Of(
        SmallGuest.Start,
        0x3c08_bbe0, //    lui   t0, GT-64120
        0x3c09_8000, //    lui   t1, 0x8000
        0x3529_5104, //    ori   t1, IDE function: command
        0xad09_0cf8, //    sw    t1, configuration address
        0x340a_0001, //    li    t2, I/O space
        0xad0a_0cfc, //    sw    t2, configuration data
        0x3c09_8000, //    lui   t1, 0x8000
        0x3529_5140, //    ori   t1, IDETIM
        0xad09_0cf8, //    sw    t1, configuration address
        0x340a_8000, //    li    t2, decode enable
        0xad0a_0cfc, //    sw    t2, configuration data
        0x3c08_b800, //    lui   t0, I/O ports
        0x340a_00e7, //    li    t2, FLUSH CACHE
        0xa10a_01f7, //    sb    t2, command
        0x340b_8001, //    li    t3, IM7, IE
        0x408b_6000, //    mtc0  t3, Status
        0x4200_0020, //    wait
        0x1000_ffff, // 1: b     1b
        0x0000_0000);

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

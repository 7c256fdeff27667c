using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Time;

/// <summary>A machine whose time is the host's.</summary>
public sealed class HostClockTests
{
    private const int Counter = 8, Seen = 13;

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void Whoever_sees_Count_beyond_Compare_sees_the_interrupt(Engine engine)
    {
        // As Linux tries its timer out, which it gives up when the interrupt is not there soon.
        MachineConfiguration trying = SmallGuest.Of(
            SmallGuest.Start,
            0x3408_0064,   //    li    t0, 100
            0x4009_4800,   // 1: mfc0  t1, Count
            0x2529_1000,   //    addiu t1, t1, 0x1000
            0x4089_5800,   //    mtc0  t1, Compare
            0x400a_4800,   //    mfc0  t2, Count
            0x0149_5823,   //    subu  t3, t2, t1
            0x0561_fffa,   //    bgez  t3, 1b: the host was busy, and Count beyond it already
            0x0000_0000,
            0x400a_4800,   // 2: mfc0  t2, Count
            0x0149_5823,   //    subu  t3, t2, t1
            0x1960_fffd,   //    blez  t3, 2b
            0x0000_0000,
            0x400c_6800,   //    mfc0  t4, Cause
            0x000c_6782,   //    srl   t4, t4, 30
            0x318c_0001,   //    andi  t4, t4, 1: TI
            0x01ac_6821,   //    addu  t5, t5, t4
            0x2508_ffff,   //    addiu t0, t0, -1
            0x1500_ffef,   //    bnez  t0, 1b
            0x0000_0000,
            0x1000_ffff);  // 3: b     3b
        using VirtualMachine machine = new(trying with { Clock = ClockSource.Host, Engine = engine });

        while (machine.Cpu.Register(Counter) != 0 || machine.Cpu.Time.Retired == 0)
            machine.RunTo(machine.Cpu.Time.Retired + 100_000, CancellationToken.None);

        Assert.Equal(100u, machine.Cpu.Register(Seen));
    }

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void The_interrupt_strikes_a_loop_that_leaves_the_engine_for_nothing(Engine engine)
    {
        MachineConfiguration waiting = SmallGuest.Of(
            SmallGuest.Start,
            0x4009_4800,   //    mfc0  t1, Count
            0x2529_1000,   //    addiu t1, t1, 0x1000
            0x4089_5800,   //    mtc0  t1, Compare
            0x3408_8001,   //    li    t0, 0x8001
            0x4088_6000,   //    mtc0  t0, Status: IM7, IE
            0x1000_ffff);  // 1: b     1b
        using VirtualMachine machine = new(waiting with { Clock = ClockSource.Host, Engine = engine });
        // What is at the vector does not matter: nops, up to the loop again.
        while (machine.Exits[ExitCounter.Interrupt] == 0 && machine.Now < TimeSpan.NanosecondsPerTick * TimeSpan.TicksPerMinute)
            machine.RunTo(machine.Cpu.Time.Retired + 100_000, CancellationToken.None);

        Assert.Equal(1, machine.Exits[ExitCounter.Interrupt]);
    }
}

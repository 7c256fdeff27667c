using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>A likely branch that is not taken skips its delay slot, and nothing else (MD00086, "branch likely").</summary>
public sealed class NullifiedSlotTests
{
    private const uint Bltzall = 0x0492_0002, Bgezall = 0x0493_0002, Bltzl = 0x0482_0002;
    private const uint BehindTheSlot = SmallGuest.Start + 16;

    public static TheoryData<Engine> Engines => [Engine.Interp, Engine.Threaded, Engine.Dbt];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Without_being_taken_it_links_all_the_same(Engine engine)
    {
        Assert.Equal(BehindTheSlot, LinkOf(engine, Bltzall, value: 0));
        Assert.Equal(BehindTheSlot, LinkOf(engine, Bgezall, value: -1));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Taken_it_links(Engine engine)
    {
        Assert.Equal(BehindTheSlot, LinkOf(engine, Bltzall, value: -1));
        Assert.Equal(BehindTheSlot, LinkOf(engine, Bgezall, value: 0));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void One_that_does_not_link_leaves_register_31_alone(Engine engine) =>
        Assert.Equal([0, 0], new[] { LinkOf(engine, Bltzl, value: 0), LinkOf(engine, Bltzl, value: -1) });

    [Theory]
    [MemberData(nameof(Engines))]
    public void The_slot_is_executed_if_it_is_taken_and_what_is_behind_the_slot_if_not(Engine engine)
    {
        foreach (uint branch in new[] { Bltzall, Bltzl })
        {
            MachineState taken = End(engine, branch, value: -1), untaken = End(engine, branch, value: 0);
            Assert.Equal((true, false), (taken["$t0"] > 1000, taken["$t1"] > 0));
            Assert.Equal((false, true), (untaken["$t0"] > 0, untaken["$t1"] > 1000));
        }
    }

    private static uint LinkOf(Engine engine, uint branch, short value) => (uint)End(engine, branch, value)["$s1"];

    private static MachineState End(Engine engine, uint branch, short value)
    {
        const long Limit = 20_000;
        MachineConfiguration guest = SmallGuest.Of(
            SmallGuest.Start,
            0x2404_0000u | (ushort)value, //    li    a0, value
            0x0000_f821,                  // 1: move  ra, zero
            branch,                       //    b…l   a0, 2f
            0x2508_0001,                  //    addiu t0, t0, 1
            0x2529_0001,                  //    addiu t1, t1, 1
            0x03e0_8821,                  // 2: move  s1, ra
            0x1000_fffa,                  //    b     1b
            0x2610_0001);                 //    addiu s0, s0, 1
        using VirtualMachine machine = new(guest with { Engine = engine, JitThreshold = 20 });
        Assert.Equal(StopReason.InstructionLimit, machine.RunTo(Limit, CancellationToken.None));
        return MachineState.Of(machine, StopReason.InstructionLimit, new SerialDigest());
    }
}

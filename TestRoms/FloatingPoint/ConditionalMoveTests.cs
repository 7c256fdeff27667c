using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>Moves on a condition that the translator knows beforehand.</summary>
public sealed class ConditionalMoveTests
{
    private const uint Movz = 0x4600_1012, Movn = 0x4600_1013; // mov….s f0, f2, zero
    private const uint Old = 7, New = 9;

    public static TheoryData<Engine> Engines => [Engine.Interp, Engine.Threaded, Engine.Dbt];

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_condition_that_never_holds_moves_nothing(Engine engine)
    {
        Assert.Equal(Old, ResultOf(engine, Movn, register: 0, value: 0));
        Assert.Equal(Old, ResultOf(engine, Movn, register: 11, value: 0));
        Assert.Equal(Old, ResultOf(engine, Movz, register: 11, value: 1));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_condition_that_always_holds_moves(Engine engine)
    {
        Assert.Equal(New, ResultOf(engine, Movz, register: 0, value: 0));
        Assert.Equal(New, ResultOf(engine, Movz, register: 11, value: 0));
        Assert.Equal(New, ResultOf(engine, Movn, register: 11, value: 1));
    }

    private static uint ResultOf(Engine engine, uint move, uint register, ushort value)
    {
        const long Limit = 10_000;
        MachineConfiguration guest = SmallGuest.Of(
            SmallGuest.Start,
            0x3c08_2000,             //    lui   t0, 0x2000
            0x4088_6000,             //    mtc0  t0, Status: coprocessor 1 is usable
            0x2409_0000 | Old,       //    li    t1, 7
            0x240a_0000 | New,       //    li    t2, 9
            0x4489_0000,             // 1: mtc1  t1, f0
            0x448a_1000,             //    mtc1  t2, f2
            0x240b_0000u | value,    //    li    t3, value
            move | register << 16,   //    mov….s f0, f2, register
            0x4411_0000,             //    mfc1  s1, f0
            0x1000_fffa,             //    b     1b
            0x2610_0001);            //    addiu s0, s0, 1
        using VirtualMachine machine = new(guest with { Engine = engine, JitThreshold = 20 });
        Assert.Equal(StopReason.InstructionLimit, machine.RunTo(Limit, CancellationToken.None));
        return (uint)MachineState.Of(machine, StopReason.InstructionLimit, new SerialDigest())["$s1"];
    }
}

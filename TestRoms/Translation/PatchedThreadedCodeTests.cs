using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Translation;

/// <summary>What has been patched is part of threaded code: it costs cold code no way through the hypervisor.</summary>
public sealed class PatchedThreadedCodeTests
{
    private const long Limit = 100_000;

    // Every kind of patch, between instructions that need what was written just before, and in a delay slot.
    private static readonly uint[] s_loop =
    [
        0x3c10_8010, //    lui   s0, 0x8010
        0x3c08_1234, // 1: lui   t0, 0x1234
        0x4009_6000, //    mfc0  t1, Status
        0x0109_c825, //    or    t9, t0, t1
        0x4089_6000, //    mtc0  t1, Status
        0x340a_0007, //    li    t2, 7
        0x416a_6000, //    di    t2
        0x0140_5825, //    move  t3, t2
        0x4160_6020, //    ei
        0x018b_6021, //    addu  t4, t4, t3
        0x408c_7000, //    mtc0  t4, EPC
        0x400d_7000, //    mfc0  t5, EPC
        0x01a9_7021, //    addu  t6, t5, t1
        0xbe00_0000, //    cache 0, 0(s0)
        0xbe15_0000, //    cache 21, 0(s0)
        0x4000_6000, //    mfc0  zero, Status
        0x0000_8825, //    move  s1, zero
        0x1000_ffef, //    b     1b
        0x400f_7000, //    mfc0  t7, EPC, in the delay slot
    ];

    [Fact]
    public void It_ends_where_the_interpreter_does()
    {
        using VirtualMachine interpreted = Run(Engine.Interp, PatchPolicy.Full), threaded = Run(Engine.Threaded, PatchPolicy.Full);

        Assert.Empty(End(interpreted).DifferencesTo(End(threaded)).Select(MachineState.NameOf));
    }

    [Fact]
    public void Once_patched_nothing_of_it_is_interpreted()
    {
        using VirtualMachine machine = Run(Engine.Threaded, PatchPolicy.Full);

        RetiredInstructions retired = machine.Cpu.Instructions.All;
        Assert.InRange(retired.Interpreted, 1, 40 * s_loop.Length);
        Assert.Equal(Limit, retired.Total);
    }

    [Fact]
    public void Without_patches_every_sensitive_instruction_leaves_it()
    {
        const int Sensitive = 10;
        using VirtualMachine machine = Run(Engine.Threaded, PatchPolicy.None);

        Assert.True(machine.Cpu.Instructions.All.Interpreted > Sensitive * (Limit / s_loop.Length));
    }

    private static VirtualMachine Run(Engine engine, PatchPolicy policy)
    {
        VirtualMachine machine = new(SmallGuest.Of(SmallGuest.Start, s_loop) with { Engine = engine, Patch = policy });
        Assert.Equal(StopReason.InstructionLimit, machine.RunTo(Limit, CancellationToken.None));
        return machine;
    }

    private static MachineState End(VirtualMachine machine) => MachineState.Of(machine, StopReason.InstructionLimit, new SerialDigest());
}

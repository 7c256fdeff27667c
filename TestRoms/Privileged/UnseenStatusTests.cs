using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Privileged;

/// <summary>What a patched write of Status changes is seen by nobody before the next exit, with KVM's patches: not at the end of a grant, and not by any engine alone.</summary>
[Trait("Speed", "slow")]
public sealed class UnseenStatusTests
{
    private const uint Vector = 0x4000_0180, Load = SmallGuest.KvmStart + 8 * 4, ReadOfCount = SmallGuest.KvmStart + 13 * 4;
    private const uint Interrupts = StatusBits.Ie | 0x100;
    private const uint Memory = 0x4000_0000, Device = 0xb400_0000;
    private const long Limit = 3000;

    public static TheoryData<Engine, long> Runs
    {
        get
        {
            TheoryData<Engine, long> runs = [];
            foreach (Engine engine in Enum.GetValues<Engine>())
            {
                foreach (long slice in (long[])[1, 7, 100, Limit])
                    runs.Add(engine, slice);
            }
            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void An_interrupt_that_it_enables_comes_behind_the_next_exit(Engine engine, long slice)
    {
        MachineState end = Run(Interrupts, Memory, engine, slice);

        Assert.Equal((ReadOfCount + 4, (uint)ExceptionCode.Interrupt), Exception(end));
        Assert.Empty(Differences(Run(Interrupts, Memory, Engine.Interp, Limit), end));
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void An_interrupt_that_it_enables_comes_behind_the_next_access_to_a_device(Engine engine, long slice)
    {
        MachineState end = Run(Interrupts, Device, engine, slice);

        Assert.Equal((Load + 4, (uint)ExceptionCode.Interrupt), Exception(end));
        Assert.Empty(Differences(Run(Interrupts, Device, Engine.Interp, Limit), end));
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void User_mode_that_it_enters_begins_at_the_next_exit(Engine engine, long slice)
    {
        const uint User = 2 << StatusBits.KsuShift;

        MachineState end = Run(User, Memory, engine, slice);

        Assert.Equal((ReadOfCount, (uint)ExceptionCode.CoprocessorUnusable), Exception(end));
        Assert.Empty(Differences(Run(User, Memory, Engine.Interp, Limit), end));
    }

    private static (uint Epc, uint Code) Exception(MachineState end) => ((uint)end[nameof(Cop0Register.Epc)], ((uint)end[nameof(Cop0Register.Cause)] & CauseBits.ExcCodeMask) >> CauseBits.ExcCodeShift);

    private static IEnumerable<string> Differences(MachineState one, MachineState other) => one.DifferencesTo(other).Select(MachineState.NameOf);

    /// <summary>The second time round the outer loop, the write of Status is patched; what the inner one does then is no exit.</summary>
    private static MachineState Run(uint status, uint loaded, Engine engine, long slice)
    {
        using VirtualMachine machine = new(SmallGuest.Of(
            SmallGuest.KvmStart,
            0x3409_0100,                //    li    t1, 0x100
            0x4089_6800,                //    mtc0  t1, Cause: software interrupt 0
            0x3c0b_0000 | loaded >> 16, //    lui   t3, loaded >> 16
            0x0000_4025,                //    move  t0, zero
            0x4088_6000,                // 1: mtc0  t0, Status
            0x3410_0032,                //    li    s0, 50
            0x400c_7000,                // 2: mfc0  t4, EPC
            0x057f_0000,                //    synci 0(t3)
            0x8d6d_0000,                //    lw    t5, 0(t3)
            0x256b_1000,                //    addiu t3, t3, 4096
            0x2610_ffff,                //    addiu s0, s0, -1
            0x1600_fffa,                //    bnez  s0, 2b
            0x2631_0001,                //    addiu s1, s1, 1
            0x400a_4800,                //    mfc0  t2, Count: an exit
            0x1000_fff5,                //    b     1b
            0x3408_0000 | status) with  //    li    t0, status
        { Engine = engine, JitThreshold = 2, Patch = PatchPolicy.Kvm });
        SmallGuest.Put(machine, Vector, 0x1000_ffff, 0);
        StopReason reason = StopReason.InstructionLimit;
        for (long limit = slice; machine.Cpu.Time.Retired < Limit; limit += slice)
            reason = machine.RunTo(Math.Min(limit, Limit), CancellationToken.None);
        return MachineState.Of(machine, reason, new SerialDigest());
    }
}

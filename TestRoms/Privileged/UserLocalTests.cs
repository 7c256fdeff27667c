using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Machines;
using Xunit;
using static Dbt.TestRoms.Machines.GuestCode;

namespace Dbt.TestRoms.Privileged;

/// <summary>UserLocal, which RDHWR reads as register 29 (MD00090, "UserLocal Register", "RDHWR").</summary>
public sealed class UserLocalTests
{
    private const uint Value = 0x7654_3210, Allowed = 1u << 29;
    private const long Limit = 3000;

    public static TheoryData<Engine> Engines => [Engine.Interp, Engine.Threaded, Engine.Dbt];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Where_HWREna_allows_it_reading_it_is_no_exit(Engine engine)
    {
        using VirtualMachine machine = After(engine, ProcessorModel.Mips24KfUserLocal, Allowed);

        Assert.Equal(Value, machine.Cpu.Register(S0));
        Assert.True(machine.Cpu.Register(S1) > 500);
        Assert.Equal(0, machine.Exits[ExitCounter.Rdhwr]);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Where_it_does_not_the_kernel_may_all_the_same_by_an_exit(Engine engine)
    {
        using VirtualMachine machine = After(engine, ProcessorModel.Mips24KfUserLocal, enabled: 0);

        Assert.Equal(Value, machine.Cpu.Register(S0));
        Assert.InRange(machine.Cpu.Register(S1), machine.Exits[ExitCounter.Rdhwr] - 1, machine.Exits[ExitCounter.Rdhwr]);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_24Kf_has_none_and_the_instruction_is_reserved(Engine engine)
    {
        using VirtualMachine machine = After(engine, ProcessorModel.Mips24Kf, Allowed);

        Assert.Equal(0u, machine.Cpu.Context.Cop0[Cop0Register.HwrEna]);
        Assert.Equal(0u, machine.Cpu.Register(S0));
        Assert.Equal((uint)ExceptionCode.ReservedInstruction << CauseBits.ExcCodeShift, machine.Cpu.Context.Cop0[Cop0Register.Cause] & CauseBits.ExcCodeMask);
    }

    [Fact]
    public void It_is_announced_where_it_is()
    {
        const uint Ulri = 1 << 13;

        Assert.Equal(Ulri, ProcessorModel.Mips24KfUserLocal.Reset(Cop0Register.Config3) & Ulri);
        Assert.Equal(0u, ProcessorModel.Mips24Kf.Reset(Cop0Register.Config3) & Ulri);
    }

    // A loop that reads it and counts in s1, after so many instructions.
    private static VirtualMachine After(Engine engine, ProcessorModel processor, uint enabled)
    {
        VirtualMachine machine = new(SmallGuest.Of(
            SmallGuest.Start,
            [.. Set(Cop0Register.UserLocal, Value), .. Set(Cop0Register.HwrEna, enabled), Rdhwr(S0, 29), Branch(-2), Addiu(S1, S1, 1)]) with
        {
            Engine = engine,
            Processor = processor,
            JitThreshold = 20,
        });
        machine.RunTo(Limit, CancellationToken.None);
        return machine;
    }
}

using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Xunit;
using static Dbt.TestRoms.Machines.GuestCode;

namespace Dbt.TestRoms.Machines;

/// <summary>
/// What the ROM mips16 cannot show: a processor without MIPS16e, and debug mode, whose vector is in the boot monitor.
/// </summary>
public sealed class Mips16Tests
{
    private const uint JumpAndExchange = 0x7400_0000, Mips16Sdbbp = 0xe801;

    public static TheoryData<Engine> Engines => new(Enum.GetValues<Engine>());

    [Theory]
    [MemberData(nameof(Engines))]
    public void Without_MIPS16e_JALX_is_reserved(Engine engine) => Run(engine, SmallGuest.KvmStart, [Addiu(S0, S0, 1), JumpAndExchange, Nop], cop0 =>
    {
        Assert.Equal(ExceptionCode.ReservedInstruction, CodeIn(cop0));
        Assert.Equal(SmallGuest.KvmStart + 4, cop0[Cop0Register.Epc]);
    });

    [Theory]
    [MemberData(nameof(Engines))]
    public void Without_MIPS16e_an_odd_address_is_an_address_error(Engine engine)
    {
        uint odd = SmallGuest.KvmStart + 1;

        Run(engine, SmallGuest.KvmStart, [.. Li(T0, odd), JumpTo(T0), Nop], cop0 =>
        {
            Assert.Equal(ExceptionCode.AddressLoad, CodeIn(cop0));
            Assert.Equal((odd, odd), (cop0[Cop0Register.Epc], cop0[Cop0Register.BadVAddr]));
        });
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void SDBBP_of_MIPS16e_leaves_an_odd_address_in_DEPC(Engine engine)
    {
        uint code = SmallGuest.Start + 16;

        Run(engine, SmallGuest.Start, [.. Li(T0, code | 1), JumpTo(T0), Nop, Mips16Sdbbp], cop0 => Assert.Equal(code | 1, cop0[Cop0Register.Depc]));
    }

    private static void Run(Engine engine, uint start, uint[] words, Action<Cop0> check)
    {
        using VirtualMachine machine = new(SmallGuest.Of(start, words) with { Engine = engine, JitThreshold = 1 });
        machine.RunTo(1000, CancellationToken.None);
        check(machine.Cpu.Context.Cop0);
    }

    private static ExceptionCode CodeIn(Cop0 cop0) =>
        (ExceptionCode)((cop0[Cop0Register.Cause] & CauseBits.ExcCodeMask) >> CauseBits.ExcCodeShift);
}

using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Xunit;
using static Dbt.TestRoms.Machines.GuestCode;

namespace Dbt.TestRoms.Machines;

/// <summary>
/// Hot code up to the last word of what it lies in: of the address space, behind whose last address the first comes, of
/// a page, of RAM.
/// </summary>
public sealed class AddressEndTests
{
    private const long Limit = 20_000;
    private const uint LastPages = 0xffff_e000, FirstPages = 0x0000_0000;
    private const uint Behind = 0x80a0_0000, Before = 0x80a0_2000, EndOfRam = 0x8100_0000;

    private static readonly uint[] s_back = [JumpTo(T0), Nop];

    // Where code is that goes round by t0, and what it is.
    public static TheoryData<string, uint, uint[]> Loops => new()
    {
        { "a loop in the last page", 0xffff_f800, [Addiu(S0, S0, 1), Branch(-2), Addiu(S1, S1, 1)] },
        { "a loop up to the last address", 0xffff_fff4, [Addiu(S0, S0, 1), Branch(-2), Addiu(S1, S1, 1)] },
        { "a loop that begins a page before", 0xffff_eff4, [Addiu(S0, S0, 1), .. new uint[0x400], Addiu(S1, S1, 1), .. s_back] },
        { "code beyond the last address", 0xffff_fff4, [Addiu(S0, S0, 1), Addiu(S0, S0, 1), Addiu(S0, S0, 1), Addiu(S1, S1, 1), .. s_back] },
        { "a branch in the last word", 0xffff_fff8, [Addiu(S0, S0, 1), Branch(-2), Addiu(S1, S1, 1)] },
        { "a jump in the last word", 0xffff_fff8, [Addiu(S0, S0, 1), JumpTo(T0), Addiu(S1, S1, 1)] },
        { "a branch across the last address", 0xffff_fff4, [Addiu(S0, S0, 1), Branch(3), Addiu(S1, S1, 1), Nop, Nop, .. s_back] },
        { "a sensitive instruction in the last word", 0xffff_fff8, [Addiu(S0, S0, 1), Mfc0(T3, Cop0Register.PrId), Addiu(S1, S1, 1), .. s_back] },
        { "a load in the last word", 0xffff_fff8, [Addiu(S0, S0, 1), Lw(T3, -4, T1), Addiu(S1, S1, 1), .. s_back] },
        { "a likely branch in the last word", 0xffff_fff8, [Addiu(S0, S0, 1), 0x5400_0001, Nop, Addiu(S1, S1, 1), .. s_back] },
        { "a loop up to the end of RAM", EndOfRam - 12, [Addiu(S0, S0, 1), Branch(-2), Addiu(S1, S1, 1)] },
        { "a jump at the end of RAM", EndOfRam - 12, [Addiu(S0, S0, 1), JumpTo(T0), Addiu(S1, S1, 1)] },
        { "a loop up to the end of RAM, uncached", EndOfRam + 0x2000_0000 - 12, [Addiu(S0, S0, 1), Branch(-2), Addiu(S1, S1, 1)] },
        { "a loop up to the end of a page", 0x0000_0ff4, [Addiu(S0, S0, 1), Branch(-2), Addiu(S1, S1, 1)] },
        { "a branch in the last word of a page", 0x0000_0ff8, [Addiu(S0, S0, 1), Branch(-2), Addiu(S1, S1, 1)] },
    };

    [Theory]
    [MemberData(nameof(Loops))]
    public void Every_engine_goes_round_as_the_interpreter_does(string what, uint start, uint[] code)
    {
        MachineState[] reference = Ends(Engine.Interp, start, code);
        Assert.True(reference[0]["$s0"] >= Limit / 2000 && reference[0]["$s1"] >= reference[0]["$s0"] / 4, what);
        Assert.All(reference, end => Assert.InRange(end["PC"], 0u, uint.MaxValue));
        foreach (Engine engine in (ReadOnlySpan<Engine>)[Engine.Threaded, Engine.Dbt])
        {
            foreach ((MachineState expected, MachineState end) in reference.Zip(Ends(engine, start, code)))
                Assert.Empty(expected.DifferencesTo(end).Select(MachineState.NameOf));
        }
    }

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void Behind_the_end_of_RAM_is_a_bus_error_where_it_ends(Engine engine)
    {
        using VirtualMachine machine = Machine(engine, EndOfRam - 8, [Addiu(S0, S0, 1), Addiu(S1, S1, 1)]);
        // Behind the handler goes back to the first word.
        SmallGuest.Put(machine, 0x8000_0180, [Mfc0(S2, Cop0Register.Cause), Mfc0(S3, Cop0Register.Epc), Mtc0(T0, Cop0Register.Epc), Eret]);

        Assert.Equal(StopReason.InstructionLimit, machine.RunTo(Limit, CancellationToken.None));

        Assert.Equal((uint)ExceptionCode.BusFetch << CauseBits.ExcCodeShift, machine.Cpu.Register(S2) & CauseBits.ExcCodeMask);
        Assert.Equal(EndOfRam, machine.Cpu.Register(S3));
        Assert.True(machine.Cpu.Register(S1) > 1000);
    }

    // Base registers point next to an end, and offsets beyond it: what a region takes for granted of a base must not
    // hold for what it adds to it.
    [Theory]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void Every_access_around_an_end_is_what_it_is_to_the_interpreter(Engine engine) =>
        Assert.Empty(AfterAccesses(Engine.Interp).DifferencesTo(AfterAccesses(engine)).Select(MachineState.NameOf));

    private static MachineState AfterAccesses(Engine engine)
    {
        const uint Program = 0x8020_0000, Vectors = 0x8000_4000;
        using VirtualMachine machine = Machine(engine, Program,
        [
            .. Set(Cop0Register.Status, 0x2000_0000),
            .. Set(Cop0Register.EBase, Vectors),
            .. Accesses(),
            .. s_back,
        ]);
        foreach (uint vector in (ReadOnlySpan<uint>)[0, 0x180])
        {
            SmallGuest.Put(machine, Vectors + vector,
            [
                Mfc0(K0, Cop0Register.BadVAddr), Addu(S3, S3, K0), Mfc0(K0, Cop0Register.Cause), Addu(S4, S4, K0),
                Mfc0(K0, Cop0Register.Epc), Addiu(K0, K0, 4), Mtc0(K0, Cop0Register.Epc), Eret,
            ]);
        }
        Assert.Equal(StopReason.InstructionLimit, machine.RunTo(5 * Limit, CancellationToken.None));
        var end = MachineState.Of(machine, StopReason.InstructionLimit, new SerialDigest());
        Assert.True(end["$s2"] != 0 && end["$s3"] != 0);
        return end;
    }

    // Of RAM, kseg0 and kseg1, of a mapped page, and of the address space.
    private static IEnumerable<uint> Accesses() =>
        from end in new uint[] { EndOfRam, EndOfRam + 0x2000_0000, 0x8000_0000, 0xa000_0000, 0xc000_0000, 0x2000, 0 }
        from offset in new short[] { short.MinValue, -4, 0, 4, 8, short.MaxValue - 7 }
        from opcode in new uint[] { 0x23, 0x22, 0x35, 0x2b, 0x2e, 0x3d }
        from word in (uint[])
        [
            .. Li(T4, end - 4), opcode << 26 | (uint)T4 << 21 | T5 << 16 | (ushort)offset, Addu(S2, S2, T5), Addiu(T5, T5, 1),
        ]
        select word;

    // What a machine holds at each of the units around the limit, wherever those are in a round.
    private static MachineState[] Ends(Engine engine, uint start, uint[] code)
    {
        using VirtualMachine machine = Machine(engine, start, code);
        var ends = new MachineState[8];
        for (int i = 0; i < ends.Length; i++)
        {
            Assert.Equal(StopReason.InstructionLimit, machine.RunTo(Limit + i, CancellationToken.None));
            ends[i] = MachineState.Of(machine, StopReason.InstructionLimit, new SerialDigest());
        }
        return ends;
    }

    // The last pair of pages and the first are mapped to two pairs that lie the same way.
    private static VirtualMachine Machine(Engine engine, uint start, uint[] code)
    {
        MachineConfiguration guest = SmallGuest.Of(SmallGuest.Start,
        [
            .. Set(Cop0Register.Status, 0),
            .. TlbEntry(0, 0, LastPages, Page(Behind), Page(Behind + 0x1000)),
            .. TlbEntry(1, 0, FirstPages, Page(Before), Page(Before + 0x1000)),
            .. Li(T0, start),
            .. Li(T1, Before),
            JumpTo(T0),
            Nop,
        ]);
        VirtualMachine machine = new(guest with { Engine = engine, JitThreshold = 20 });
        foreach ((int i, uint word) in code.Index())
        {
            uint at = start + 4 * (uint)i;
            uint place = at >= LastPages ? Behind + (at - LastPages) : at < 0x2000 ? Before + at : at & ~0x2000_0000u;
            SmallGuest.Put(machine, place, word);
        }
        return machine;
    }

    private static uint Page(uint address) => AddressMap.Physical(address) >> 12 << 6 | 7;
}

using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>Every conditional branch of the table, taken and not, with different things in its delay slot.</summary>
public sealed class BranchTests
{
    private const uint Cases = 0x8020_0000;
    private const long Limit = 400_000;

    private static readonly short[] s_values = [-1, 0, 1];

    private static readonly uint[] s_slots =
    [
        0x2610_0001, // addiu s0, s0, 1
        0x8f70_0000, // lw    s0, 0(k1)
        0xaf70_0004, // sw    s0, 4(k1)
        0x4010_6000, // mfc0  s0, Status
        0x03e0_8021, // move  s0, ra
    ];

    [Theory]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void All_leave_what_they_leave_on_the_interpreter(Engine engine) =>
        Assert.Empty(End(Engine.Interp).DifferencesTo(End(engine)).Select(MachineState.NameOf));

    private static MachineState End(Engine engine)
    {
        MachineConfiguration guest = SmallGuest.Of(
            SmallGuest.Start,
            0x3c08_2000,             // lui   t0, 0x2000
            0x4088_6000,             // mtc0  t0, Status: coprocessor 1 is usable
            0x3c1b_8030,             // lui   k1, 0x8030
            JumpTo(Cases),           // j     the cases
            0x0000_0000);
        using VirtualMachine machine = new(guest with { Engine = engine, JitThreshold = 20 });
        SmallGuest.Put(machine, Cases, [.. AllCases(), JumpTo(Cases), 0]);
        Assert.Equal(StopReason.InstructionLimit, machine.RunTo(Limit, CancellationToken.None));
        var end = MachineState.Of(machine, StopReason.InstructionLimit, new SerialDigest());
        Assert.True(end["$s1"] != 0 && end.Pc - Cases < 4 * AllCases().Count() + 8);
        return end;
    }

    private static IEnumerable<uint> AllCases() =>
        from row in InstructionSet.Rows
        where row.Has(InstructionFlags.Conditional)
        from value in s_values
        from slot in s_slots
        from word in Case(row.Match | (4 << 21 | 3) & ~row.Mask, value, slot)
        select word;

    private static uint[] Case(uint branch, short value, uint slot) =>
    [
        0x2404_0000u | (ushort)value, //    li    a0, value
        0x0000_f821,                  //    move  ra, zero
        branch,                       //    b…    a0, zero, 1f
        slot,
        0x2631_0001,                  //    addiu s1, s1, 1
        0x023f_8826,                  //    xor   s1, s1, ra
        0x025f_9021,                  // 1: addu  s2, s2, ra
        0x0250_9026,                  //    xor   s2, s2, s0
        0x0251_9021,                  //    addu  s2, s2, s1
    ];

    private static uint JumpTo(uint address) => 0x0800_0000 | address >> 2 & 0x03ff_ffff;
}

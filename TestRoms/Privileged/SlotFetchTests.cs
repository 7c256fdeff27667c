using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Dbt.Translator.Instructions;
using Xunit;
using static Dbt.TestRoms.Machines.GuestCode;

namespace Dbt.TestRoms.Privileged;

/// <summary>
/// A branch in the last word of a page whose slot cannot be fetched: the exception is the branch's, but for an untaken
/// likely one, which has no slot (MD00090, "Exceptions"; MD00086, "Branch Likely").
/// </summary>
public sealed class SlotFetchTests
{
    private const uint Cases = 0x8040_0000, Log = 0x80a0_0000;
    private const int Rounds = 12, CaseBytes = 4 * 24, RecordBytes = 16;

    // Of a pair of pages the second is valid in one place, invalid in the next, and shows no memory in the third.
    private const uint Unmapped = 0x1000_1ffc, Invalid = 0x2000_0ffc, Nothing = 0x3000_0ffc;
    private const uint Even = 0x80b0_0000, Odd = 0x80b0_1000;

    private static readonly Case[] s_cases = [.. All()];

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void What_the_slot_of_each_branch_raises_is_raised_at_the_branch(Engine engine)
    {
        using VirtualMachine machine = Machine(engine);

        Assert.Equal(StopReason.Halted, machine.RunTo(20_000_000, CancellationToken.None));

        Assert.Empty(s_cases.Select((one, i) => one.Differences(Record(machine, i))).OfType<string>());
    }

    private static uint[] Record(VirtualMachine machine, int number) =>
    [
        .. from word in Enumerable.Range(0, 3)
           select ByteOrder.Little.Word(machine.Ram.Slice(AddressMap.Physical(Log) + (ulong)(RecordBytes * number + 4 * word), 4)),
    ];

    private static VirtualMachine Machine(Engine engine)
    {
        MachineConfiguration guest = SmallGuest.Of(SmallGuest.Start,
        [
            .. Set(Cop0Register.Status, 0x2000_0000),
            .. TlbEntry(0, 0, Unmapped & ~0x1fffu, Page(Even), Page(Odd)),
            .. TlbEntry(1, 0, Invalid & ~0x1fffu, Page(Even), 0),
            .. TlbEntry(2, 0, Nothing & ~0x1fffu, Page(Even), Page(0x1d00_0000)),
            .. Li(S6, Rounds), .. Li(S7, Log), .. Li(K0, Cases), JumpTo(K0), Nop,
        ]);
        VirtualMachine machine = new(guest with { Engine = engine, JitThreshold = 5 });
        uint[] handler =
        [
            Mfc0(K0, Cop0Register.Cause), Sw(K0, 0, S7), Mfc0(K0, Cop0Register.Epc), Sw(K0, 4, S7),
            Mfc0(K0, Cop0Register.BadVAddr), Sw(K0, 8, S7), Addiu(S7, S7, RecordBytes), Mtc0(S5, Cop0Register.Epc), Eret,
        ];
        SmallGuest.Put(machine, 0x8000_0000, handler);
        SmallGuest.Put(machine, 0x8000_0180, handler);
        for (int i = 0; i < s_cases.Length; i++)
            SmallGuest.Put(machine, CaseAt(i), s_cases[i].Instructions(CaseAt(i + 1)));
        SmallGuest.Put(machine, CaseAt(s_cases.Length),
        [
            .. Li(S7, Log), Addiu(S6, S6, -1), .. Li(K0, Cases), BranchNotZero(S6, 2), Nop, Wait, JumpTo(K0), Nop,
        ]);
        return machine;
    }

    private static uint Page(uint address) => AddressMap.Physical(address) >> 12 << 6 | 7;

    private static uint CaseAt(int number) => Cases + CaseBytes * (uint)number;

    private static IEnumerable<Case> All() =>
        from row in InstructionSet.Rows
        where row.Has(InstructionFlags.Branch)
        from address in new[] { Unmapped, Invalid, Nothing }
        from value in row.Has(InstructionFlags.Conditional) ? new short[] { -1, 0, 1 } : [0]
        select new Case(row, address, value);

    private sealed record Case(InstructionRow Row, uint Address, short Value)
    {
        private bool Taken => Row.Name.TrimEnd('l') switch
        {
            "beq" => Value == 0,
            "bne" => Value != 0,
            "blez" => Value <= 0,
            "bgtz" => Value > 0,
            "bltz" or "bltza" => Value < 0,
            "bgez" or "bgeza" => Value >= 0,
            "bc1t" => false,
            _ => true,
        };

        // Writes the branch to where it is to be, an instruction before it, and goes there.
        public uint[] Instructions(uint next) =>
        [
            .. Li(S5, next),
            .. Li(T0, (Address == Unmapped ? Odd : Even) + 0xff8),
            .. Li(T1, Row.Match | (4 << 21 | 3) & ~Row.Mask),
            .. Li(T2, Addiu(S0, S0, 1)),
            Sw(T2, 0, T0),
            Sw(T1, 4, T0),
            .. Li(T3, Address - 4),
            Addiu(4, Zero, Value),
            JumpTo(T3),
            Nop,
        ];

        /// <summary>What of a record is not as it must be; null for nothing.</summary>
        public string? Differences(uint[] record)
        {
            // Without a slot, what is behind it cannot be fetched either.
            bool nullified = Row.Has(InstructionFlags.Likely) && !Taken;
            uint at = nullified ? Address + 8 : Address;
            ExceptionCode code = Address == Nothing ? ExceptionCode.BusFetch : ExceptionCode.TlbLoad;
            uint cause = (uint)code << CauseBits.ExcCodeShift | (nullified ? 0 : CauseBits.Bd);
            bool isRight = (record[0] & (CauseBits.ExcCodeMask | CauseBits.Bd)) == cause && record[1] == at
                && (Address == Nothing || record[2] == (nullified ? at : Address + 4));
            return isRight ? null : $"{Row.Name} {Value} 0x{Address:x8}: Cause 0x{record[0]:x}, EPC 0x{record[1]:x8}, BadVAddr 0x{record[2]:x8}";
        }
    }
}

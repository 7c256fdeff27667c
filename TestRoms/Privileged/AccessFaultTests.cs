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
/// What every load and store of the table says when it faults (MD00090, "Exceptions"; MD00086, each instruction): the
/// vector, Cause, EPC, BadVAddr, Context and EntryHi, with its registers as they were. Each fault, at each alignment,
/// in straight code and in a delay slot, in kernel and in user mode, from code that has become hot.
/// </summary>
public sealed class AccessFaultTests
{
    private const uint Cases = 0x8040_0000, CasesInUserMode = 0x0080_0000, Log = 0x80a0_0000;
    private const int RecordWords = 8;
    private const int Rounds = 25;
    private const uint KernelStatus = 0x2400_0000, UserMode = 0x10;
    private const uint Held = 0x1357_9bdf, Asid = 0x42;

    // Two pairs of pages: valid and dirty, invalid; valid and clean, invalid. Nothing matches the third.
    private const uint Mapped = 0x1000_0000, Invalid = 0x1000_1000, Clean = 0x1000_2000, Unmapped = 0x2000_0000;

    // Kernel mode sees memory there.
    private const uint KernelOnly = 0x80c0_0000;

    private static readonly Access[] s_accesses = [.. All()];

    public static TheoryData<Engine, ByteOrder> Machines
    {
        get
        {
            TheoryData<Engine, ByteOrder> machines = [];
            foreach (Engine engine in Enum.GetValues<Engine>())
            {
                machines.Add(engine, ByteOrder.Little);
                machines.Add(engine, ByteOrder.Big);
            }
            return machines;
        }
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Each_access_that_faults_says_what_the_manual_says(Engine engine, ByteOrder order)
    {
        using VirtualMachine machine = Machine(engine, order);

        Assert.Equal(StopReason.Halted, machine.RunTo(100_000_000, CancellationToken.None));

        string[] wrong = [.. s_accesses.Select((access, i) => access.Differences(Record(machine, order, i))).OfType<string>()];
        Assert.Empty(wrong);
        Assert.True(engine != Engine.Dbt || machine.Cpu.Engine.Translations!.Statistics.Translated > 100_000);
    }

    private static uint[] Record(VirtualMachine machine, ByteOrder order, int number) =>
    [
        .. from word in Enumerable.Range(0, RecordWords)
           select order.Word(machine.Ram.Slice(AddressMap.Physical(Log) + (ulong)(4 * (RecordWords * number + word)), 4)),
    ];

    private static VirtualMachine Machine(Engine engine, ByteOrder order)
    {
        MachineConfiguration guest = SmallGuest.Of(order, SmallGuest.Start,
        [
            .. Set(Cop0Register.Status, KernelStatus),
            .. TlbEntry(0, 0x007f_e000, CasesInUserMode, Page(Cases, 7), Page(Cases + 0x40_0000, 1)),
            .. TlbEntry(1, 0, Mapped | Asid, Page(0x80b0_0000, 6), 0),
            .. TlbEntry(2, 0, Clean | Asid, Page(0x80b0_1000, 2), 0),
            .. Li(S6, Rounds),
            .. Li(S7, Log),           // 1:
            .. Li(K0, s_accesses[0].Code),
            JumpTo(K0),
            Nop,
        ]);
        VirtualMachine machine = new(guest with { Engine = engine, JitThreshold = 10 });
        SmallGuest.Put(machine, 0x8000_0000, Handler(refill: true));
        SmallGuest.Put(machine, 0x8000_0180, Handler(refill: false));
        foreach ((int number, Access access) in s_accesses.Index())
            SmallGuest.Put(machine, CaseAt(number), access.Instructions());
        uint again = SmallGuest.Start + 4 * (uint)(3 + 3 * 16 + 2);
        SmallGuest.Put(machine, CaseAt(s_accesses.Length),
        [
            .. Set(Cop0Register.Status, KernelStatus),
            Addiu(S6, S6, -1),
            .. Li(K0, again),
            BranchNotZero(S6, 2),
            Nop,
            Wait,
            JumpTo(K0),
            Nop,
        ]);
        return machine;
    }

    // Appends what an exception says, and what the access's registers hold, and goes on where s5 says, in the mode that
    // s4 says.
    private static uint[] Handler(bool refill) =>
    [
        Addiu(K1, Zero, (short)(refill ? 1 : 0)),
        .. Logged(0, Cop0Register.BadVAddr), .. Logged(1, Cop0Register.Cause), .. Logged(2, Cop0Register.Epc),
        .. Logged(3, Cop0Register.Context), .. Logged(4, Cop0Register.EntryHi),
        Sw(T1, 4 * 5, S7),
        Mfc1(K0, 2), Sw(K0, 4 * 6, S7),
        Addu(K0, T0, K1), Sw(K0, 4 * 7, S7),
        Addiu(S7, S7, 4 * RecordWords),
        Mtc0(S5, Cop0Register.Epc),
        Mtc0(S4, Cop0Register.Status),
        Eret,
    ];

    private static uint[] Logged(int word, int register) => [Mfc0(K0, register), Sw(K0, (short)(4 * word), S7)];

    private static uint Page(uint address, uint flags) => AddressMap.Physical(address) >> 12 << 6 | flags;

    private static uint CaseAt(int number) => Cases + (uint)number * Access.MostBytes;

    private static IEnumerable<Access> All()
    {
        (uint Page, bool User)[] places =
            [(Mapped, false), (Invalid, false), (Clean, false), (Unmapped, false), (Unmapped, true), (KernelOnly, true)];
        List<Access> all = [];
        foreach (InstructionRow row in InstructionSet.Rows.Where(row => row.Has(InstructionFlags.Load | InstructionFlags.Store)))
        {
            foreach ((uint page, bool user) in places)
            {
                foreach (uint lane in (ReadOnlySpan<uint>)[0, 1, 2, 3, 4])
                {
                    // An SC that is not linked fails without a look at its page.
                    if (row.Name == "sc" && page is Invalid or Unmapped or KernelOnly && lane % 4 == 0)
                        continue;
                    all.Add(new Access(row, page + 0xff0 + lane, user, InSlot: false));
                    all.Add(new Access(row, page + 0xff0 + lane, user, InSlot: true));
                }
            }
        }
        return all.Select((access, i) => access with { Number = i });
    }

    private sealed record Access(InstructionRow Row, uint Address, bool User, bool InSlot)
    {
        public const uint MostBytes = 4 * 20;
        private const int Offset = 4;

        public int Number { get; init; }

        /// <summary>Where its code is, in the mode that it is for.</summary>
        public uint Code => CaseAt(Number) - Cases + (User ? CasesInUserMode : Cases);

        private uint Base => Row.Operands.Contains(OperandForm.Indexed) ? Address : Address - Offset;

        private bool IsStore => Row.Has(InstructionFlags.Store);

        // The address that the instruction accesses, and how it has to be aligned (MD00086).
        private uint Effective => Row.Name is "luxc1" or "suxc1" ? Address & ~7u : Address;

        private uint Alignment => Row.Name switch
        {
            "lb" or "lbu" or "sb" or "lwl" or "lwr" or "swl" or "swr" => 1,
            "lh" or "lhu" or "sh" => 2,
            "ldc1" or "sdc1" or "ldxc1" or "sdxc1" or "luxc1" or "suxc1" => 8,
            _ => 4,
        };

        // What it raises; Breakpoint, which stands behind it, where nothing.
        private ExceptionCode Raises
        {
            get
            {
                uint page = Address & ~0xfffu;
                if (page == KernelOnly || Effective % Alignment != 0)
                    return IsStore ? ExceptionCode.AddressStore : ExceptionCode.AddressLoad;
                if (page is Invalid or Unmapped)
                    return IsStore ? ExceptionCode.TlbStore : ExceptionCode.TlbLoad;
                return page == Clean && IsStore ? ExceptionCode.TlbModified : ExceptionCode.Breakpoint;
            }
        }

        // The next one's place and mode, the base and the register, and the access before a trap.
        public uint[] Instructions()
        {
            Access next = Number + 1 < s_accesses.Length
                ? s_accesses[Number + 1]
                : new Access(Row, 0, User: false, InSlot: false) { Number = Number + 1 };
            uint[] link = Row.Name == "sc" && Address % 4 == 0 ? [0xc000_0000 | T0 << 21 | T2 << 16 | Offset] : [];
            uint[] unit = InSlot ? [Branch(1), Word] : [Word];
            return
            [
                .. Li(S5, next.Code),
                .. Li(S4, KernelStatus | 2 | (next.User ? UserMode : 0)),
                .. Li(T0, Base),
                .. Li(T1, Held),
                .. link,
                Addu(T2, Zero, Zero),
                Mtc1(T1, 2),
                .. unit,
                Break,
                JumpTo(31),
                Nop,
            ];
        }

        /// <summary>What of a record is not as it must be; null for nothing.</summary>
        public string? Differences(uint[] record)
        {
            uint epc = Code + 4 * (uint)Array.IndexOf(Instructions(), InSlot ? Branch(1) : Word);
            bool faults = Raises != ExceptionCode.Breakpoint;
            bool refills = Raises <= ExceptionCode.TlbStore && Address >> 28 == Unmapped >> 28;
            List<string> wrong = [];
            void Expect(string what, uint expected, uint actual)
            {
                if (expected != actual)
                    wrong.Add($"{what} 0x{actual:x}, not 0x{expected:x}");
            }
            Expect("ExcCode", (uint)Raises, record[1] >> CauseBits.ExcCodeShift & 0x1f);
            Expect("BD", faults && InSlot ? 1u : 0, record[1] >> 31);
            Expect("EPC", faults ? epc : epc + (InSlot ? 8u : 4), record[2]);
            if (faults)
            {
                Expect("BadVAddr", Effective, record[0]);
                Expect("rt", Held, record[5]);
                Expect("ft", Held, record[6]);
            }
            if (Raises <= ExceptionCode.TlbStore)
            {
                Expect("Context", Effective >> 13 << 4, record[3]);
                Expect("EntryHi", Effective & ~0x1fffu | Asid, record[4]);
            }
            Expect("base and vector", Base + (refills ? 1u : 0), record[7]);
            return wrong.Count == 0 ? null : $"{Row.Name} 0x{Address:x8}{(User ? " user" : "")}{(InSlot ? " in a slot" : "")}: {string.Join(", ", wrong)}";
        }

        private uint Word
        {
            get
            {
                uint word = Row.Match | T0 << 21;
                if (Row.Operands.Contains(OperandForm.Offset))
                    return word | (Row.Has(InstructionFlags.Float) ? 2u : T1) << 16 | Offset;
                return word | T2 << 16 | (Row.Has(InstructionFlags.Store) ? 2u << 11 : 2u << 6);
            }
        }
    }
}

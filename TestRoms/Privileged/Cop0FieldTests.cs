using System.Numerics;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Xunit;
using static Dbt.Hypervisor.Privileged.Cop0Register;
using static Dbt.TestRoms.Machines.GuestCode;

namespace Dbt.TestRoms.Privileged;

/// <summary>
/// Every field of coprocessor 0 that keeps what is written does what the manual has it do (MD00090, "CP0 registers"),
/// or is listed in docs/departures.md as one that does nothing.
/// </summary>
public sealed class Cop0FieldTests
{
    // The program lies where user mode sees it as well, 0x80000000 lower.
    private const uint Start = SmallGuest.Start, Program = 0x8018_0000, InUserMode = 0x8000_0000, Log = 0x80c0_0000;
    private const uint OtherBase = 0x8000_4000, Handler = 0x8000_6000;
    private const int Rounds = 15;

    // Pages that hold their own number, and where they are mapped.
    private const uint Pages = 0x00a0_0000, Mapped = 0x1000_0000, Unmapped = 0x2000_0000;
    private const uint V = 2, D = 4, G = 1;

    private const uint Interrupt = 0x180, Special = 0x200, Refilled = 2 << 2, Modified = 1 << 2, Unusable = 11 << 2;
    private const uint Reserved = 10 << 2, Ip0 = 0x100, Ip1 = 0x200, Iv = CauseBits.Iv;

    private delegate uint[] Effect(uint value, uint at);

    // Register, field, its bits; what the code behind leaves in t7 with one value of the field and with another.
    private sealed record Field(
        int Register, string Name, uint Bits, uint Value, uint Expected, uint Other, uint ExpectedOther, Effect Shown);

    private static Field[] Shown { get; } =
    [
        new(Cop0Register.Index, "Index", 0xf, 1, 1, 2, 2, (v, at) =>
            [.. TlbEntry(v, 0, Unmapped + v * 0x2000, 0, 0), Tlbp, Mfc0(T7, Cop0Register.Index)]),
        new(EntryLo0, "PFN", 0x03ff_ffc0, Pfn(0), 0, Pfn(2), 2, (v, at) => [.. Pair(v | V, 0), .. Load(Mapped)]),
        new(EntryLo0, "V", V, 0, Refilled, V, 0, (v, at) => [.. Pair(v, 0), .. Load(Mapped), Or(T7, S3, Zero)]),
        new(EntryLo0, "D", D, 0, Modified, D, 0, (v, at) => [.. Pair(v | V | Pfn(8), 0), .. Store(Mapped), Or(T7, S3, Zero)]),
        new(EntryLo0, "G", G, 0, Refilled, G, 0, (v, at) =>
            [.. Pair(v | V, V | G, asid: 5), .. Set(EntryHi, 6), .. Load(Mapped), Or(T7, S3, Zero)]),
        new(EntryLo1, "PFN", 0x03ff_ffc0, Pfn(1), 1, Pfn(3), 3, (v, at) => [.. Pair(0, v | V), .. Load(Mapped + 0x1000)]),
        new(EntryLo1, "V", V, 0, Refilled, V, 0, (v, at) => [.. Pair(0, v), .. Load(Mapped + 0x1000), Or(T7, S3, Zero)]),
        new(EntryLo1, "D", D, 0, Modified, D, 0, (v, at) => [.. Pair(0, v | V | Pfn(8)), .. Store(Mapped + 0x1000), Or(T7, S3, Zero)]),
        new(EntryLo1, "G", G, 0, Refilled, G, 0, (v, at) =>
            [.. Pair(V | G, v | V, asid: 5), .. Set(EntryHi, 6), .. Load(Mapped), Or(T7, S3, Zero)]),
        new(Context, "PTEBase", 0xff80_0000, 0, Unmapped >> 9, 0xff80_0000, 0xff80_0000 | Unmapped >> 9, (v, at) =>
            [.. Set(Context, v), .. Load(Unmapped), Mfc0(T7, Context)]),
        new(PageMask, "Mask", 0x1fff_e000, 0, 0, 0x6000, 2, (v, at) => [.. Pair(V | Pfn(0), V | Pfn(4), mask: v), .. Load(Mapped + 0x2000)]),
        // TLBWR never replaces a wired entry, and never the same twice.
        new(Wired, "Wired", 0xf, 14, 14, 15, 15, (v, at) =>
            [.. Set(Wired, v), Mfc0(T1, Cop0Register.Random), Mfc0(T7, Cop0Register.Random), And(T7, T7, T1), Mtc0(Zero, Wired)]),
        .. from number in Enumerable.Range(0, 4)
           select new Field(HwrEna, $"Mask{number}", 1u << number, 0, Reserved, 1u << number, 0, (v, at) =>
               [.. Set(HwrEna, v), .. Enter(at + 12, 0x10), Rdhwr(T3, number), Or(T7, S3, Zero), Break]),
        new(EntryHi, "ASID", 0xff, 6, Refilled, 5, 0, (v, at) =>
            [.. Pair(V, V, asid: 5), .. Set(EntryHi, v), .. Load(Mapped), Or(T7, S3, Zero)]),
        new(EntryHi, "VPN2", 0xffff_e000, Mapped, 1, 2 * Mapped, 0x8000_0000, (v, at) =>
            [.. Pair(V, V), .. Set(EntryHi, v), Tlbp, Mfc0(T7, Cop0Register.Index)]),
        new(Count, "Count", uint.MaxValue, 0, 0, 0x8000_0000, 1, (v, at) => [.. Set(Count, v), Mfc0(T7, Count), Srl(T7, T7, 31)]),
        new(Compare, "Compare", uint.MaxValue, 0x4000_0000, 0, 8, 1, (v, at) =>
            [.. Set(Compare, v), .. Set(Count, 0), .. Wasted, Mfc0(T7, Cause), Srl(T7, T7, 30)]),
        new(Status, "IE", 1, 0, 0, 1, Interrupt, (v, at) => [.. Set(Cause, Ip0), .. Set(Status, Ip0 | v), .. Taken]),
        new(Status, "EXL", 2, 0, Interrupt, 2, 0, (v, at) => [.. Set(Cause, Ip0), .. Set(Status, Ip0 | 1 | v), .. Taken]),
        // At error level kuseg is unmapped.
        new(Status, "ERL", 4, 0, 0, 4, 7, (v, at) => [.. Set(Status, v), .. Load(Pages + 7 * 0x1000)]),
        new(Status, "KSU (user)", 0x10, 0, 0, 0x10, Unusable, (v, at) => [.. Enter(at, v), Mfc0(T3, PrId), Or(T7, S3, Zero), Break]),
        new(Status, "KSU (supervisor)", 8, 0, 0, 8, Unusable, (v, at) => [.. Enter(at, v), Mfc0(T3, PrId), Or(T7, S3, Zero), Break]),
        .. from line in Enumerable.Range(0, 8)
           select new Field(Status, $"IM{line}", Ip0 << line, 0, 0, Ip0 << line, Interrupt, (v, at) =>
               [.. AllPending, .. Set(Status, v | 1), .. Taken]),
        new(Status, "BEV", 0x0040_0000, 0, 0x180, 0x0040_0000, 0x380, (v, at) => [.. Set(Status, v), Break, Or(T7, S2, Zero)]),
        new(Status, "FR", 0x0400_0000, 0, 7, 0x0400_0000, 0, (v, at) =>
            [.. Set(Status, 0x2000_0000 | v), Addiu(T1, Zero, 7), Mtc1(Zero, 1), Mthc1(T1, 0), Mfc1(T7, 1)]),
        new(Status, "CU0", 0x1000_0000, 0, Unusable, 0x1000_0000, 0, (v, at) =>
            [.. Enter(at, 0x10 | v), Mfc0(T3, PrId), Or(T7, S3, Zero), Break]),
        new(Status, "CU1", 0x2000_0000, 0, Unusable, 0x2000_0000, 0, (v, at) => [.. Set(Status, v), Mfc1(T3, 0), Or(T7, S3, Zero)]),
        .. from bit in Enumerable.Range(5, 5)
           select new Field(IntCtl, $"VS, bit {bit}", 1u << bit, 0, Special, 1u << bit, Special + (1u << bit), (v, at) =>
               [.. Set(IntCtl, v), .. Set(Cause, Iv | Ip0 | Ip1), .. Set(Status, Ip0 | Ip1 | 1), .. Taken]),
        new(Cause, "DC", CauseBits.Dc, 0, 1, CauseBits.Dc, 0, (v, at) =>
            [.. Set(Cause, v), Mfc0(T1, Count), .. Wasted, Mfc0(T7, Count), Sltu(T7, T1, T7)]),
        new(Cause, "IV", Iv, 0, Interrupt, Iv, Special, (v, at) => [.. Set(Cause, v | Ip0), .. Set(Status, Ip0 | 1), .. Taken]),
        new(Cause, "IP0", Ip0, 0, 0, Ip0, Interrupt, (v, at) => [.. Set(Cause, v), .. Set(Status, Ip0 | 1), .. Taken]),
        new(Cause, "IP1", Ip1, 0, 0, Ip1, Interrupt, (v, at) => [.. Set(Cause, v), .. Set(Status, Ip1 | 1), .. Taken]),
        new(Epc, "EPC", uint.MaxValue, 0, 1, 1, 2, (v, at) => [.. Li(T0, at + 28 + 12 * v), Mtc0(T0, Epc), .. Set(Status, 2), Eret, .. Landed]),
        new(ErrorEpc, "ErrorEPC", uint.MaxValue, 0, 1, 1, 2, (v, at) =>
            [.. Li(T0, at + 28 + 12 * v), Mtc0(T0, ErrorEpc), .. Set(Status, 4), Eret, .. Landed]),
        // What lies at the vector of debug mode moves t0 to DEPC.
        new(Depc, "DEPC", uint.MaxValue, 0, 1, 1, 2, (v, at) => [.. Li(T0, at + 12 + 12 * v), Sdbbp, .. Landed]),
        new(EBase, "Exception Base", 0x3fff_f000, 0x8000_0000, 0x180, OtherBase, 0x4180, (v, at) => [.. Set(EBase, v), Break, Or(T7, S2, Zero)]),
    ];

    // What does nothing: register, and what of it. The page says why.
    private static (int[] Registers, uint Bits, string Listed)[] Inert { get; } =
    [
        ([EntryLo0, EntryLo1], 0x38, "EntryLo0.C, EntryLo1.C, Config.K0"),
        ([Config], 7, "EntryLo0.C, EntryLo1.C, Config.K0"),
        ([Status], 0x0200_0000, "Status.RE"),
        ([Status], 0x0038_0000, "Status.TS, SR, NMI, Cause.WP"),
        ([Cause], 0x0040_0000, "Status.TS, SR, NMI, Cause.WP"),
        ([SrsCtl], 0xf3c0, "SRSCtl.ESS, PSS"),
        ([.. Enumerable.Range(WatchLo, 8), .. Enumerable.Range(WatchHi, 8)], uint.MaxValue, "WatchLo0–7 and WatchHi0–7"),
        ([.. Enumerable.Range(TagLo, 8), .. Enumerable.Range(TagHi, 8)], uint.MaxValue, "TagLo, TagHi"),
        ([DeSave], uint.MaxValue, "DESAVE"),
    ];

    public static TheoryData<Engine, PatchPolicy> Machines
    {
        get
        {
            TheoryData<Engine, PatchPolicy> machines = [];
            foreach (Engine engine in Enum.GetValues<Engine>())
            {
                machines.Add(engine, PatchPolicy.None);
                machines.Add(engine, PatchPolicy.Full);
            }
            return machines;
        }
    }

    [Fact]
    public void Every_writable_bit_does_something_or_is_listed_as_one_that_does_not()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "departures.md"));
        Assert.All(Inert, field => Assert.Contains(field.Listed, page, StringComparison.Ordinal));
        for (int register = 0; register < 256; register++)
        {
            uint shown = Shown.Where(field => field.Register == register).Aggregate(0u, (bits, field) => bits | field.Bits);
            uint inert = Inert.Where(field => field.Registers.Contains(register)).Aggregate(0u, (bits, field) => bits | field.Bits);
            Assert.Equal(0u, shown & inert);
            Assert.Equal(0u, ProcessorModel.Mips24Kf.Writable(register) & ~(shown | inert));
            // What a KVM guest may write has the same meaning there, but its TLB is larger.
            uint larger = register is Cop0Register.Index or Wired ? 0x30u : 0;
            Assert.Equal(0u, ProcessorModel.KvmGuest.Writable(register) & ~(shown | inert | larger));
        }
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void What_is_written_to_a_field_makes_the_difference_that_the_manual_says(Engine engine, PatchPolicy policy)
    {
        (string Name, uint Expected, Effect Code)[] cases =
        [
            .. from field in Shown
               from shown in new[] { (field.Value, field.Expected), (field.Other, field.ExpectedOther) }
               select ($"{NameOf(field.Register)}.{field.Name} = 0x{shown.Item1:x}", shown.Item2, (Effect)((_, at) => field.Shown(shown.Item1, at))),
        ];

        Assert.Empty(Differences(engine, policy, cases));
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void An_interrupt_goes_to_the_vector_of_the_highest_line_that_is_enabled_and_pending(Engine engine, PatchPolicy policy)
    {
        uint[] masks = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff, 0x7f, 0x03, 0x05, 0x28];
        (string, uint, Effect)[] cases =
        [
            .. from spacing in new uint[] { 0, 0x20, 0x40, 0x80, 0x100, 0x200 }
               from mask in masks
               from boot in new uint[] { 0, 0x0040_0000 }
               let expected = boot != 0 ? 0x400 : 0x200 + spacing * (uint)BitOperations.Log2(mask)
               select ($"IM 0x{mask:x}, spacing 0x{spacing:x}, BEV 0x{boot:x}", expected, (Effect)((_, _) =>
                   [.. Set(IntCtl, spacing), .. AllPending, .. Set(Cause, Iv | Ip0 | Ip1), .. Set(Status, boot | mask << 8 | 1), .. Taken])),
        ];

        Assert.Empty(Differences(engine, policy, cases));
    }

    [Theory]
    [InlineData(Engine.Interp, PatchPolicy.Full)]
    [InlineData(Engine.Threaded, PatchPolicy.None)]
    [InlineData(Engine.Dbt, PatchPolicy.Full)]
    [InlineData(Engine.Dbt, PatchPolicy.Kvm)]
    public void A_guest_of_KVM_s_trap_and_emulate_has_vectors_too(Engine engine, PatchPolicy policy)
    {
        const uint Kseg0 = 0x4000_0000, Spacing = 0x20;
        MachineConfiguration guest = SmallGuest.Of(SmallGuest.KvmStart,
            [.. Set(IntCtl, Spacing), .. Set(Cause, Iv | Ip0 | Ip1), .. Set(Status, Ip0 | Ip1 | 1), .. Stay]);
        using VirtualMachine machine = new(guest with { Engine = engine, Patch = policy });
        SmallGuest.Put(machine, Kseg0 + Special, [Addiu(S2, Zero, 1), .. Stay]);
        SmallGuest.Put(machine, Kseg0 + Special + Spacing, [Addiu(S2, Zero, 2), .. Stay]);

        machine.RunTo(100, CancellationToken.None);

        Assert.Equal(2u, machine.Cpu.Register(S2));
    }

    // Runs the cases one after the other, often enough to be hot, and looks at what each left in the end.
    private static string[] Differences(Engine engine, PatchPolicy policy, (string Name, uint Expected, Effect Code)[] cases)
    {
        using VirtualMachine machine = Machine(engine, policy);
        List<uint> program = [.. Li(S7, Log)];
        foreach ((_, _, Effect code) in cases)
        {
            program.AddRange(Prologue(Program + 4 * (uint)program.Count));
            program.AddRange(code(0, Program + 4 * (uint)program.Count));
            program.AddRange([Sw(T7, 0, S7), Addiu(S7, S7, 4)]);
        }
        program.AddRange([.. Li(K0, Program), Addiu(S6, S6, -1), .. Set(Status, 0, by: K1), BranchNotZero(S6, 2), Nop, Wait, JumpTo(K0), Nop]);
        SmallGuest.Put(machine, Program, [.. program]);

        Assert.Equal(StopReason.Halted, machine.RunTo(10_000_000, CancellationToken.None));

        return
        [
            .. from i in Enumerable.Range(0, cases.Length)
               let left = ByteOrder.Little.Word(machine.Ram.Slice(AddressMap.Physical(Log) + 4 * (ulong)i, 4))
               where left != cases[i].Expected
               select $"{cases[i].Name}: 0x{left:x}, not 0x{cases[i].Expected:x}",
        ];
    }

    private static VirtualMachine Machine(Engine engine, PatchPolicy policy)
    {
        MachineConfiguration guest = SmallGuest.Of(Start,
        [
            .. Set(Status, 0),
            .. TlbEntry(0, 0x0001_e000, AddressMap.Physical(Program), Page(Program) | V | G, Page(Program + 0x1_0000) | V | G),
            .. Li(S6, Rounds),
            .. Li(K0, Program),
            JumpTo(K0),
            Nop,
        ]);
        VirtualMachine machine = new(guest with { Engine = engine, Patch = policy, JitThreshold = 5 });
        for (uint page = 0; page < 9; page++)
            SmallGuest.Put(machine, Pages + page * 0x1000 | InUserMode, page);
        SmallGuest.Put(machine, Handler, Entered());
        foreach (uint vectors in (ReadOnlySpan<uint>)[0x8000_0000, OtherBase])
        {
            // Each vector says which it is.
            foreach (uint vector in (IEnumerable<uint>)[0, 0x180, .. Enumerable.Range(0, 113).Select(i => 0x200 + 0x20 * (uint)i)])
                SmallGuest.Put(machine, vectors + vector, [Addiu(K1, Zero, (short)((vectors + vector) & 0x7fff)), Jump(Handler), Nop]);
        }
        foreach (uint vector in (ReadOnlySpan<uint>)[0x200, 0x380, 0x400])
            PutInBootRom(machine, vector, [Addiu(K1, Zero, (short)vector), .. Li(K0, Handler), JumpTo(K0), Nop]);
        PutInBootRom(machine, 0x480, [Mtc0(T0, Depc), Deret]);
        for (int line = 2; line < 7; line++)
            machine.Cpu.Context.SetInterruptPin(line, true);
        return machine;
    }

    private static void PutInBootRom(VirtualMachine machine, uint offset, uint[] words)
    {
        for (int i = 0; i < words.Length; i++)
            ByteOrder.Little.WriteWord(machine.Ram.Slice(machine.Configuration.MemoryBytes + offset + 4 * (ulong)i, 4), words[i]);
    }

    // Goes on in kseg0, in kernel mode with interrupts disabled, with nothing pending that software can take back, and
    // with nothing known of an exception.
    private static uint[] Prologue(uint at) =>
    [
        .. Li(K0, at + 16), JumpTo(K0), Nop,
        .. Set(Status, 0), .. Set(Cause, 0), .. Set(IntCtl, 0), .. Set(EBase, 0x8000_0000), .. Set(EntryHi, 0),
        .. Set(Compare, 0x7fff_ffff), .. Set(Count, 0),
        Or(S2, Zero, Zero), Or(S3, Zero, Zero), Or(T7, Zero, Zero),
    ];

    // Notes the vector and the exception, and goes on behind it in kernel mode with interrupts disabled.
    private static uint[] Entered() =>
    [
        Or(S2, K1, Zero), Mfc0(S3, Cause), Andi(S3, S3, 0x7c), Mfc0(K0, Epc),
        BranchNotZero(S3, 2), Addiu(K1, K0, 4), Or(K1, K0, Zero), Mtc0(K1, Epc),
        .. Set(Status, 2), Eret,
    ];

    // Goes on at the program's other address in what mode Status says; 7 words.
    private static uint[] Enter(uint at, uint status) =>
        [.. Li(K0, at + 28 - InUserMode), Mtc0(K0, Epc), .. Set(Status, status | 2), Eret];

    private static uint[] Pair(uint even, uint odd, uint asid = 0, uint mask = 0) => TlbEntry(1, mask, Mapped | asid, even, odd);

    private static uint[] Load(uint address) => [.. Li(T0, address), Lw(T7, 0, T0)];

    private static uint[] Store(uint address) => [.. Li(T0, address), Sw(Zero, 0, T0)];

    private static uint[] Wasted => new uint[20];

    private static uint[] Taken => [Nop, Nop, Or(T7, S2, Zero)];

    // Where one of two addresses leads, 12 bytes apart.
    private static uint[] Landed => [Addiu(T7, Zero, 1), Branch(2), Nop, Addiu(T7, Zero, 2)];

    // The timer's line too: the others are held high from outside.
    private static uint[] AllPending => [.. Set(Cause, Ip0 | Ip1), .. Set(Compare, 8), .. Set(Count, 0), .. Wasted];

    private static uint Pfn(uint page) => Page(Pages + page * 0x1000);

    private static uint Page(uint address) => AddressMap.Physical(address) >> 12 << 6;
}

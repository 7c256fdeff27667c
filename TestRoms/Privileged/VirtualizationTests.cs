using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Xunit;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.TestRoms.Privileged;

/// <summary>
/// The virtualization module, rule by rule: what the ROM vz has seen of each, on the interpreter. That it sees the same under the other engines and in
/// the other byte order is for <see cref="RomTests"/> and the lockstep tests.
/// </summary>
public sealed class VirtualizationTests : IClassFixture<VirtualizationTests.Run>
{
    private const uint Line2 = 1 << 10;

    private readonly string _console;

    public VirtualizationTests(Run run) => _console = run.Console;

    [Theory]
    [InlineData("wait", 0)]
    [InlineData("mtc0 Count", 0)]
    [InlineData("Status.CU1", 1)]
    [InlineData("hypcall", 2)]
    [InlineData("no instruction", 3)]
    [InlineData("syscall with MC", 9)]
    public void A_guest_exits_with_the_code_of_its_reason(string what, int code)
    {
        Saw($"{what}: ExcCode is GE", $"{what}: GExcCode", $"{what}: at the general vector");
        if (code < 9)
            Saw($"{what}: EPC", $"{what}: BadInstr");
    }

    [Fact]
    public void What_roots_TLB_misses_is_roots_exception_about_the_guests_physical_address() =>
        Saw("root misses a load: TLBL", "with GExcCode GPA", "at the refill vector", "BadVAddr is the guest's physical address", "so are EntryHi", "and Context",
            "EPC is the load's", "BadInstr is the load", "root misses a store: TLBS", "root misses a cache operation: TLBL", "a store where root has no D: Mod", "after root's answer it loads",
            "what the guest has no entry for is its refill", "BadVAddr is the guest's");

    [Fact]
    public void Where_root_s_TLB_has_an_entry_that_refuses_a_processor_may_tell_the_guest_s_virtual_address()
    {
        string console = ConsoleOf(ProcessorModel.Mips24KfVzGuestVirtual);

        foreach (string what in (string[])["a load of what root has as not valid", "a store to it", "a store where root has no D", "a load by kseg0"])
        {
            SawOn(console, $"{what}: is root's exception", $"{what}: with GExcCode GVA", $"{what}: BadVAddr is the guest's virtual address",
                $"{what}: so are EntryHi", $"{what}: and Context", $"{what}: EPC", $"{what}: BadInstr");
        }
        SawOn(console, "what root has no entry for has GExcCode GPA", "and the physical address");
    }

    [Fact]
    public void Root_and_guests_may_have_one_TLB_and_root_keeps_of_it_what_it_wants() =>
        SawOn(ConsoleOf(ProcessorModel.Mips24KfVzSharedTlb),
            "which an entry of the guest's beside it leaves alone", "and one in its place takes", "the guest's is there", "until root writes it",
            "the guest sees how many it has", "what is beyond those cannot be written", "nor does the guest's TLBWR choose it", "guest 1 has its own", "guest 2 has its own");

    [Fact]
    public void With_DRG_root_s_loads_and_stores_are_the_guest_s_but_their_exceptions_are_root_s() =>
        Saw("DRG is there where GuestIDs are", "a load goes through the guest's TLB, and root's", "and so does a store", "kseg0 is the guest's",
            "what the guest has no entry for is root's refill", "what root has no entry for, too", "what the guest's mode may not use is root's address error",
            "without RID a load is root's own", "root moves a page: the next load finds it");

    [Theory]
    [InlineData("24Kf-vz-rad", ByteOrder.Little)]
    [InlineData("24Kf-vz-shared", ByteOrder.Little)]
    [InlineData("24Kf-vz-shared", ByteOrder.Big)]
    [InlineData("24Kf-vz-gva", ByteOrder.Little)]
    [InlineData("24Kf-vz-gva", ByteOrder.Big)]
    public void Each_form_of_the_module_passes_its_checks_and_engines_agree(string processor, ByteOrder order)
    {
        MachineConfiguration machine = GuestRun.Rom("vz", order) with { Processor = ProcessorModel.All.Single(model => model.Name == processor) };
        GuestRun reference = GuestRun.Of(machine with { Engine = Engine.Interp });

        Assert.DoesNotContain("FAIL", reference.Console, StringComparison.Ordinal);
        Assert.EndsWith("ROM-OK", reference.Console.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(reference, GuestRun.Of(machine with { Engine = Engine.Threaded }));
        Assert.Equal(reference, GuestRun.Of(machine with { Engine = Engine.Dbt, JitThreshold = 2 }));
    }

    [Fact]
    public void No_register_has_a_second_half_so_that_MFHGC0_and_MTHGC0_are_reserved_in_root_and_guest() =>
        Saw("mfhgc0: is reserved", "mthgc0: is reserved", "mfhgc0 by the guest: is reserved", "mthgc0 by the guest: is reserved", "mfhgc0 by the guest: GExcCode",
            "mthgc0 by the guest: GExcCode", "mfhgc0 in user mode: is coprocessor 0's, and the guest's");

    [Fact]
    public void In_a_delay_slot_an_exit_shows_both_instructions() =>
        Saw("wait in a delay slot: EPC is the branch's", "wait in a delay slot: BD", "wait in a delay slot: BadInstr", "wait in a delay slot: BadInstrP");

    [Fact]
    public void Two_guests_have_the_same_address_in_the_same_address_space_without_a_flush() =>
        Saw("guest 1 has its own", "guest 2 has its own", "guest 2 has invalidated its own", "and not guest 1's", "TLBGR tells whose entry it is",
            "TLBR of root, too", "TLBGP finds none of another's", "another ASID of root's: runs", "TLBP with RID goes by no ASID");

    [Fact]
    public void Without_GuestIDs_root_flushes_and_its_ASID_tells_guests_apart()
    {
        string console = GuestRun.Of(GuestRun.Rom("vz") with { Engine = Engine.Interp, Processor = ProcessorModel.Mips24KfVzWithoutGuestIds }).Console;

        Assert.Contains("ok GuestCtl1 has 8 bits of each, or none", console, StringComparison.Ordinal);
        Assert.Contains("ok guest 2 has its own", console, StringComparison.Ordinal);
        Assert.Contains("ok guest 1 has its own memory", console, StringComparison.Ordinal);
        Assert.Contains("ok guest 2 has its own memory", console, StringComparison.Ordinal);
        Assert.DoesNotContain("TLBGR tells whose entry it is", console, StringComparison.Ordinal);
        Assert.EndsWith("ROM-OK", console.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_of_root_s_may_be_larger_or_smaller_than_the_guests() =>
        Saw("a page of 4K in one of 16K", "a page of 64K over pages of 4K", "and root misses the next", "root moves a page", "root invalidates all of it");

    [Fact]
    public void The_guest_sees_what_root_has_edited_in_its_configuration_and_traps_where_it_has_lost_the_feature() =>
        Saw("coprocessor 1 is there", "and runs", "root takes it away", "and it is unusable, as the guest is told", "unit 1");

    [Fact]
    public void Coprocessor_1_is_refused_from_the_inside_out() =>
        Saw("CU1 of nobody: is the guest's exception", "CU1 of the guest alone: is root's exception", "CU1 of the guest alone: the guest has not noticed",
            "CU1 of root alone: is the guest's exception", "CU1 of both: runs");

    [Fact]
    public void Interrupts_are_taken_from_the_outside_in() =>
        Saw("root's interrupt is first", "at the guest's first instruction", "then the guest's", "root's IE is off: the guest's", "VIP shows in the guest's Cause", "and interrupts", "until root takes it back");

    [Fact]
    public void A_guest_s_Count_is_root_s_at_an_offset() =>
        Saw("a guest's Count is root's at GTOffset", "Count wraps", "Count meets Compare: the guest's interrupt", "with TI and IP7", "root's has none", "Compare takes it back");

    [Fact]
    public void Watchpoints_and_the_debugger_are_root_s_until_it_grants_them() =>
        Saw("mfc0 Debug: GExcCode", "mtc0 DESAVE: GExcCode", "mfc0 WatchLo: GExcCode", "mtc0 WatchLo: GExcCode", "the watchpoint is the guest's", "and not root's",
            "mtc0 WatchLo without WR: GExcCode", "mfc0 Debug with WR: GExcCode");

    [Theory]
    [InlineData("24Kf-vz")]
    [InlineData("24Kf-vz-shared")]
    public void A_switch_between_guests_in_a_TLB_handler_shrinks_pages_until_the_guest_loops_and_with_the_fix_the_same_seed_ends(string processor)
    {
        ProcessorModel model = ProcessorModel.All.Single(model => model.Name == processor);
        string[] parts = GuestRun.Of(GuestRun.Rom("shrinking") with { Engine = Engine.Threaded, Processor = model }).Console.ReplaceLineEndings("\n").Split("with the fix, seed 1\n");

        Assert.Contains("have shrunk, PageMask 0", parts[0], StringComparison.Ordinal);
        Assert.Contains("ok a guest's pages have shrunk", parts[0], StringComparison.Ordinal);
        Assert.Contains("ok it never ends", parts[0], StringComparison.Ordinal);
        Assert.DoesNotContain("have shrunk", parts[1], StringComparison.Ordinal);
        Assert.Equal(2, parts[1].Split("ok its sum is right").Length - 1);
        Assert.EndsWith("ROM-OK", parts[1].TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_page_may_not_be_used_for_is_told_to_whose_TLB_says_so() =>
        Saw("what the guest's TLB inhibits to load", "what it inhibits to execute", "what root's TLB inhibits to load", "with the guest's physical address",
            "at its address", "a load there: runs", "a store there: runs", "without IEC: TLBL");

    [Theory]
    [InlineData(GuestCtl0)]
    [InlineData(GuestCtl1)]
    [InlineData(GuestCtl2)]
    [InlineData(GtOffset)]
    public void What_root_says_of_its_guest_is_no_plain_store_under_any_policy(int register)
    {
        PatchTable?[] tables = [PatchTables.Of(PatchPolicy.Kvm, ProcessorModel.Mips24KfVz), PatchTables.Of(PatchPolicy.Full, ProcessorModel.Mips24KfVz)];

        Assert.All(tables, table => Assert.DoesNotContain(register, table!.Stores.Keys));
    }

    [Fact]
    public void A_processor_without_the_module_reserves_its_instructions()
    {
        string console = GuestRun.Of(GuestRun.Rom("vz") with { Processor = null }).Console;

        Assert.Contains("ok mfgc0: is reserved", console, StringComparison.Ordinal);
        Assert.EndsWith("ROM-OK", console.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_input_that_is_passed_on_is_the_guest_s_as_well()
    {
        using VirtualMachine machine = new(GuestRun.Rom("vz"));
        VirtualizationModule module = machine.Cpu.Virtualization!;

        machine.Cpu.SetInterruptPin(2, true);
        Assert.Equal((Line2, 0u), (module.Root.Cop0[Cause] & Line2, module.Guest.Cop0[Cause] & Line2));

        module.Root.Cop0.Write(GuestCtl0, Line2);
        Assert.Equal(Line2, module.Guest.Cop0[Cause] & Line2);

        machine.Cpu.SetInterruptPin(2, false);
        Assert.Equal(0u, module.Guest.Cop0[Cause] & Line2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_root_has_injected_goes_with_the_input_where_root_has_said_so(bool clears)
    {
        const uint Hc2 = Line2 << 14;
        using VirtualMachine machine = new(GuestRun.Rom("vz"));
        VirtualizationModule module = machine.Cpu.Virtualization!;
        module.Root.Cop0.Write(GuestCtl2, Line2 | (clears ? Hc2 : 0));
        Assert.Equal(Line2, module.Guest.Cop0[Cause] & Line2);

        machine.Cpu.SetInterruptPin(2, true);
        Assert.Equal(Line2, module.Guest.Cop0[Cause] & Line2);

        machine.Cpu.SetInterruptPin(2, false);
        Assert.Equal(clears ? 0 : Line2, module.Guest.Cop0[Cause] & Line2);
        Assert.Equal(clears ? 0 : Line2, module.Root.Cop0[GuestCtl2] & Line2);
    }

    private void Saw(params string[] lines) => SawOn(_console, lines);

    private static void SawOn(string console, params string[] lines) =>
        Assert.All(lines, line => Assert.Contains($"\nok {line}\n", console, StringComparison.Ordinal));

    private static string ConsoleOf(ProcessorModel processor) =>
        "\n" + GuestRun.Of(GuestRun.Rom("vz") with { Engine = Engine.Interp, Processor = processor }).Console.ReplaceLineEndings("\n");

    /// <summary>What the ROM printed.</summary>
    public sealed class Run
    {
        internal string Console { get; } = ConsoleOf(ProcessorModel.Mips24KfVz);
    }
}

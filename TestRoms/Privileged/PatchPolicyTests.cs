using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Time;
using Dbt.TestRoms.Machines;
using Dbt.Translator.Instructions;
using Xunit;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.TestRoms.Privileged;

/// <summary>Which instructions each policy patches, and that a patched one traps once, whatever the engine.</summary>
[Trait("Speed", "slow")]
public sealed class PatchPolicyTests
{
    private static readonly PatchTable _kvm = PatchTables.Of(PatchPolicy.Kvm, ProcessorModel.KvmGuest)!;
    private static readonly PatchTable _full = PatchTables.Of(PatchPolicy.Full, ProcessorModel.Mips24Kf)!;

    [Fact]
    public void Nothing_is_patched_without_a_table() => Assert.Null(PatchTables.Of(PatchPolicy.None, ProcessorModel.KvmGuest));

    [Fact]
    public void KVM_patches_every_read_but_that_of_Count() =>
        Assert.Equal([Count], Enumerable.Range(0, 256).Except(_kvm.Loads));

    [Fact]
    public void KVM_patches_every_write_but_those_it_emulates_in_special_code() =>
        Assert.Equal(
            new[] { HwrEna, Count, EntryHi, Compare, Cause, EBase, Config + 5 }.Order(),
            Enumerable.Range(0, 256).Except(_kvm.Stores.Keys));

    [Fact]
    public void KVM_lets_writes_of_Status_trap_where_there_is_floating_point()
    {
        Assert.True(_kvm.Stores.ContainsKey(Status));
        Assert.False(PatchTables.Of(PatchPolicy.Kvm, ProcessorModel.Mips24Kf)!.Stores.ContainsKey(Status));
    }

    [Fact]
    public void KVM_s_patched_writes_know_neither_read_only_bits_nor_side_effects()
    {
        Assert.Equal((uint.MaxValue, 0u), _kvm.Stores[PrId]);
        Assert.False(MustExit(_kvm, old: 0x0000_ff00, value: 0x0000_ff01, pending: 0x8000));
    }

    [Theory]
    [InlineData(ExitReason.Cache, 0x00, true)]
    [InlineData(ExitReason.Cache, 0x01, true)]
    [InlineData(ExitReason.Cache, 0x10, true)]
    [InlineData(ExitReason.Cache, 0x11, true)]
    [InlineData(ExitReason.Cache, 0x15, true)]
    [InlineData(ExitReason.Cache, 0x08, false)]
    [InlineData(ExitReason.Cache, 0x14, false)]
    [InlineData(ExitReason.Cache, 0x19, false)]
    [InlineData(ExitReason.Di, 0, false)]
    [InlineData(ExitReason.Ei, 0, false)]
    [InlineData(ExitReason.Eret, 0, false)]
    [InlineData(ExitReason.Tlbwr, 0, false)]
    [InlineData(ExitReason.Rdhwr, 0, false)]
    public void KVM_patches_few_instructions_that_are_no_moves(ExitReason reason, uint rt, bool patched) =>
        Assert.Equal(patched, _kvm.Replaces(reason, new Instruction(rt << 16)));

    [Theory]
    [InlineData(0x0000_0000, 0x0000_ff01, 0x0000, false)] // interrupts on, none pending
    [InlineData(0x0000_0000, 0x0000_ff01, 0x8000, true)]  // … and one pending
    [InlineData(0x0000_0000, 0x0000_7f01, 0x8000, false)] // … but masked
    [InlineData(0x0000_0013, 0x0000_0000, 0x0000, false)] // from exception level to kernel mode
    [InlineData(0x0000_0000, 0x0000_0013, 0x0000, false)] // back, user mode behind it
    [InlineData(0x0000_0000, 0x0000_0010, 0x0000, true)]  // into user mode at once
    [InlineData(0x0000_0000, 0x2000_0000, 0x0000, true)]  // coprocessor 1
    [InlineData(0x0040_0004, 0x0040_0000, 0x0000, true)]  // off the error level
    public void A_full_patch_of_Status_exits_where_a_store_would_not_do(uint old, uint value, uint pending, bool exits) =>
        Assert.Equal(exits, MustExit(_full, old, value, pending));

    [Theory]
    [InlineData(PatchPolicy.None)]
    [InlineData(PatchPolicy.Kvm)]
    [InlineData(PatchPolicy.Full)]
    [InlineData(PatchPolicy.Vz)]
    public void A_policy_has_the_same_exits_on_every_engine(PatchPolicy policy)
    {
        ExitAccount interpreted = Exits(policy, Engine.Interp, 2000);

        Assert.Equal(Instructions(interpreted), Instructions(Exits(policy, Engine.Threaded, 2000)));
        Assert.Equal(Instructions(interpreted), Instructions(Exits(policy, Engine.Dbt, 200)));
    }

    [Fact]
    public void A_guest_context_does_what_full_patches_do_but_for_what_root_has_kept()
    {
        PatchTable own = PatchTables.Of(PatchPolicy.Vz, ProcessorModel.Mips24Kf)!;

        Assert.Superset(own.Loads.ToHashSet(), _full.Loads.ToHashSet());
        Assert.DoesNotContain(PrId, own.Loads);
        Assert.Equal(0xffff_0003, own.CacheOperations);
        Assert.True(MustExit(own, old: 0x0040_0000, value: 0, pending: 0), "BEV");
        Assert.Equal(MustExit(_full, 0, 0xff01, 0x8000), MustExit(own, 0, 0xff01, 0x8000));
    }

    [Fact]
    public void Each_policy_leaves_fewer_exits_than_the_one_before()
    {
        long[] moves = [.. Enum.GetValues<PatchPolicy>().Select(policy => Exits(policy, Engine.Dbt, 200)).Select(exits => exits[ExitCounter.Mfc0] + exits[ExitCounter.Mtc0])];

        Assert.True(moves[0] > 2 * moves[1], $"{moves[0]} moves trap, {moves[1]} with KVM's patches");
        Assert.True(moves[1] > 2 * moves[2], $"{moves[1]} moves trap with KVM's patches, {moves[2]} with all");
    }

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void A_patched_instruction_whose_page_has_left_the_shadow_TLB_since_it_was_fetched_traps_no_more(Engine engine)
    {
        const long Limit = 20_000;
        // It stands behind loads from 6,000 pages, more than the shadow TLB keeps: one of them makes it drop all it has.
        using VirtualMachine machine = new(SmallGuest.Of(
            SmallGuest.Start,
            0x3c08_8000,          //    lui   t0, 0x8000
            0x3c09_a000,          //    lui   t1, 0xa000
            0x8d0a_0000,          // 1: lw    t2, 0(t0)
            0x8d2a_0000,          //    lw    t2, 0(t1)
            0x400a_6000,          //    mfc0  t2, Status
            0x2508_1000,          //    addiu t0, t0, 4096
            0x1000_fffb,          //    b     1b
            0x2529_1000) with     //    addiu t1, t1, 4096
        { Engine = engine, CountSites = true });

        Assert.Equal(StopReason.InstructionLimit, machine.RunTo(Limit, CancellationToken.None));

        Assert.Equal(1, machine.Exits[ExitCounter.Mfc0]);
        Assert.InRange(machine.Cpu.Register(8), 0x8000_0000 + 3000u * 4096, 0x8000_0000 + 4096u * 4096);
    }

    // mtc0 t0, Status
    private static unsafe bool MustExit(PatchTable table, uint old, uint value, uint pending)
    {
        const int T0 = 8;
        var state = new GuestState { ExitWord = 0x4088_6000 };
        state.Gpr[T0] = value;
        Cop0 cop0 = new PrivilegedContext(state.Cop0, ProcessorModel.Mips24Kf, new Clock()).Cop0;
        (cop0[Status], cop0[Cause]) = (old, pending);
        PatchRule rule = table.RuleOf(ExitReason.Mtc0, new Instruction(state.ExitWord));
        var unit = new PatchedUnit(&state, cop0, null!, rule.Register);
        PatchMeanings<PatchedUnit, Word32>.CarryOut(ref unit, rule);
        Assert.Equal(unit.MustExit ? old : old & ~rule.Writable | value & rule.Writable, cop0[Status]);
        return unit.MustExit;
    }

    private static ExitAccount Exits(PatchPolicy policy, Engine engine, int threshold)
    {
        using VirtualMachine machine = new(GuestRun.Rom("kernel") with { Patch = policy, Engine = engine, JitThreshold = threshold, TranslateInBackground = false });
        Assert.Equal(StopReason.PoweredOff, machine.Run(CancellationToken.None).Reason);
        return machine.Exits;
    }

    // What the engine needs for itself is not the guest's: shadow fills, the watch on code, the end of a grant.
    private static IEnumerable<(ExitCounter, long)> Instructions(ExitAccount exits) =>
        exits.All.Where(exit => exit.Counter is not (ExitCounter.ShadowFill or ExitCounter.CodeStore or ExitCounter.Budget));
}

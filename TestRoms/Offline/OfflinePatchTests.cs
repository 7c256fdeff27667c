using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Debian;
using Dbt.TestRoms.Kvm;
using Dbt.TestRoms.Lockstep;
using Dbt.TestRoms.Machines;
using Dbt.TestRoms.Privileged;
using Dbt.Tool.Guests;
using Dbt.Tool.Offline;
using Dbt.Translator;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.Offline;

/// <summary>Kernels whose sensitive instructions were rewritten before they ran: what is rewritten, and what that saves.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class OfflinePatchTests
{
    private static readonly MachineConfiguration _rom = GuestRun.Rom(EmbeddedRoms.TeachingKernel);
    private static readonly OfflinePatch _patch = Patch(_rom);

    [Fact]
    public void Only_sensitive_instructions_are_rewritten_each_into_its_form_and_nothing_else_but_the_mark_changes()
    {
        Assert.All(_patch.Sites, site =>
        {
            Assert.Contains(InstructionSet.Find(site.Before).Name, (string[])["mfc0", "mtc0", "di", "ei", "cache"]);
            Assert.Equal(ParavirtualForm.Of(new Instruction(site.Before)), site.After);
            Assert.NotNull(site.Symbol);
        });
        byte[] original = _rom.Kernel.ToArray();
        Assert.Equal(original.Length, _patch.Image.Length);
        Assert.InRange(Enumerable.Range(16, original.Length - 16).Count(at => original[at] != _patch.Image[at]), 1, 4 * _patch.Sites.Count);
    }

    [Theory]
    [InlineData(ByteOrder.Little)]
    [InlineData(ByteOrder.Big)]
    public void The_rewritten_kernel_prints_the_same_with_no_more_exits_than_the_best_policy_leaves(ByteOrder order) =>
        AssertNoWorse(GuestRun.Rom(EmbeddedRoms.TeachingKernel, order), Engine.Dbt);

    [Theory]
    [InlineData(PatchPolicy.None)]
    [InlineData(PatchPolicy.Full)]
    public void Every_engine_holds_the_same_with_it(PatchPolicy policy)
    {
        MachineConfiguration machine = _patch.In(_rom) with { Patch = policy, JitThreshold = 2 };

        LockstepResult result = SideBySide.Run(new LockstepPlan { Machine = machine, Step = 1000 });

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
        var exits = Exits(machine).Exits;
        Assert.Equal(exits, Exits(machine with { Engine = Engine.Interp }).Exits);
        Assert.Equal(exits, Exits(machine with { Engine = Engine.Threaded }).Exits);
    }

    [Fact]
    public void Without_symbols_what_traps_in_a_run_is_rewritten()
    {
        byte[] stripped = _rom.Kernel.ToArray();
        // No table of sections.
        stripped.AsSpan(32, 4).Clear();
        stripped.AsSpan(48, 2).Clear();

        OfflinePatch patch = Patch(_rom with { Kernel = stripped });

        Assert.Equal("a traced run", patch.Method);
        Assert.InRange(patch.Sites.Count, 10, _patch.Sites.Count);
        Assert.Subset(_patch.Sites.Select(site => (site.Address, site.After)).ToHashSet(), patch.Sites.Select(site => (site.Address, site.After)).ToHashSet());
        Assert.InRange(Exits(patch.In(_rom)).Exits, 1, Exits(_rom).Exits);
    }

    [Fact]
    public void An_image_is_not_patched_twice() => Refuses("has been patched already", _rom with { Kernel = _patch.Image });

    [Fact]
    public void An_image_without_sensitive_instructions_is_refused() => Refuses(
        "no sensitive instruction",
        _rom with { Kernel = PatchedLoop.Image(PatchedLoop.KernelBase, instruction: 0), InstructionLimit = 100_000 });

    [Fact]
    public void The_map_has_a_line_for_each_word()
    {
        string[] lines = PatchMap.Of(_patch).TrimEnd('\n').Split('\n');

        Assert.Equal(_patch.Sites.Count, lines.Length - 1);
        PatchedSite site = _patch.Sites[0];
        Assert.Equal(
            $"{site.Address:x8}\t{site.Symbol}\t{site.Before:x8}\t{Disassembler.Format(site.Before, site.Address)}\t{site.After:x8}\t{Disassembler.Format(site.After, site.Address)}",
            lines[1]);
    }

    [SkippableTheory]
    [InlineData(Engine.Dbt)]
    [InlineData(Engine.Interp)]
    public void Linux_for_KVM_prints_the_same_with_no_more_exits_than_the_best_policy_leaves(Engine engine)
    {
        long exits = AssertNoWorse(KvmGuest.With("true", PatchPolicy.Full), engine);

        Assert.InRange(exits, 1, 15_011);
    }

    [SkippableFact]
    public void Debian_is_unpacked_and_prints_the_same_with_no_more_exits_than_the_best_policy_leaves()
    {
        MachineConfiguration debian = DebianGuest.Machine(DebianGuest.With("uname -a; cat /proc/interrupts"));

        OfflinePatch patch = Patch(debian);

        Assert.StartsWith("unpacked", patch.Method, StringComparison.Ordinal);
        Assert.Contains(patch.Sites, site => site.Symbol == "do_one_initcall+0xa0" || site.Symbol!.StartsWith("arch_local_irq", StringComparison.Ordinal) || site.Symbol.StartsWith("except_vec3_generic", StringComparison.Ordinal));
        AssertNoWorse(debian, Engine.Dbt, patch);
    }

    private static long AssertNoWorse(MachineConfiguration original, Engine engine, OfflinePatch? patch = null)
    {
        patch ??= Patch(original);
        (GuestRun full, long fullExits) = Exits(original with { Engine = engine });
        (GuestRun patched, long exits) = Exits(patch.In(original) with { Engine = engine });

        Assert.Equal(StopReason.PoweredOff, patched.End.Reason);
        Assert.Equal((full.Console, full.Output, full.Status), (patched.Console, patched.Output, patched.Status));
        Assert.InRange(exits, 1, fullExits);
        return exits;
    }

    private static OfflinePatch Patch(MachineConfiguration machine) => OfflinePatch.Of(machine, _ => { }, CancellationToken.None);

    private static (GuestRun Run, long Exits) Exits(MachineConfiguration configuration)
    {
        using VirtualMachine machine = new(configuration);
        return (GuestRun.Of(machine), machine.Exits.Instructions);
    }

    private static void Refuses(string expected, MachineConfiguration machine) =>
        Assert.Contains(expected, Assert.Throws<GuestSetupException>(() => Patch(machine)).Message, StringComparison.Ordinal);
}

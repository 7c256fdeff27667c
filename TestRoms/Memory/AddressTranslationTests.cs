using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Memory;

/// <summary>The three stages of an address, one by one, and what each counts.</summary>
public sealed class AddressTranslationTests
{
    // In the ROM: the page both addresses show, and the frame that the hypervisor puts behind it.
    private const uint Page = 0x8020_0000;
    private const int Other = 0x2800;

    // The ROM loads from both addresses in turn, hot, from here to far beyond.
    private const long Watching = 1_000_000;

    public static TheoryData<Engine> Engines => new(Enum.GetValues<Engine>());

    [Theory]
    [MemberData(nameof(Engines))]
    public void Changing_the_pmap_changes_the_next_load_at_every_address_of_the_page(Engine engine)
    {
        using VirtualMachine machine = Machine(engine);
        machine.RunTo(Watching, default);
        Assert.StartsWith("watch+0x", machine.SymbolAt(machine.Cpu.Pc), StringComparison.Ordinal);

        machine.Remap(Page, Other);
        GuestRun run = GuestRun.Of(machine);

        Assert.Contains("ok another page is behind it", run.Console, StringComparison.Ordinal);
        Assert.Contains("ok from one load to the next", run.Console, StringComparison.Ordinal);
        Assert.EndsWith("ROM-OK\r\n", run.Console, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_hit_in_the_shadow_TLB_troubles_no_stage_and_a_change_of_the_pmap_each_once_an_address(Engine engine)
    {
        using VirtualMachine machine = Machine(engine);
        AddressAccount stages = machine.Cpu.Memory.Translation.Account;
        machine.RunTo(Watching, default);
        (long, long, long, long) before = Count(stages);
        long dropped = stages.Dropped;

        machine.RunTo(Watching + 100_000, default);
        Assert.Equal(before, Count(stages));

        machine.Remap(Page, Other);
        // The two addresses, and that in kseg0 at which the ROM prepared what was behind the page.
        Assert.Equal(dropped + 3, stages.Dropped);
        machine.RunTo(Watching + 200_000, default);
        Assert.Equal((before.Item1 + 2, before.Item2, before.Item3 + 2, before.Item4 + 2), Count(stages));
        Assert.Equal(1, stages.PmapChanges);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Every_stage_hands_on_what_it_found_to_the_next(Engine engine)
    {
        using VirtualMachine machine = new(GuestRun.Rom("tlb") with { Engine = engine });
        machine.Run(default);
        AddressAccount stages = machine.Cpu.Memory.Translation.Account;

        Assert.Equal(stages.TlbHits + stages.Unmapped, stages.PmapPages + stages.PmapHoles);
        Assert.Equal(stages.PmapHoles, machine.Exits[ExitCounter.MmioLoad] + machine.Exits[ExitCounter.MmioStore]);
        Assert.Equal(stages.PmapPages, stages.AllFills);
        Assert.Equal(stages.AllFills, machine.Exits[ExitCounter.ShadowFill]);
        Assert.Equal(stages.TlbMisses, stages.Refills + stages.Invalid + stages.Modified);
        Assert.Equal(stages.Modified, machine.Exits[ExitCounter.TlbMod]);
        Assert.Equal(stages.Refills + stages.Invalid, machine.Exits[ExitCounter.TlbMissLoad] + machine.Exits[ExitCounter.TlbMissStore]);
        Assert.True(stages is { TlbHits: > 0, Refills: > 0, Invalid: > 0, Modified: > 0, PmapHoles: > 0, Dropped: > 0, Revocations: > 0 });
        Assert.True(stages.Fills(OperatingMode.Kernel, AccessKind.Store) > 0);
    }

    [Theory]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void The_exceptions_of_the_guest_TLB_are_the_same_under_every_engine(Engine engine)
    {
        Assert.Equal(Exceptions(Engine.Interp), Exceptions(engine));

        static (long, long, long) Exceptions(Engine engine)
        {
            using VirtualMachine machine = new(GuestRun.Rom("kernel") with { Engine = engine });
            machine.Run(default);
            return (machine.Cpu.Memory.Translation.Account.Refills, machine.Cpu.Memory.Translation.Account.Invalid, machine.Cpu.Memory.Translation.Account.Modified);
        }
    }

    [Theory]
    [InlineData(0x0020_0000u, Other)]
    [InlineData(0x1fc0_0000u, Other)]
    [InlineData(0xf000_0000u, Other)]
    [InlineData(Page + 4, Other)]
    [InlineData(Page, -1)]
    [InlineData(Page, 0x4000)]
    public void The_pmap_cannot_be_changed_where_unmapped_segments_see_it_nor_to_what_is_not_there(uint address, int frame)
    {
        using VirtualMachine machine = Machine(Engine.Interp);

        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Remap(address, frame));
    }

    private static VirtualMachine Machine(Engine engine) => new(GuestRun.Rom("pmap") with { Engine = engine, TranslateInBackground = false });

    private static (long TlbHits, long TlbMisses, long PmapPages, long Fills) Count(AddressAccount stages) =>
        (stages.TlbHits, stages.TlbMisses, stages.PmapPages, stages.AllFills);
}

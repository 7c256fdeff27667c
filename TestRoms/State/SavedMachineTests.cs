using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.State;

/// <summary>A machine that is saved, and goes on as another with another engine, ends as if nothing had happened.</summary>
[Trait("Order", "first")]
public sealed class SavedMachineTests
{
    public static TheoryData<string, ByteOrder> RomsAndOrders => RomTests.RomsAndOrders;

    [Theory]
    [Trait("Speed", "slow")]
    [MemberData(nameof(RomsAndOrders))]
    public void Every_rom_ends_the_same_whatever_engines_it_was_handed_between(string rom, ByteOrder order)
    {
        // The interpreter's turn is short.
        Engine[] engines = order == ByteOrder.Little ? [Engine.Interp, Engine.Dbt, Engine.Threaded] : [Engine.Dbt, Engine.Threaded, Engine.Interp];
        int[] percents = order == ByteOrder.Little ? [15, 60] : [45, 85];

        AssertHandedOver(Guest(rom, order), engines, percents);
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Each_engine_goes_on_where_each_other_was() => AssertHandedOver(
        Guest("kernel"),
        [Engine.Interp, Engine.Threaded, Engine.Dbt, Engine.Interp, Engine.Dbt, Engine.Threaded, Engine.Interp],
        [5, 25, 45, 50, 70, 95]);

    [Theory]
    [Trait("Speed", "slow")]
    [InlineData(PatchPolicy.None, false)]
    [InlineData(PatchPolicy.Kvm, false)]
    [InlineData(PatchPolicy.Full, true)]
    public void Whatever_is_patched_the_exits_are_the_same(PatchPolicy patch, bool inMemory)
    {
        MachineConfiguration guest = Guest("kernel") with { Patch = patch, PatchInMemory = inMemory };
        SavedRun whole = SavedRun.Of(guest, [Engine.Threaded], []);

        whole.AssertSameAs(SavedRun.Of(guest, [Engine.Dbt, Engine.Threaded, Engine.Dbt], [whole.Run.End.Instructions / 5, whole.Run.End.Instructions / 2]));
    }

    [Theory]
    [Trait("Speed", "slow")]
    [InlineData(32, false)]
    [InlineData(0, true)]
    public void What_the_guest_s_TLB_lost_is_still_kept(int secondLevel, bool pageTables)
    {
        MachineConfiguration guest = Guest("kernel") with { SecondLevelTlb = secondLevel, ShadowPageTables = pageTables };
        SavedRun whole = SavedRun.Of(guest, [Engine.Threaded], []);

        whole.AssertSameAs(SavedRun.Of(guest, [Engine.Interp, Engine.Dbt], [whole.Run.End.Instructions / 2]));
    }

    [Fact]
    public void A_machine_that_was_saved_and_one_that_it_became_hold_the_same()
    {
        using VirtualMachine saved = new(Guest("kernel")), restored = new(Guest("kernel") with { Engine = Engine.Interp });
        saved.RunTo(1_000_000, CancellationToken.None);
        saved.SendToSerial(0, (byte)'x');

        SavedRun.Become(restored, saved);

        SavedRun.AssertSame(StateLister.Of(saved).Values, StateLister.Of(restored).Values);
        Assert.True(restored.HasInput);
        Assert.Equal(saved.Exits.All, restored.Exits.All);
        Assert.Equal(saved.Cpu.Instructions.All, restored.Cpu.Instructions.All);
        Assert.Equal(saved.Cpu.Instructions.User, restored.Cpu.Instructions.User);
    }

    [Fact]
    public void A_machine_that_differs_in_what_the_guest_or_the_exits_depend_on_is_refused()
    {
        using VirtualMachine saved = new(Guest("kernel")), other = new(Guest("kernel") with { Patch = PatchPolicy.None });

        GuestSetupException refusal = Assert.Throws<GuestSetupException>(() => SavedRun.Become(other, saved));

        Assert.Equal("the saved state does not fit this machine: its patch policy is Full, this machine's is None", refusal.Message);
    }

    [Fact]
    public void A_machine_that_has_run_cannot_become_another()
    {
        using VirtualMachine saved = new(Guest("kernel")), other = new(Guest("kernel"));
        other.RunTo(10, CancellationToken.None);

        Assert.Throws<InvalidOperationException>(() => SavedRun.Become(other, saved));
    }

    [Fact]
    public void Pages_that_the_guest_gave_away_are_still_given()
    {
        MachineConfiguration guest = Guest("hypercalls");
        using VirtualMachine machine = new(guest);
        machine.RunTo(1000, CancellationToken.None);
        machine.Memory.Give(100);
        using VirtualMachine restored = new(guest);

        SavedRun.Become(restored, machine);

        Assert.Equal(Hypervisor.Memory.FrameState.Given, restored.Memory[100]);
        Assert.True(restored.Memory.BeforeStore(100));
    }

    private static void AssertHandedOver(MachineConfiguration guest, Engine[] engines, int[] percents)
    {
        SavedRun whole = SavedRun.Of(guest, [Engine.Threaded], []);
        long[] points = [.. percents.Select(percent => whole.Run.End.Instructions * percent / 100)];

        Assert.Equal(StopReason.PoweredOff, whole.Run.End.Reason);
        whole.AssertSameAs(SavedRun.Of(guest, engines, points));
    }

    private static MachineConfiguration Guest(string rom, ByteOrder order = ByteOrder.Little) =>
        GuestRun.Rom(rom, order) with { JitThreshold = 50, TranslateInBackground = false };
}

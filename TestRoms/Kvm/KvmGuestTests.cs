using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Kvm;

/// <summary>Linux 5.10 built for KVM's trap-and-emulate: its address map, and its exits under each policy.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class KvmGuestTests(BootedKvmGuest booted) : IClassFixture<BootedKvmGuest>
{
    [SkippableTheory]
    [InlineData("Initial ramdisk at: 0x4f")]
    [InlineData("CPU frequency 200.00 MHz")]
    [InlineData("BOOT-OK")]
    [InlineData("reboot: Power down")]
    public void It_boots_to_user_space_and_switches_its_power_off(string line)
    {
        GuestRun run = booted.Of(PatchPolicy.Full).Run;

        Assert.Contains(line, run.Console, StringComparison.Ordinal);
        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
    }

    [SkippableFact]
    public void It_runs_a_command_and_says_how_that_ended()
    {
        GuestRun run = KvmGuest.Run("uname -srm; grep tlb_entries /proc/cpuinfo; exit 7", PatchPolicy.Full);

        Assert.Matches(@"^Linux 5\.10\.\d+ mips\ntlb_entries\t\t: 64\n$", run.Output);
        Assert.Equal("exit 7", run.Status.TrimEnd());
    }

    // Measured under another emulator with a reader of its trace, on a boot to a busybox that ran a few commands.
    [SkippableTheory]
    [InlineData(ExitCounter.DiEi, 37_471 + 14_559)]
    [InlineData(ExitCounter.Mfc0, 30_208)]
    [InlineData(ExitCounter.Mtc0, 14_807)]
    [InlineData(ExitCounter.Cache, 5_632 + 278_838)]
    [InlineData(ExitCounter.TlbOperation, 1_601 + 944 + 1_310)]
    [InlineData(ExitCounter.Eret, 5_623)]
    [InlineData(ExitCounter.Rdhwr, 3_354)]
    [InlineData(ExitCounter.Syscall, 536)]
    public void Without_patches_its_exits_are_the_mix_that_was_measured(ExitCounter counter, long measured) =>
        Assert.InRange(Exits(PatchPolicy.None, Engine.Dbt)[counter], measured * 0.8, measured * 1.2);

    [SkippableFact]
    public void KVM_s_patches_leave_70_000_of_400_000_exits_and_full_ones_fewer_than_20_000()
    {
        Assert.InRange(Exits(PatchPolicy.None, Engine.Dbt).Instructions, 350_000, 480_000);
        Assert.InRange(Exits(PatchPolicy.Kvm, Engine.Dbt).Instructions, 63_000, 77_000);
        Assert.InRange(Exits(PatchPolicy.Full, Engine.Dbt).Instructions, 1, 20_000);
    }

    [SkippableFact]
    public void In_a_guest_context_a_tenth_of_what_exits_with_full_patches_does() =>
        Assert.InRange(Exits(PatchPolicy.Vz, Engine.Dbt).Instructions, 1, Exits(PatchPolicy.Full, Engine.Dbt).Instructions / 10);

    [SkippableTheory]
    [InlineData(PatchPolicy.None)]
    [InlineData(PatchPolicy.Kvm)]
    [InlineData(PatchPolicy.Full)]
    public void Interpreted_it_has_the_same_exits(PatchPolicy policy) =>
        Assert.Equal(Exits(policy, Engine.Dbt).Instructions, Exits(policy, Engine.Interp).Instructions);

    [SkippableFact]
    public void The_guest_s_output_is_the_same_under_every_policy()
    {
        string console = booted.Of(PatchPolicy.None).Run.Console;

        Assert.Equal(console, booted.Of(PatchPolicy.Kvm).Run.Console);
        Assert.Equal(console, booted.Of(PatchPolicy.Full).Run.Console);
        Assert.Equal(console, booted.Of(PatchPolicy.Vz).Run.Console);
    }

    [SkippableTheory]
    [InlineData(PatchPolicy.Kvm)]
    [InlineData(PatchPolicy.Full)]
    public void With_the_patches_in_its_memory_it_prints_the_same_and_exits_no_more_often(PatchPolicy policy)
    {
        MachineConfiguration guest = KvmGuest.With("true", policy);
        using VirtualMachine patched = new(guest), overwritten = new(guest with { PatchInMemory = true });

        Assert.Equal(GuestRun.Of(patched), GuestRun.Of(overwritten));
        Assert.InRange(overwritten.Exits.Instructions, 1, patched.Exits.Instructions);
        // All but one, which is in the boot ROM.
        Assert.Equal(patched.Cpu.Patcher.Count - 1, overwritten.Cpu.Patcher.Count);
    }

    [SkippableFact]
    public void Its_kernel_runs_in_KVM_s_kernel_segment_only()
    {
        using VirtualMachine machine = new(KvmGuest.With("true", PatchPolicy.None) with { CountSites = true });
        machine.Run(CancellationToken.None);
        const uint UserSpaceEnd = 0x4000_0000;

        TrapSite[] sites = [.. machine.Cpu.TrapSites!.All];

        Assert.True(sites.Length > 400);
        Assert.All(sites, site => Assert.True(site.Pc < UserSpaceEnd || AddressMap.KvmGuest.IsUnmapped(site.Pc)));
    }

    private ExitAccount Exits(PatchPolicy policy, Engine engine) => booted.Of(policy, engine).Exits;
}

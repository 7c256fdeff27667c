using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.TestRoms.Debian;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Kvm;
using Dbt.Tool.Study;
using Xunit;

namespace Dbt.TestRoms.Kvm;

/// <summary>Linux as the root of the virtualization module, where it has been built: <c>dbt guests fetch kvm-host</c>.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class KvmHostTests
{
    private const string Counters = "mount -t debugfs none /sys/kernel/debug; vmm --counters";

    // What KVM counts of its guests' exits, by our names.
    private static readonly string[] s_counted =
        ["vz_gpsi", "vz_gsfc", "vz_hc", "vz_grr", "vz_ghfc", "vz_gpa", "vz_tlbmod", "vz_tlbmiss_ld", "vz_tlbmiss_st", "vz_cop_unusable", "vz_interrupt"];

    [SkippableFact]
    public void Its_KVM_starts_with_the_virtualization_module()
    {
        GuestRun run = GuestRun.Of(Machine("dmesg; ls /dev/kvm; grep ASEs /proc/cpuinfo"));

        Assert.Contains("Starting KVM with MIPS VZ extensions", run.Output, StringComparison.Ordinal);
        Assert.Contains("/dev/kvm", run.Output, StringComparison.Ordinal);
        Assert.Contains("vz", run.Output.Split("ASEs implemented")[1], StringComparison.Ordinal);
        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
    }

    [SkippableTheory]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void A_guest_under_its_KVM_runs_to_its_end_and_KVM_counts_the_exits_that_we_count(Engine engine)
    {
        using VirtualMachine machine = new(Machine(Counters) with { Engine = engine });

        string output = OutputOf(machine);

        Assert.StartsWith("a guest under KVM\nthe guest ended with 33660\n", output, StringComparison.Ordinal);
        Assert.Equal((10, 1, 1), (machine.Exits[ExitCounter.VzGpsi], machine.Exits[ExitCounter.VzGsfc], machine.Exits[ExitCounter.VzHc]));
        CountsAgree(machine, output);
    }

    [SkippableFact]
    public void The_teaching_kernel_passes_its_own_checks_under_its_KVM()
    {
        string kernel = Path.Combine(Repository.Root, "TestRoms", "roms", "bin", "kernel.elf");
        using VirtualMachine machine = new(Machine($"{Counters} /root/kernel.elf exec=demo", new AddedFile(kernel, "root/kernel.elf")));

        string output = OutputOf(machine);

        Assert.Contains("KERNEL-OK", output, StringComparison.Ordinal);
        CountsAgree(machine, output);
    }

    [SkippableTheory]
    [InlineData("linux", "mti,malta")]
    [InlineData("generic", "vmm")]
    public void Linux_under_its_KVM_reaches_its_user_space_and_switches_itself_off_and_KVM_counts_the_exits_that_we_count(string kernel, string board)
    {
        using VirtualMachine machine = new(Machine($"{Counters} {kernel} uname -a"));

        string output = OutputOf(machine);

        Assert.Contains($"MIPS: machine is {board}\n", output, StringComparison.Ordinal);
        Assert.Contains("Run /init as init process", output, StringComparison.Ordinal);
        Assert.Contains("\nLinux (none) 6.1", output, StringComparison.Ordinal);
        Assert.Contains("reboot: Power down", output, StringComparison.Ordinal);
        Assert.True(machine.Exits[ExitCounter.VzInterrupt] > 0 && machine.Exits[ExitCounter.VzCopUnusable] > 0);
        CountsAgree(machine, output);
    }

    [SkippableFact]
    public void The_shell_of_a_generic_Linux_takes_what_is_typed_and_has_the_devices_of_its_device_tree()
    {
        string output = OutputOf(Machine(
            "(echo 'echo $((6 * 7))'; echo 'grep -c 16550A /proc/tty/driver/serial'; echo 'grep ttyS0 /proc/interrupts'; echo 'reboot -f') | vmm generic"));

        Assert.Contains("\n42\n", output, StringComparison.Ordinal);
        Assert.Contains("\n1\n", output, StringComparison.Ordinal);
        Assert.Matches(@"\n +4: +[1-9]\d* +MIPS +4 +ttyS0\n", output);
        Assert.Contains("reboot: Restarting system", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Two_guests_run_Linux_side_by_side()
    {
        string output = OutputOf(Machine(
            "vmm linux 'echo I am 1; seq 2000 | md5sum' >/tmp/1 & vmm linux 'echo I am 2; seq 3000 | md5sum' >/tmp/2; wait; grep -A1 '^I am' /tmp/1 /tmp/2"));

        Assert.Contains("/tmp/1:I am 1\n/tmp/1-ea4d0a24dabcaa11f9aa979b872d162b", output, StringComparison.Ordinal);
        Assert.Contains("/tmp/2:I am 2\n/tmp/2-ee9762749fc5338b6c9b0948d14219c7", output, StringComparison.Ordinal);
    }

    private static void CountsAgree(VirtualMachine machine, string output)
    {
        IReadOnlyList<NestedExit> exits = NestedExit.Of(machine.Exits, output.Split('\n'));

        Assert.All(exits.Where(exit => s_counted.Contains(exit.Reason)), exit => Assert.Equal((exit.Reason, exit.KvmCount), (exit.Reason, (long?)exit.Count)));
        Assert.All(["vz_gpsi", "vz_gsfc", "vz_tlbmiss_st"], name => Assert.Contains(exits, exit => exit.Reason == name && exit.Count > 0));
        Assert.True(machine.Exits[ExitCounter.VzRefill] > 0);
    }

    private static string OutputOf(MachineConfiguration machine) => GuestRun.Of(machine).Output.ReplaceLineEndings("\n");

    private static string OutputOf(VirtualMachine machine) => GuestRun.Of(machine).Output.ReplaceLineEndings("\n");

    private static MachineConfiguration Machine(string command, params AddedFile[] files)
    {
        var cache = FetchedGuests.Cache;
        KvmHostSystem system = new();
        Skip.IfNot(system.IsIn(cache), "kvm-host is not built: 'dbt guests fetch kvm-host' does it");
        Guest guest = system.Load(cache, new SilentFetch(), new UserSpace { Command = command, Files = AddedFile.Pack(files) });
        return DebianGuest.Machine(guest) with { Processor = guest.Processor };
    }
}

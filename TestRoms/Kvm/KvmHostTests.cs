using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.TestRoms.Debian;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Kvm;
using Xunit;

namespace Dbt.TestRoms.Kvm;

/// <summary>Linux as the root of the virtualization module, where it has been built: <c>dbt guests fetch kvm-host</c>.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class KvmHostTests
{
    private const string Program = "/usr/bin/vmm";

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
        using VirtualMachine machine = new(Machine($"mount -t debugfs none /sys/kernel/debug; {Program}") with { Engine = engine });

        GuestRun run = GuestRun.Of(machine);

        Assert.StartsWith("a guest under KVM\nthe guest ended with 33660\n", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal((10, 1, 1), (machine.Exits[ExitCounter.VzGpsi], machine.Exits[ExitCounter.VzGsfc], machine.Exits[ExitCounter.VzHc]));
        Assert.All(
            [ExitCounter.VzGpsi, ExitCounter.VzGsfc, ExitCounter.VzHc, ExitCounter.VzGrr, ExitCounter.VzGhfc],
            counter => Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"\n{ExitAccount.NameOf(counter)} {machine.Exits[counter]}\n"), run.Output.ReplaceLineEndings("\n"),
                StringComparison.Ordinal));
        Assert.True(machine.Exits[ExitCounter.VzGpa] > 0);
    }

    private static MachineConfiguration Machine(string command)
    {
        var cache = FetchedGuests.Cache;
        KvmHostSystem system = new();
        Skip.IfNot(system.IsIn(cache), "kvm-host is not built: 'dbt guests fetch kvm-host' does it");
        string vmm = Path.Combine(Repository.Root, "TestRoms", "roms", "bin", "linux", "vmm.elf");
        byte[] files = AddedFile.Pack([new AddedFile(vmm, Program[1..])]);
        Guest guest = system.Load(cache, new SilentFetch(), new UserSpace { Command = command, Files = files });
        return DebianGuest.Machine(guest) with { Processor = guest.Processor };
    }
}

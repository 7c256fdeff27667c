using System.Globalization;
using System.Text.RegularExpressions;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>Debian's own kernel, from the boot ROM to power-off.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class BootTests(BootedDebian debian) : IClassFixture<BootedDebian>
{
    [SkippableFact]
    public void The_kernel_boots_to_user_space_and_switches_the_power_off()
    {
        Assert.Contains(DebianInitramfs.ReadyMark, debian.Translated.Console, StringComparison.Ordinal);
        Assert.Contains("reboot: Power down", debian.Translated.Console, StringComparison.Ordinal);
        Assert.Equal(StopReason.PoweredOff, debian.Translated.End.Reason);
    }

    [SkippableFact]
    public void Uname_names_Debian_s_kernel() =>
        Assert.Matches(@"^Linux malta 6\.1\.0-\d+-4kc-malta #1 .*Debian 6\.1\.\S+ \(\d{4}-\d\d-\d\d\) mips GNU/Linux\n", debian.Translated.Output);

    [SkippableTheory]
    [InlineData("system type", "MIPS Malta")]
    [InlineData("machine", "mti,malta")]
    [InlineData("cpu model", "MIPS 24Kc V0.0  FPU V0.0")]
    [InlineData("tlb_entries", "16")]
    [InlineData("hardware watchpoint", "yes, count: 8, address/irw mask: [0x0ff8, 0x0ff8, 0x0ff8, 0x0ff8, 0x0000, 0x0000, 0x0400, 0x0000]")]
    [InlineData("isa", "mips1 mips2 mips32r1 mips32r2")]
    [InlineData("wait instruction", "yes")]
    public void The_kernel_finds_a_24Kf(string field, string value) =>
        Assert.Contains(debian.Translated.Output.Split('\n'), line => line.Split(':', 2) is [var name, var found] && name.Trim() == field && found.Trim() == value);

    [SkippableFact]
    public void The_timer_interrupts()
    {
        Match timer = Regex.Match(debian.Translated.Output, @"^\s*\d+:\s+(\d+)\s+MIPS\s+7\s+timer$", RegexOptions.Multiline);

        Assert.True(timer.Success, debian.Translated.Output);
        Assert.True(int.Parse(timer.Groups[1].Value, CultureInfo.InvariantCulture) > 100, timer.Value);
    }

    [SkippableFact]
    public void The_command_s_status_comes_out() => Assert.Equal(3, CommandStatus.Parse(debian.Translated.Status));

    [SkippableFact]
    public void Saved_on_its_way_and_handed_from_engine_to_engine_it_says_and_holds_the_same() => debian.Whole.AssertSameAs(debian.Handed);

    [SkippableTheory]
    [InlineData(PatchPolicy.None)]
    [InlineData(PatchPolicy.Kvm)]
    public void Whatever_is_patched_it_says_the_same_after_the_same_instructions(PatchPolicy patch) =>
        Assert.Equal(debian.Translated, BootedDebian.Patched(patch));

    [SkippableFact]
    public void In_a_guest_context_it_says_the_same_and_exits_for_little()
    {
        using VirtualMachine machine = new(BootedDebian.Machine with { Patch = PatchPolicy.Vz });

        Assert.Equal(debian.Translated, GuestRun.Of(machine));
        Assert.InRange(machine.Exits.Instructions, 1, 10_000);
        Assert.Equal(0, machine.Exits[ExitCounter.VzGrr]);
    }

    [SkippableTheory]
    [InlineData(PatchPolicy.Kvm)]
    [InlineData(PatchPolicy.Full)]
    public void With_the_patches_in_its_memory_it_gets_to_the_same_end(PatchPolicy patch)
    {
        GuestRun run = BootedDebian.Patched(patch, inMemory: true);

        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
        Assert.Equal(debian.Translated.Status, run.Status);
        // A load that finds a replacement may lead the guest another way, as one of Debian's does.
        Assert.Equal(debian.Translated.Output.Split('\n')[0], run.Output.Split('\n')[0]);
    }

    [SkippableFact]
    public void A_panic_resets_the_machine_and_says_where()
    {
        GuestRun run = DebianGuest.Run(DebianGuest.With("true"), append: "rdinit=/no-such-file");

        Assert.Contains("Kernel panic - not syncing: VFS: Unable to mount root fs", run.Console, StringComparison.Ordinal);
        Assert.Equal(StopReason.Reset, run.End.Reason);
        Assert.StartsWith("in kernel mode at 0x8", run.End.Explanation, StringComparison.Ordinal);
    }
}

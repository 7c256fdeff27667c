using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Debian;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.BigEndian;

/// <summary>A big-endian kernel, from the boot ROM to power-off.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class MaltaBootTests(BootedMalta malta) : IClassFixture<BootedMalta>
{
    [SkippableFact]
    public void The_kernel_boots_to_user_space_and_switches_the_power_off()
    {
        Assert.Contains(DebianInitramfs.ReadyMark, malta.Ours.Console, StringComparison.Ordinal);
        Assert.Contains("reboot: Power down", malta.Ours.Console, StringComparison.Ordinal);
        Assert.Equal(StopReason.PoweredOff, malta.Ours.End.Reason);
    }

    [SkippableFact]
    public void Time_is_what_the_board_s_clocks_say() => Assert.Contains("CPU frequency 333.33 MHz", malta.Ours.Output, StringComparison.Ordinal);

    [SkippableFact]
    public void The_machine_is_mips() => Assert.StartsWith("mips\n", malta.Ours.Output, StringComparison.Ordinal);

    [SkippableFact]
    public void The_command_s_status_comes_out() => Assert.Equal(3, CommandStatus.Parse(malta.Ours.Status));

    [SkippableFact]
    public void The_kernel_finds_the_processor_that_it_finds_under_QEMU() =>
        Assert.Equal(BootedMalta.Processor(malta.Reference.Output), BootedMalta.Processor(malta.Ours.Output));

    [SkippableFact]
    public void The_kernel_s_log_is_QEMU_s_line_for_line_but_for_what_is_documented() =>
        DmesgLines.AssertSame(BootedMalta.Log(malta.Reference.Output), BootedMalta.Log(malta.Ours.Output), least: 70);

    // That the interpreter does is the last test's.
    [SkippableFact]
    public void Threaded_code_says_the_same_after_the_same_instructions() =>
        Assert.Equal(malta.Ours, GuestRun.Of(MaltaGuest.Machine(BootedMalta.Command, Engine.Threaded)));

    [SkippableTheory]
    [InlineData(PatchPolicy.None)]
    [InlineData(PatchPolicy.Kvm)]
    public void Whatever_is_patched_it_says_the_same_after_the_same_instructions(PatchPolicy patch) =>
        Assert.Equal(malta.Ours, GuestRun.Of(MaltaGuest.Machine(BootedMalta.Command, patch: patch)));

    [SkippableFact]
    public void With_the_patches_in_its_memory_it_gets_to_the_same_end()
    {
        GuestRun run = GuestRun.Of(MaltaGuest.Machine(BootedMalta.Command) with { PatchInMemory = true });

        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
        Assert.Equal(malta.Ours.Status, run.Status);
        Assert.Equal(BootedMalta.Processor(malta.Ours.Output), BootedMalta.Processor(run.Output));
    }

    [SkippableFact]
    public void From_power_on_to_power_off_the_translator_holds_what_the_interpreter_holds()
    {
        LockstepPlan plan = new() { Machine = MaltaGuest.Machine(BootedMalta.Command) };

        LockstepResult result = LockstepRun.Run(plan, _ => { }, CancellationToken.None);

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
        Assert.Equal(malta.Ours.End.Instructions, result.Instructions);
    }
}

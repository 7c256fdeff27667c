using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Kvm;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests.Kvm;
using Xunit;

namespace Dbt.TestRoms.BigEndian;

/// <summary>The guest for KVM's trap-and-emulate, built big-endian.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class KvmGuestTests
{
    // The bytes 1, 2, 3, 4 as a word.
    private const string Command = "uname -srm; printf '\\1\\2\\3\\4' | od -An -t x4; exit 7";

    [SkippableTheory]
    [InlineData(PatchPolicy.None, Engine.Dbt)]
    [InlineData(PatchPolicy.Kvm, Engine.Dbt)]
    [InlineData(PatchPolicy.Full, Engine.Dbt)]
    [InlineData(PatchPolicy.Full, Engine.Threaded)]
    [InlineData(PatchPolicy.Kvm, Engine.Interp)]
    public void It_runs_a_command_says_how_that_ended_and_switches_its_power_off(PatchPolicy policy, Engine engine) =>
        AssertRuns(KvmGuest.With(KvmSystem.Big, Command, policy, engine));

    [SkippableTheory]
    [InlineData(PatchPolicy.Kvm)]
    [InlineData(PatchPolicy.Full)]
    public void So_it_does_with_the_patches_in_its_memory(PatchPolicy policy) =>
        AssertRuns(KvmGuest.With(KvmSystem.Big, Command, policy) with { PatchInMemory = true });

    [SkippableTheory]
    [InlineData(PatchPolicy.None)]
    [InlineData(PatchPolicy.Kvm)]
    [InlineData(PatchPolicy.Full)]
    public void Its_exits_are_as_many_as_those_of_the_little_endian_one(PatchPolicy policy)
    {
        long little = Exits(KvmSystem.Little, policy), big = Exits(KvmSystem.Big, policy);

        Assert.InRange(big, little * 9 / 10, little * 11 / 10);
    }

    private static void AssertRuns(MachineConfiguration machine)
    {
        var run = GuestRun.Of(machine);

        Assert.Matches(@"^Linux 5\.10\.\d+ mips\n *01020304\n$", run.Output);
        Assert.Equal("exit 7", run.Status.TrimEnd());
        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
    }

    private static long Exits(KvmSystem system, PatchPolicy policy)
    {
        using VirtualMachine machine = new(KvmGuest.With(system, "true", policy));
        Assert.Equal(StopReason.PoweredOff, machine.Run(CancellationToken.None).Reason);
        return machine.Exits.Instructions;
    }
}

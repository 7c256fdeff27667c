using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Kvm;

/// <summary>One boot under each policy and engine that some test looks at.</summary>
public sealed class BootedKvmGuest
{
    private readonly Dictionary<(PatchPolicy, Engine), (GuestRun Run, ExitAccount Exits)> _boots = [];

    /// <summary>The boot to <c>true</c> and to power-off: what it said, and its exits.</summary>
    internal (GuestRun Run, ExitAccount Exits) Of(PatchPolicy policy, Engine engine = Engine.Dbt)
    {
        if (_boots.TryGetValue((policy, engine), out (GuestRun, ExitAccount) boot))
            return boot;
        using VirtualMachine machine = new(KvmGuest.With("true", policy, engine));
        GuestRun run = GuestRun.Of(machine);
        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
        return _boots[(policy, engine)] = (run, machine.Exits);
    }
}

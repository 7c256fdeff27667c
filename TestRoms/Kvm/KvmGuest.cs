using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Debian;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Kvm;
using Xunit;

namespace Dbt.TestRoms.Kvm;

/// <summary>A guest for KVM's trap-and-emulate, where it has been built: <c>dbt guests fetch kvm-guest</c>.</summary>
internal static class KvmGuest
{
    private const long Limit = 1_000_000_000;

    /// <summary>The machine that runs a command in it; skips the test where the kernel has not been built.</summary>
    public static MachineConfiguration With(string command, PatchPolicy policy, Engine engine = Engine.Dbt) =>
        With(KvmSystem.Little, command, policy, engine);

    /// <summary>The same, of one of the byte orders.</summary>
    public static MachineConfiguration With(KvmSystem system, string command, PatchPolicy policy, Engine engine = Engine.Dbt)
    {
        var cache = FetchedGuests.Cache;
        Skip.IfNot(system.IsIn(cache), $"{system.Name} is not built: 'dbt guests fetch {system.Name}' does it");
        Guest guest = system.Load(cache, new SilentFetch(), new UserSpace { Command = command });
        return new MachineConfiguration
        {
            Kernel = guest.Kernel,
            KernelName = guest.KernelName,
            Initrd = guest.Initrd,
            CommandLine = guest.CommandLine,
            Patch = policy,
            Engine = engine,
            InstructionLimit = Limit,
        };
    }

    /// <summary>Runs it to its end.</summary>
    public static GuestRun Run(string command, PatchPolicy policy, Engine engine = Engine.Dbt) => GuestRun.Of(With(command, policy, engine));
}

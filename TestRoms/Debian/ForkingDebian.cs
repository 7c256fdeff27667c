using Dbt.Hypervisor;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;

namespace Dbt.TestRoms.Debian;

/// <summary>A boot to more processes than there are ASIDs, so that the kernel uses them again; nothing is kept beyond its TLB.</summary>
internal static class ForkingDebian
{
    private const string Command =
        """
        uname -a
        cat /proc/cpuinfo
        for i in $(seq 1 100); do ls -l /bin | sort | md5sum; done | uniq -c
        for i in 1 2 3 4; do seq 1 $i & done | sort
        exit 3
        """;

    private static readonly Lazy<(GuestRun Run, long Refills)> s_exact = new(() => Run(Machine));

    /// <summary>What it said, and how many refill exceptions it had.</summary>
    public static (GuestRun Run, long Refills) Exact => s_exact.Value;

    /// <summary>What it is run by.</summary>
    public static MachineConfiguration Machine => DebianGuest.Machine(Guest);

    private static Guest Guest => DebianGuest.With(Command);

    /// <summary>Runs it on another machine.</summary>
    public static (GuestRun Run, long Refills) Run(MachineConfiguration configuration)
    {
        using VirtualMachine machine = new(configuration);
        GuestRun run = GuestRun.Of(machine);
        return (run, machine.Cpu.Memory.Translation.Account.Refills);
    }
}

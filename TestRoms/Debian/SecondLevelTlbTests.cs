using Dbt.Hypervisor;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Xunit;
using Xunit.Abstractions;

namespace Dbt.TestRoms.Debian;

/// <summary>Disco's second-level TLB under Debian's kernel.</summary>
public sealed class SecondLevelTlbTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void It_halves_the_refill_exceptions_at_least_and_the_kernel_says_the_same()
    {
        // More processes than there are ASIDs: the kernel uses them again.
        Guest guest = DebianGuest.With("cat /proc/cpuinfo; for i in $(seq 1 100); do ls -l /bin | sort | md5sum; done | uniq -c; for i in 1 2 3 4; do seq 1 $i & done | sort; exit 3");

        (GuestRun exact, long refills) = Run(0);
        (GuestRun spared, long fewer) = Run(256);

        output.WriteLine($"{refills} refill exceptions without, {fewer} with 256 entries");
        Assert.True(2 * fewer <= refills, $"{fewer} of {refills} refill exceptions are left");
        Assert.Matches(@"^ *100 [0-9a-f]{32} ", spared.Output.Split('\n').Single(line => line.Contains(" 100 ", StringComparison.Ordinal)));
        Assert.Equal((exact.Output, exact.Status), (spared.Output, spared.Status));
        Assert.Equal(DmesgLines.Normalize(exact.Console), DmesgLines.Normalize(spared.Console));
        Assert.Contains("reboot: Power down", spared.Console, StringComparison.Ordinal);

        (GuestRun, long) Run(int entries)
        {
            using VirtualMachine machine = new(DebianGuest.Machine(guest) with { SecondLevelTlb = entries });
            GuestRun run = GuestRun.Of(machine);
            return (run, machine.Cpu.Memory.Translation.Account.Refills);
        }
    }
}

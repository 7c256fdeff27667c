using Dbt.TestRoms.Machines;
using Xunit;
using Xunit.Abstractions;

namespace Dbt.TestRoms.Debian;

/// <summary>Disco's second-level TLB under Debian's kernel.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class SecondLevelTlbTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void It_halves_the_refill_exceptions_at_least_and_the_kernel_says_the_same()
    {
        (GuestRun exact, long refills) = ForkingDebian.Exact;
        (GuestRun spared, long fewer) = ForkingDebian.Run(ForkingDebian.Machine with { SecondLevelTlb = 256 });

        output.WriteLine($"{refills} refill exceptions without, {fewer} with 256 entries");
        Assert.True(2 * fewer <= refills, $"{fewer} of {refills} refill exceptions are left");
        Assert.Matches(@"^ *100 [0-9a-f]{32} ", spared.Output.Split('\n').Single(line => line.Contains(" 100 ", StringComparison.Ordinal)));
        Assert.Equal((exact.Output, exact.Status), (spared.Output, spared.Status));
        Assert.Equal(DmesgLines.Normalize(exact.Console), DmesgLines.Normalize(spared.Console));
        Assert.Contains("reboot: Power down", spared.Console, StringComparison.Ordinal);
    }
}

using Dbt.Hypervisor;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>Fragments that lead to one another under Debian's kernel.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class ChainingTests
{
    [SkippableFact]
    public void Nine_of_ten_ways_out_of_a_fragment_lead_straight_to_another()
    {
        using VirtualMachine machine = new(DebianGuest.Machine(DebianGuest.With("cat /proc/cpuinfo")) with { CountLinks = true });

        TranslationFigures translation = RunFigures.Of(machine.Run(default), machine, TimeSpan.FromSeconds(1)).Translation!;

        Assert.True(translation.LinksFollowed > 9 * translation.DispatcherReturns, $"{translation.LinksFollowed} links followed, {translation.DispatcherReturns} returns to the dispatcher");
    }
}

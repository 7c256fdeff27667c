using Dbt.Hypervisor;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>The number of live fragments is bounded.</summary>
[Trait("Speed", "slow")]
public sealed class FragmentLimitTests
{
    [Fact]
    public void A_machine_that_may_keep_three_fragments_runs_as_one_that_may_keep_all()
    {
        const int Most = 3;
        MachineConfiguration all = GuestRun.Rom("kernel") with
        {
            JitThreshold = 20,
            TranslateInBackground = false,
            // Whatever is hot is compiled again and again.
            InstructionLimit = 10_000_000,
        };
        using VirtualMachine machine = new(all with { MostFragments = Most });

        RunResult end = machine.Run(CancellationToken.None);

        Assert.Equal(GuestRun.Of(all).End, end);
        Assert.InRange(machine.Cpu.Engine.Translations!.Fragments.Count, 1, Most);
        Assert.InRange(machine.Cpu.Engine.Translations!.Statistics.Retired, 100, long.MaxValue);
    }
}

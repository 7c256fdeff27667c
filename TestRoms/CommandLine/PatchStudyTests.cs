using Dbt.Hypervisor;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Study;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>What <c>dbt study</c> puts side by side.</summary>
[Trait("Speed", "slow")]
public sealed class PatchStudyTests
{
    private static readonly StudyFigures _study = PatchStudy.Run(GuestRun.Rom("exceptions") with { Engine = Engine.Threaded }, null, 1, _ => { }, CancellationToken.None);

    [Fact]
    public void It_has_a_column_for_each_policy_in_which_the_guest_ends_and_says_the_same()
    {
        Assert.Equal(["none", "kvm", "full", "vz", "offline"], _study.Policies.Select(policy => policy.Policy));
        Assert.All(_study.Policies, policy =>
        {
            Assert.Equal(nameof(StopReason.PoweredOff), policy.End);
            Assert.Equal(_study.Policies[0].Instructions, policy.Instructions);
            Assert.Null(policy.OutputDifference);
            Assert.True(policy.Seconds > 0);
        });
    }

    [Fact]
    public void A_guest_that_halts_under_every_policy_makes_no_good_study()
    {
        (int status, string output, string errors) = DbtProcess.Run("study", "panic-wait");

        Assert.Equal(1, status);
        Assert.Equal(6, output.Split('\n').Single(line => line.Contains("the guest's end", StringComparison.Ordinal)).Split("halt").Length);
        Assert.All(_study.Policies, policy => Assert.Contains($"did not come to its end under '{policy.Policy}'", errors, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_no_exit_any_more_is_an_execution_without_one()
    {
        Assert.Equal(0, _study.Policies[0].SitesPatched);
        Assert.All(_study.Policies, policy => Assert.Equal(_study.Policies[0].Exits, policy.Exits + policy.PatchedExecutions));
        Assert.True(_study.Policies[1].PatchedExecutions > 0);
        Assert.Equal(_study.Policies[0].Exits, _study.Policies[0].Reasons.Where(reason => reason.IsInstruction).Sum(reason => reason.Count));
    }

    [Fact]
    public void Each_site_says_what_stands_for_it_and_traps_once_where_it_is_patched()
    {
        SiteFigures site = _study.Sites.First(site => site.Before.StartsWith("mfc0", StringComparison.Ordinal) && site.Executions > 1);

        Assert.StartsWith("lw ", site.Kvm, StringComparison.Ordinal);
        Assert.Equal([site.Executions, 1, 1, 0, 0], site.Traps);
        Assert.NotNull(site.Symbol);
    }

    [Fact]
    public void What_several_programs_have_at_one_address_is_one_site()
    {
        MachineConfiguration machine = GuestRun.Rom("kernel") with { Engine = Engine.Threaded, InstructionLimit = 10_000_000 };

        StudyFigures study = PatchStudy.Run(machine, null, 1, _ => { }, CancellationToken.None);

        Assert.Equal(study.Sites.Count, study.Sites.Select(site => (site.Pc, site.Before)).Distinct().Count());
        Assert.Equal(study.Policies[0].Exits, study.Sites.Sum(site => site.Executions));
    }

    [Fact]
    public void The_sites_executions_are_all_the_exits_that_instructions_caused() =>
        Assert.Equal(_study.Policies[0].Exits, _study.Sites.Sum(site => site.Executions));
}

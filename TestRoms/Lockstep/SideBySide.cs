using Dbt.Hypervisor.Lockstep;
using Xunit;

namespace Dbt.TestRoms.Lockstep;

/// <summary>Lockstep in a test: within a time, and with every region compiled, since what is not is not compared.</summary>
internal static class SideBySide
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs both engines to the guest's end, or to where they do not agree.</summary>
    public static LockstepResult Run(LockstepPlan plan)
    {
        using CancellationTokenSource stop = new(_limit);
        LockstepResult result = LockstepRun.Run(plan, _ => { }, stop.Token);
        Assert.Null(result.FirstRefusal);
        return result;
    }
}

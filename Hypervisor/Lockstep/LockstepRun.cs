using Dbt.Runtime;

namespace Dbt.Hypervisor.Lockstep;

/// <summary>
/// Runs two engines side by side, from stop to stop, and compares all they hold. The stops fall on unit boundaries that
/// are the same for every engine, and the guest cannot tell that it was stopped.
/// </summary>
public static class LockstepRun
{
    /// <summary>Runs until the guest ends, its instruction limit is reached, or the engines do not agree.</summary>
    /// <param name="plan">What to compare.</param>
    /// <param name="progress">Called now and then with the instructions compared.</param>
    /// <param name="stop">Ends it early.</param>
    public static LockstepResult Run(LockstepPlan plan, Action<long> progress, CancellationToken stop)
    {
        if (plan.Machine.PatchInMemory && plan.ReferencePatch is { } policy && policy != plan.Machine.Patch)
        {
            throw new GuestSetupException(
                "--patch-in-memory changes what is compared: it does not go with another --reference-patch");
        }
        using LockstepPair pair = new(plan);
        int slice = 0, checkedSlice = 0;
        long agreed = 0;
        foreach (long limit in plan.Stops())
        {
            pair.RunTo(limit, stop);
            if (stop.IsCancellationRequested)
                return Result(StopReason.Stopped, null);
            slice++;
            bool last = pair.Ended || limit == plan.Machine.InstructionLimit;
            bool alsoMemory = last || slice % plan.MemoryInterval == 0;
            if (!pair.Agree(alsoMemory))
                return Result(pair.Reference.Stopped, new DivergenceSearch(plan, stop).Find(pair, checkedSlice, slice));
            agreed = pair.Reference.Retired;
            if (alsoMemory)
            {
                checkedSlice = slice;
                progress(agreed);
            }
            if (pair.Ended)
                break;
        }
        return Result(pair.Reference.Stopped, null);

        LockstepResult Result(StopReason reason, Divergence? divergence) =>
            new(agreed, slice, reason, divergence, pair.FirstRefusal);
    }
}

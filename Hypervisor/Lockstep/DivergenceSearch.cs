using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Lockstep;

/// <summary>
/// Finds where a divergence begins by running both machines again from power-on, with the same stops up to a place
/// where they agree: first from stop to stop, then by bisection between two of them.
/// </summary>
/// <remarks>
/// Bisection moves the last stop only. A subject that is stepped one unit at a time has too little budget to enter a
/// fragment, and would be right. So the stop found may lie somewhat behind the unit that is wrong: as far as the
/// fragment needed in order to run at all. The trace tells which unit it is.
/// </remarks>
internal sealed class DivergenceSearch(LockstepPlan plan, CancellationToken stop)
{
    private const int MostMemoryDifferences = 16;
    private const int TraceLength = 64;

    /// <summary>
    /// Searches behind the stop with number <paramref name="good"/>, after which all agreed, up to
    /// <paramref name="bad"/>.
    /// </summary>
    /// <param name="seen">The machines as they were found to differ.</param>
    /// <param name="good">How many stops were made when they last agreed.</param>
    /// <param name="bad">How many were made when they did not.</param>
    public Divergence Find(LockstepPair seen, int good, int bad)
    {
        Divergence asSeen = Describe(seen, StopNumber(good), StopNumber(bad), narrowed: false);
        for (int interval = (bad - good) / 32; ; interval /= 32)
        {
            if (Narrow(good, bad, Math.Max(1, interval)) is not { } closer)
                return asSeen;
            (good, bad) = closer;
            if (interval <= 1)
                break;
        }

        long agreed = StopNumber(good), differs = StopNumber(bad);
        while (differs - agreed > 1 && !stop.IsCancellationRequested)
        {
            long middle = agreed + (differs - agreed) / 2;
            using LockstepPair pair = Replay(good);
            pair.RunTo(middle, stop);
            if (pair.Agree(alsoMemory: true))
                agreed = middle;
            else
                differs = middle;
        }
        using LockstepPair found = Replay(good);
        found.RunTo(differs, stop);
        return found.Agree(alsoMemory: true)
            ? asSeen
            : AddTrace(Describe(found, agreed, differs, narrowed: true), found, good);
    }

    /// <summary>
    /// The first stops between which all that can be compared begins to differ; memory is compared now and then.
    /// </summary>
    private (int Good, int Bad)? Narrow(int good, int bad, int interval)
    {
        using LockstepPair pair = Replay(good);
        int slice = good;
        foreach (long limit in plan.Stops().Skip(good).Take(bad - good))
        {
            pair.RunTo(limit, stop);
            slice++;
            bool alsoMemory = slice == bad || (slice - good) % interval == 0;
            if (!pair.Agree(alsoMemory))
                return (good, slice);
            if (alsoMemory)
                good = slice;
        }
        return null;
    }

    private LockstepPair Replay(int stops)
    {
        LockstepPair pair = new(plan);
        foreach (long limit in plan.Stops().Take(stops))
            pair.RunTo(limit, stop);
        return pair;
    }

    private long StopNumber(int count) => count == 0 ? 0 : plan.Stops().ElementAt(count - 1);

    private static Divergence Describe(LockstepPair pair, long agreed, long differs, bool narrowed) => new()
    {
        Agreed = agreed,
        Differs = differs,
        IsNarrowed = narrowed,
        Reference = pair.Reference.State,
        Subject = pair.Subject.State,
        Memory = pair.MemoryDifferences(MostMemoryDifferences),
    };

    private Divergence AddTrace(Divergence divergence, LockstepPair pair, int good)
    {
        List<TracedUnit> trace = Trace(good, divergence.Differs);
        TracedUnit? culprit = trace.LastOrDefault(unit => WritesDifference(unit, divergence))
            ?? (trace.Count > 0 ? trace[^1] : null);
        return divergence with
        {
            Trace = trace,
            Culprit = culprit,
            Fragments = culprit is null
                ? []
                : pair.Subject.Machine.Cpu.Engine.Translations?.FindFragments(culprit.Pc) ?? [],
        };
    }

    /// <summary>Steps the reference alone, unit by unit, up to the place where the subject differs.</summary>
    private List<TracedUnit> Trace(int good, long end)
    {
        using LockstepMachine reference = new(plan.Machine, plan.Reference, fault: null);
        foreach (long limit in plan.Stops().Take(good))
            reference.RunTo(limit, stop);
        Queue<TracedUnit> units = new();
        while (reference.Retired < end && reference.Stopped == StopReason.InstructionLimit)
        {
            long before = reference.Retired;
            VirtualCpu cpu = reference.Machine.Cpu;
            uint pc = cpu.Pc;
            List<uint> words = [];
            if (cpu.Memory.Virtual.TryReadCode(pc, out uint word))
                words.Add(word);
            if (words.Count > 0 && InstructionSet.Find(word, pc).HasDelaySlot
                && cpu.Memory.Virtual.TryReadCode(pc + (uint)InstructionSet.BytesOf(word, pc), out uint slot))
                words.Add(slot);
            reference.RunTo(before + 1, stop);
            units.Enqueue(new TracedUnit(before, pc, words));
            if (units.Count > TraceLength)
                units.Dequeue();
        }
        return [.. units];
    }

    private static bool WritesDifference(TracedUnit unit, Divergence divergence)
    {
        bool wide = (divergence.Reference["mode bits"] & (ulong)Runtime.Execution.TranslationMode.Float64) != 0;
        IReadOnlyList<int> different = divergence.Reference.DifferencesTo(divergence.Subject);
        foreach (uint word in unit.Words)
        {
            Footprint footprint = Footprint.Of(word, wide, unit.Pc & 1);
            if (different.Any(index => MachineState.IsWritten(index, footprint)))
                return true;
            if (different.Count == 0 && (footprint.Flags & InstructionFlags.Store) != 0)
                return true;
        }
        return false;
    }
}

using Dbt.Runtime.Memory;
using Dbt.Runtime.Translation;

namespace Dbt.Hypervisor.Lockstep;

/// <summary>Two machines of the same configuration with two engines.</summary>
internal sealed class LockstepPair(LockstepPlan plan) : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    public LockstepMachine Reference { get; } =
        new(plan.Machine with { Patch = plan.ReferencePatch ?? plan.Machine.Patch }, plan.Reference, fault: null);

    public LockstepMachine Subject { get; } = new(plan.Machine, plan.Subject, plan.Fault);

    /// <summary>Whether the reference has come to the guest's end.</summary>
    public bool Ended => Reference.Stopped != StopReason.InstructionLimit;

    /// <summary>A region that one of the engines could not compile; null if there is none.</summary>
    public Refusal? FirstRefusal =>
        Reference.Machine.Cpu.Engine.Translations?.Statistics.FirstRefusal
            ?? Subject.Machine.Cpu.Engine.Translations?.Statistics.FirstRefusal;

    public void RunTo(long limit, CancellationToken stop)
    {
        Reference.RunTo(limit, stop);
        if (!stop.IsCancellationRequested)
            Subject.RunTo(limit, stop);
    }

    public bool Agree(bool alsoMemory) =>
        Reference.State.IsSameAs(Subject.State) && (!alsoMemory || FirstMemoryDifference(0) < 0);

    /// <summary>The words of memory that differ, at most <paramref name="most"/> of them.</summary>
    public IReadOnlyList<MemoryDifference> MemoryDifferences(int most)
    {
        List<MemoryDifference> found = [];
        for (long at = FirstMemoryDifference(0); at >= 0 && found.Count < most; at = FirstMemoryDifference(at + 4))
            found.Add(new MemoryDifference((ulong)at, WordAt(Reference, at), WordAt(Subject, at)));
        return found;
    }

    public void Dispose()
    {
        Reference.Dispose();
        Subject.Dispose();
    }

    /// <summary>The first word at or after <paramref name="start"/> that differs; −1 if none does.</summary>
    private long FirstMemoryDifference(long start)
    {
        GuestRam ours = Reference.Machine.Ram, theirs = Subject.Machine.Ram;
        for (long at = start; at < (long)ours.Length;)
        {
            int length = (int)Math.Min(ChunkBytes, (long)ours.Length - at);
            int same = ours.Slice((ulong)at, length).CommonPrefixLength(theirs.Slice((ulong)at, length));
            if (same < length)
                return at + same & ~3L;
            at += length;
        }
        return -1;
    }

    private static uint WordAt(LockstepMachine side, long offset) =>
        side.Machine.Cpu.Context.Model.ByteOrder.Word(side.Machine.Ram.Slice((ulong)offset, 4));
}

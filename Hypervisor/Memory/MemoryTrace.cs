using Dbt.Runtime.Memory;
using Dbt.Runtime.State;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Memory;

/// <summary>A store to a traced frame, after it was made.</summary>
/// <param name="Frame">The frame of <see cref="GuestRam"/>.</param>
/// <param name="Offset">Byte offset in it.</param>
/// <param name="Size">Bytes; SWL and SWR store byte by byte.</param>
public readonly record struct TracedWrite(int Frame, int Offset, AccessSize Size);

/// <summary>
/// Watches frames of guest memory for stores (VMware's memory tracing): none is missed, whatever engine, address or
/// instruction makes it. A traced frame has no store entry in the shadow TLB and a mark that translated code tests, so
/// each store comes to the hypervisor.
/// </summary>
/// <param name="ram">The memory.</param>
public sealed class MemoryTrace(GuestRam ram) : IHasState
{
    private readonly long[] _writes = new long[ram.Frames];

    /// <summary>A frame is traced from now on: shadow TLBs must lose their store entries for it.</summary>
    public event Action<int>? Added;

    /// <summary>A store has been made to a traced frame.</summary>
    public event Action<TracedWrite>? Written;

    /// <summary>Stores seen.</summary>
    public long Writes { get; private set; }

    /// <summary>Frames that are traced now.</summary>
    public int Frames { get; private set; }

    /// <summary>Frames that were ever stored to while they were traced, and how often.</summary>
    public IEnumerable<(int Frame, long Writes)> All => _writes.Index().Where(frame => frame.Item > 0);

    /// <summary>Whether a frame is traced.</summary>
    public bool IsTraced(int frame) => (ram.Guard[frame] & GuardReason.Traced) != 0;

    /// <summary>Traces a frame from now on.</summary>
    public void Add(int frame)
    {
        if (IsTraced(frame))
            return;
        ram.Guard.Set(frame, GuardReason.Traced);
        Added?.Invoke(frame);
        Frames++;
    }

    /// <summary>Traces a frame no longer. Its store entry comes back with the next store.</summary>
    public void Remove(int frame)
    {
        if (!IsTraced(frame))
            return;
        ram.Guard.Clear(frame, GuardReason.Traced);
        Frames--;
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        int[] traced = walk.Sequence<int>("traced", [.. Traced()]);
        TracedFrame[] written =
            walk.Sequence<TracedFrame>("written", [.. All.Select(frame => new TracedFrame(frame.Frame, frame.Writes))]);
        Writes = walk.Value("writes", Writes);
        if (!walk.IsReading)
            return;
        foreach (int frame in Traced().ToArray())
            Remove(frame);
        foreach (int frame in traced)
            Add(frame);
        Array.Clear(_writes);
        foreach (TracedFrame frame in written)
            _writes[frame.Frame] = frame.Writes;
    }

    /// <summary>A store has been made to a traced frame.</summary>
    internal void Note(in TracedWrite write)
    {
        _writes[write.Frame]++;
        Writes++;
        Written?.Invoke(write);
    }

    private IEnumerable<int> Traced() => Enumerable.Range(0, ram.Frames).Where(IsTraced);

    private readonly record struct TracedFrame(int Frame, long Writes);
}

using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Memory;

/// <summary>Loads from and stores to host frames for the guest. Whoever guards a frame is told of each store.</summary>
/// <param name="ram">The frames.</param>
/// <param name="memory">To whom they belong.</param>
/// <param name="trace">Those that are watched.</param>
/// <param name="order">The byte order of memory.</param>
/// <param name="exits">Counts stores that code was under, and those that took a page of their own.</param>
public sealed unsafe class FrameAccess(
    GuestRam ram, MachineMemory memory, MemoryTrace trace, ByteOrder order, ExitAccount exits)
{
    /// <summary>Loads.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="physical">The guest physical address, aligned: its low bits say where in the frame.</param>
    /// <param name="size">How wide.</param>
    /// <returns>The value, zero-extended.</returns>
    public ulong Load(int frame, uint physical, AccessSize size) =>
        order.Read(new ReadOnlySpan<byte>(HostOf(frame, physical), (int)size));

    /// <summary>
    /// Stores, whatever guards the frame: those who want to know are told, and code that was there is void.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="physical">The guest physical address, aligned: its low bits say where in the frame.</param>
    /// <param name="size">How wide.</param>
    /// <param name="value">What.</param>
    public void Store(int frame, uint physical, AccessSize size, ulong value)
    {
        GuardReason guard = BeforeStore(frame);
        order.Write(new Span<byte>(HostOf(frame, physical), (int)size), value);
        EndCode(frame, physical, (int)size);
        if ((guard & GuardReason.Traced) != 0)
            trace.Note(new TracedWrite(frame, (int)physical & 0xfff, size));
    }

    /// <summary>Stores bytes that end in the frame, likewise. A watcher is told of each word that they touch.</summary>
    public void Store(int frame, uint physical, ReadOnlySpan<byte> bytes)
    {
        GuardReason guard = BeforeStore(frame);
        bytes.CopyTo(new Span<byte>(HostOf(frame, physical), bytes.Length));
        EndCode(frame, physical, bytes.Length);
        if ((guard & GuardReason.Traced) == 0)
            return;
        int first = (int)physical & 0xfff & -(int)AccessSize.Word, end = ((int)physical & 0xfff) + bytes.Length;
        for (int offset = first; offset < end; offset += (int)AccessSize.Word)
            trace.Note(new TracedWrite(frame, offset, AccessSize.Word));
    }

    /// <summary>What a frame holds from an address to its end, or to as many bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int frame, uint physical, int most) =>
        new(HostOf(frame, physical), Math.Min(most, 4096 - (int)(physical & 0xfff)));

    private GuardReason BeforeStore(int frame)
    {
        GuardReason guard = ram.Guard[frame];
        if ((guard & (GuardReason.Shared | GuardReason.Given)) != 0 && memory.BeforeStore(frame))
            exits.Count(ExitCounter.CopyOnWrite);
        return guard;
    }

    private void EndCode(int frame, uint physical, int bytes)
    {
        if (!ram.Code.HoldsCode(frame))
            return;
        exits.Count(ExitCounter.CodeStore);
        ram.Code.Store(frame, (int)physical & 0xfff, bytes);
    }

    private byte* HostOf(int frame, uint physical) => (byte*)ram.HostPage(frame) + (physical & 0xfff);
}

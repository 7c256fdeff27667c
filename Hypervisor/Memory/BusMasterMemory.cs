using Dbt.Runtime.Bus;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// Memory for devices that read and write it by themselves: through the guest_pmap, and past those who watch stores, as
/// the processor's own.
/// </summary>
/// <param name="pmap">What lies behind guest physical pages.</param>
/// <param name="frames">Host pages.</param>
public sealed class BusMasterMemory(GuestPmap pmap, FrameAccess frames) : IBusMemory
{
    /// <inheritdoc/>
    public bool Read(uint address, Span<byte> to)
    {
        while (to.Length > 0)
        {
            PmapEntry page = pmap[address];
            if (!page.IsPresent)
                return false;
            ReadOnlySpan<byte> bytes = frames.Bytes(page.Frame, address, to.Length);
            bytes.CopyTo(to);
            to = to[bytes.Length..];
            address += (uint)bytes.Length;
        }
        return true;
    }

    /// <inheritdoc/>
    public bool Write(uint address, ReadOnlySpan<byte> from)
    {
        while (from.Length > 0)
        {
            PmapEntry page = pmap[address];
            if (!page.IsPresent)
                return false;
            int bytes = frames.Bytes(page.Frame, address, from.Length).Length;
            if (page.IsWritable)
                frames.Store(page.Frame, address, from[..bytes]);
            from = from[bytes..];
            address += (uint)bytes;
        }
        return true;
    }
}

using Dbt.Runtime.Boards;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// What a device holds, as memory that the guest loads and runs at full speed: in frames that hold the same, for as
/// long as loads find it. Code that was there is void when it changes, or is no longer to be seen.
/// </summary>
public sealed class MappedDevice
{
    private readonly IMappedContents _device;
    private readonly GuestRam _ram;
    private readonly GuestPmap _pmap;
    private readonly MemoryPath _path;
    private readonly MemoryRegion _region;

    /// <summary>Fills the frames of a region of the board with what a device holds, and keeps them up to it.</summary>
    /// <param name="device">The device.</param>
    /// <param name="region">Where it is seen, and which frames are there.</param>
    /// <param name="hardware">Frames, and the guest_pmap.</param>
    /// <param name="path">The processor's way to memory.</param>
    public MappedDevice(IMappedContents device, MemoryRegion region, MachineHardware hardware, MemoryPath path)
    {
        (_device, _region, _path) = (device, region, path);
        (_ram, _pmap) = (hardware.Ram, hardware.Pmap);
        // Frames are zeros to begin with.
        device.Contents.Span[..device.UsedBytes].CopyTo(_ram.Slice(region.Offset, (int)region.Bytes));
        device.Changed += Copy;
        device.Switched += Switch;
    }

    private int FirstFrame => (int)(_region.Offset >> ShadowTlb.PageShift);

    private int Frames => (int)(_region.Bytes >> ShadowTlb.PageShift);

    private void Copy(int offset, int bytes)
    {
        const int PageBytes = 1 << ShadowTlb.PageShift;
        ReadOnlySpan<byte> from = _device.Contents.Span.Slice(offset, bytes);
        while (from.Length > 0)
        {
            int piece = Math.Min(from.Length, PageBytes - offset % PageBytes);
            _path.Frames.Store(FirstFrame + offset / PageBytes, (uint)offset, from[..piece]);
            from = from[piece..];
            offset += piece;
        }
    }

    private void Switch()
    {
        if (_device.IsReadable)
        {
            _pmap.Show(_region);
            return;
        }
        _pmap.Hide(_region);
        for (int frame = FirstFrame; frame < FirstFrame + Frames; frame++)
        {
            if (_ram.Code.HoldsCode(frame))
                _ram.Code.Invalidate(frame);
        }
        _path.Composition.DropFrames(FirstFrame, Frames);
    }
}

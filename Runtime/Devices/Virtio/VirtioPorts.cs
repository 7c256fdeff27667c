using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The ports of a virtio device for legacy drivers (Virtio 1.2, 4.1.4.10): a header, and behind it the device's own
/// configuration in the guest's byte order.
/// </summary>
internal sealed class VirtioPorts : IBusTarget, IHasState
{
    private const uint HeaderBytes = 0x14;
    private const int PageShift = 12;

    private readonly VirtioDevice _device;
    private readonly ByteOrder _order;
    private readonly RegisterBank _registers;
    private readonly Register _queue;

    /// <summary>Declares them.</summary>
    /// <param name="name">What a trace calls the device.</param>
    /// <param name="device">The device.</param>
    /// <param name="order">The guest's byte order.</param>
    public VirtioPorts(string name, VirtioDevice device, ByteOrder order)
    {
        (_device, _order) = (device, order);
        _registers = new RegisterBank(name + "-ports", (int)HeaderBytes);
        _registers.Add(0x00, "DEVICE FEATURES", 4, mask: 0, read: () => (uint)device.Offered);
        _registers.Add(
            0x04, "DRIVER FEATURES", 4, read: () => (uint)device.Accepted, written: value => device.Accept(0, value));
        _registers.Add(
            0x08, "QUEUE ADDRESS", 4, read: () => Queue is { } queue ? (uint)(queue.Descriptors >> PageShift) : 0,
            written: value => Queue?.PlaceLegacy((ulong)value << PageShift));
        _registers.Add(0x0c, "QUEUE SIZE", 2, mask: 0, read: () => Queue?.Size ?? 0);
        _queue = _registers.Add(0x0e, "QUEUE SELECT", 2);
        _registers.Add(0x10, "QUEUE NOTIFY", 2, written: value => device.Notify((int)value));
        _registers.Add(
            0x12, "STATUS", read: () => device.Status, written: value => device.SetStatus((byte)value));
        _registers.Add(0x13, "ISR", mask: 0, read: device.TakeCauses);
    }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) => offset < HeaderBytes
        ? _registers.Read(offset, bytes)
        : VirtioPci.ReadConfiguration(_device, offset - HeaderBytes, bytes, _order);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        if (offset < HeaderBytes)
            _registers.Write(offset, bytes, value);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk) => _registers.Walk(walk);

    private VirtioQueue? Queue => _queue.Value < _device.Queues.Count ? _device.Queues[(int)_queue.Value] : null;
}

using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>The common configuration structure of a virtio device on PCI (Virtio 1.2, 4.1.4.3).</summary>
internal sealed class VirtioRegisters : IBusTarget, IHasState
{
    private const int Bytes = 0x38;
    private const uint NoVector = 0xffff;

    private readonly VirtioDevice _device;
    private readonly RegisterBank _registers;
    private readonly Register _queue;

    /// <summary>Declares them.</summary>
    /// <param name="name">What a trace calls the device.</param>
    /// <param name="device">The device.</param>
    public VirtioRegisters(string name, VirtioDevice device)
    {
        _device = device;
        _registers = new RegisterBank(name, Bytes);
        Register offered = _registers.Add(0x00, "DEVICE FEATURE SELECT", 4);
        _registers.Add(0x04, "DEVICE FEATURE", 4, mask: 0, read: () => Half(device.Offered, offered.Value));
        Register accepted = _registers.Add(0x08, "DRIVER FEATURE SELECT", 4);
        _registers.Add(
            0x0c, "DRIVER FEATURE", 4, read: () => Half(device.Accepted, accepted.Value),
            written: value => device.Accept(accepted.Value, value));
        _registers.Add(0x10, "CONFIGURATION VECTOR", 2, NoVector, mask: 0);
        _registers.Add(0x12, "QUEUES", 2, mask: 0, read: () => (uint)device.Queues.Count);
        _registers.Add(0x14, "STATUS", read: () => device.Status, written: SetStatus);
        _registers.Add(0x15, "GENERATION", mask: 0, read: () => device.Generation);
        _queue = _registers.Add(0x16, "QUEUE SELECT", 2);
        _registers.Add(
            0x18, "QUEUE SIZE", 2, read: () => Queue?.Size ?? 0,
            written: value => Set(queue => queue.Size = (ushort)value));
        _registers.Add(0x1a, "QUEUE VECTOR", 2, NoVector, mask: 0);
        _registers.Add(0x1c, "QUEUE ENABLE", 2, read: () => Queue is { IsEnabled: true } ? 1u : 0, written: Enable);
        _registers.Add(0x1e, "QUEUE NOTIFY OFFSET", 2, mask: 0, read: () => Queue is null ? 0 : _queue.Value);
        AddAddress(0x20, "DESCRIPTORS", queue => queue.Descriptors, (queue, value) => queue.Descriptors = value);
        AddAddress(0x28, "DRIVER", queue => queue.Driver, (queue, value) => queue.Driver = value);
        AddAddress(0x30, "DEVICE", queue => queue.Device, (queue, value) => queue.Device = value);
    }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) => _registers.Read(offset, bytes);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) => _registers.Write(offset, bytes, value);

    /// <inheritdoc/>
    public void Walk(StateWalk walk) => _registers.Walk(walk);

    private VirtioQueue? Queue => _queue.Value < _device.Queues.Count ? _device.Queues[(int)_queue.Value] : null;

    private static uint Half(ulong bits, uint half) => half > 1 ? 0 : (uint)(bits >> 32 * (int)half);

    private void AddAddress(
        int offset, string name, Func<VirtioQueue, ulong> get, Action<VirtioQueue, ulong> set)
    {
        _registers.Add(
            offset, $"QUEUE {name} LOW", 4, read: () => Queue is { } queue ? (uint)get(queue) : 0,
            written: value => Set(queue => set(queue, get(queue) & ~(ulong)uint.MaxValue | value)));
        _registers.Add(
            offset + 4, $"QUEUE {name} HIGH", 4, read: () => Queue is { } queue ? (uint)(get(queue) >> 32) : 0,
            written: value => Set(queue => set(queue, get(queue) & uint.MaxValue | (ulong)value << 32)));
    }

    // A queue that is at work stays as it is (4.1.4.3.2).
    private void Set(Action<VirtioQueue> change)
    {
        if (Queue is { IsEnabled: false } queue)
            change(queue);
    }

    private void Enable(uint value) => Set(queue => queue.IsEnabled = value == 1);

    private void SetStatus(uint value)
    {
        _device.SetStatus((byte)value);
        if (value == 0)
            _registers.Reset();
    }
}

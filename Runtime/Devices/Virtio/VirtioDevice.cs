using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A virtio device (Virtio 1.2, chapter 2), whatever it is reached through: its status, what it and the driver have
/// agreed on, its queues. What it is for is the business of those who derive from it.
/// </summary>
public abstract class VirtioDevice : IHasState
{
    /// <summary>Bytes of the part of its configuration that is its own; what it does not fill is zero.</summary>
    internal const int ConfigurationBytes = 64;

    /// <summary>The driver talks to it as virtio 1.0 and later have it.</summary>
    private const ulong Version1 = 1UL << 32;

    private const ulong AnyLayout = 1UL << 27, IndirectDescriptors = 1UL << 28, EventIndex = 1UL << 29;
    private const byte DriverOk = 0x04, FeaturesOk = 0x08, NeedsReset = 0x40;
    private const uint QueueCause = 1, ConfigurationCause = 2;

    private readonly int _queueCount;
    private VirtioMemory? _memory;
    private VirtioQueue[] _queues = [];
    private Action<bool>? _interrupt;
    private ulong _accepted;
    private byte _status, _generation;
    private uint _causes;

    /// <summary>Creates one.</summary>
    /// <param name="type">Which, and what a PCI function of it says.</param>
    /// <param name="features">What it offers of its own kind's feature bits.</param>
    /// <param name="queues">How many queues it has.</param>
    private protected VirtioDevice(VirtioType type, ulong features, int queues)
    {
        (Type, _queueCount) = (type, queues);
        Offered = features | AnyLayout | IndirectDescriptors | EventIndex | Version1;
    }

    /// <summary>Which it is.</summary>
    internal VirtioType Type { get; }

    /// <summary>The feature bits that it offers.</summary>
    internal ulong Offered { get; }

    /// <summary>Those that the driver has accepted.</summary>
    internal ulong Accepted => _accepted;

    /// <summary>The device status field (2.1).</summary>
    internal byte Status => _status;

    /// <summary>Counts changes of its configuration.</summary>
    internal byte Generation => _generation;

    /// <summary>Its queues.</summary>
    internal IReadOnlyList<VirtioQueue> Queues => _queues;

    /// <summary>The chain that is at work.</summary>
    private protected VirtioChain Chain { get; } = new();

    /// <summary>The guest's memory, once it is connected.</summary>
    private protected VirtioMemory Memory => _memory!;

    /// <summary>Whether it may touch its queues.</summary>
    private protected bool IsLive => (_status & (DriverOk | NeedsReset)) == DriverOk;

    /// <summary>Connects it with a bus; to be called once.</summary>
    /// <param name="ram">Memory, as the bus shows it.</param>
    /// <param name="guest">The guest's byte order, in which a legacy driver writes.</param>
    /// <param name="interrupt">Drives its interrupt.</param>
    internal void Connect(IBusMemory ram, ByteOrder guest, Action<bool> interrupt)
    {
        (_memory, _interrupt) = (new VirtioMemory(ram, guest), interrupt);
        _queues = [.. Enumerable.Range(0, _queueCount).Select(_ => new VirtioQueue(_memory, Break))];
    }

    /// <summary>The driver accepts feature bits: 32 of them, from bit 0 or from bit 32 on.</summary>
    internal void Accept(uint half, uint bits)
    {
        if ((_status & (FeaturesOk | DriverOk)) != 0 || half > 1)
            return;
        _accepted = half == 0
            ? _accepted & 0xffff_ffff_0000_0000 | bits
            : _accepted & uint.MaxValue | (ulong)bits << 32;
        Agree();
    }

    /// <summary>The driver writes the status field; 0 resets.</summary>
    internal void SetStatus(byte status)
    {
        if (status == 0)
        {
            Reset();
            return;
        }
        // What was not offered cannot be agreed on (2.2.2), which the driver sees.
        if ((_accepted & ~Offered) != 0)
            status = (byte)(status & ~FeaturesOk);
        bool starts = (status & ~_status & DriverOk) != 0;
        _status = (byte)(status | _status & NeedsReset);
        if (!starts)
            return;
        // What was put into the queues before.
        for (int queue = 0; queue < _queues.Length; queue++)
            Notify(queue);
    }

    /// <summary>The driver has put something into a queue.</summary>
    internal void Notify(int queue)
    {
        if (IsLive && queue < _queues.Length && _queues[queue].IsEnabled)
            Serve(queue);
    }

    /// <summary>Why it interrupts, which is over then (4.1.4.5).</summary>
    internal uint TakeCauses()
    {
        uint causes = _causes;
        _causes = 0;
        _interrupt!(false);
        return causes;
    }

    /// <summary>What its configuration holds.</summary>
    /// <param name="to">Zeros.</param>
    /// <param name="order">The byte order of the interface it is read through.</param>
    internal abstract void FillConfiguration(Span<byte> to, ByteOrder order);

    /// <inheritdoc/>
    public virtual void Walk(StateWalk walk)
    {
        walk.Value("accepted", ref _accepted);
        walk.Value("status", ref _status);
        walk.Value("generation", ref _generation);
        walk.Value("causes", ref _causes);
        walk.Part("chain", Chain);
        for (int i = 0; i < _queues.Length; i++)
            walk.Part($"queue {i}", _queues[i]);
        if (walk.IsReading)
            Agree();
    }

    /// <summary>There may be something in a queue.</summary>
    private protected abstract void Serve(int queue);

    /// <summary>Whatever goes on comes to no end.</summary>
    private protected virtual void Stop() { }

    /// <summary>Whether the driver has accepted a feature bit.</summary>
    private protected bool Has(int feature) => (_accepted >> feature & 1) != 0;

    /// <summary>Interrupts where the driver wants to hear of what it was given back.</summary>
    private protected void Signal(VirtioQueue queue)
    {
        if (IsLive && queue.WantsInterrupt())
            Raise(QueueCause);
    }

    /// <summary>Tells the driver that its configuration is another.</summary>
    private protected void TellOfChange()
    {
        _generation++;
        if ((_status & DriverOk) != 0)
            Raise(ConfigurationCause);
    }

    /// <summary>What the driver has done cannot be understood: nothing happens until it resets the device.</summary>
    private protected void Break()
    {
        if ((_status & NeedsReset) != 0)
            return;
        _status |= NeedsReset;
        Stop();
        TellOfChange();
    }

    private void Reset()
    {
        Stop();
        (_accepted, _status, _causes) = (0, 0, 0);
        foreach (VirtioQueue queue in _queues)
            queue.Reset();
        Agree();
        _interrupt!(false);
    }

    private void Agree()
    {
        _memory!.Order = (_accepted & Version1) != 0 ? ByteOrder.Little : _memory.Guest;
        foreach (VirtioQueue queue in _queues)
            queue.Agree((_accepted & IndirectDescriptors) != 0, (_accepted & EventIndex) != 0);
    }

    private void Raise(uint cause)
    {
        _causes |= cause;
        _interrupt!(true);
    }
}

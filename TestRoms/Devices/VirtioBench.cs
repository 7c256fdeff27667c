using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Memory;

namespace Dbt.TestRoms.Devices;

/// <summary>A virtio device on a bus of its own, with memory, and what a driver of virtio 1.0 does to it.</summary>
internal sealed class VirtioBench
{
    public const uint Ports = 0x1100, Base = 0x1230_0000, Common = Base, Cause = Base + 0x1000, Own = Base + 0x2000, Notify = Base + 0x3000;
    public const ushort Next = 1, Writable = 2, Indirect = 4, Descriptors = 8;
    public const ulong IndirectFeature = 1UL << 28, EventFeature = 1UL << 29, Version1 = 1UL << 32;
    public const byte NeedsReset = 0x40;

    // Queue n is at Rings + n * 4 KB: the table, what is available 1 KB behind it, what was used 2 KB behind it.
    private const uint Rings = 0x1_0000, QueueBytes = 0x1000, AvailableAt = 0x400, UsedAt = 0x800;

    private readonly ushort[] _next = new ushort[2], _given = new ushort[2], _seen = new ushort[2];

    public VirtioBench(VirtioDevice device, ByteOrder order = ByteOrder.Little)
    {
        Device = new VirtioPci("virtio", device, (PortSpace, MemorySpace), Memory, order);
        PciBus bus = new((_, _) => 0, (_, level) => Interrupt = level);
        bus.Attach(12, 0, Device.Function);
        Device.Function.Configuration.Write(0x10, 4, Ports);
        Device.Function.Configuration.Write(0x20, 4, Base);
        Device.Function.Configuration.Write(0x04, 2, 7);
    }

    public AddressSpace PortSpace { get; } = new("ports", uint.MaxValue);

    public AddressSpace MemorySpace { get; } = new("memory", 0);

    public BusMemory Memory { get; } = new(1 << 20);

    public VirtioPci Device { get; }

    public bool Interrupt { get; private set; }

    public byte Status => (byte)MemorySpace.Read(Common + 0x14, 1);

    /// <summary>Agrees on features, sets up the queues and goes on.</summary>
    public void Start(ulong features = Version1, int queues = 1)
    {
        Set(0x14, 1, 0);
        Set(0x14, 1, 1);
        Set(0x14, 1, 3);
        Set(0x08, 4, 0);
        Set(0x0c, 4, (uint)features);
        Set(0x08, 4, 1);
        Set(0x0c, 4, (uint)(features >> 32));
        Set(0x14, 1, 11);
        for (uint queue = 0; queue < queues; queue++)
        {
            (_next[queue], _given[queue], _seen[queue]) = (0, 0, 0);
            Memory.Bytes.AsSpan((int)At(queue), (int)QueueBytes).Clear();
            Set(0x16, 2, queue);
            Set(0x18, 2, Descriptors);
            Set(0x20, 4, At(queue));
            Set(0x28, 4, At(queue) + AvailableAt);
            Set(0x30, 4, At(queue) + UsedAt);
            Set(0x1c, 2, 1);
        }
        Set(0x14, 1, 15);
    }

    public void Set(uint offset, int bytes, uint value) => MemorySpace.Write(Common + offset, bytes, value);

    public uint Get(uint offset, int bytes) => MemorySpace.Read(Common + offset, bytes);

    public uint TakeCauses() => MemorySpace.Read(Cause, 1);

    /// <summary>Writes a descriptor.</summary>
    public void Describe(uint queue, ushort index, ulong address, uint length, ushort flags = 0, ushort next = 0) =>
        DescribeIn(At(queue), index, address, length, flags, next);

    /// <summary>Writes a descriptor of a table that lies anywhere.</summary>
    public void DescribeIn(uint table, int index, ulong address, uint length, ushort flags = 0, ushort next = 0)
    {
        Span<byte> descriptor = Memory.Bytes.AsSpan((int)table + 16 * index, 16);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor, address);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[8..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[12..], flags);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[14..], next);
    }

    /// <summary>Makes a chain available, and says so.</summary>
    public void Give(uint queue, ushort head, bool tells = true)
    {
        Half(At(queue) + AvailableAt + 4 + 2 * ((uint)_given[queue] % Descriptors), head);
        Half(At(queue) + AvailableAt + 2, ++_given[queue]);
        if (tells)
            Tell(queue);
    }

    public void Tell(uint queue) => MemorySpace.Write(Notify + 4 * queue, 2, queue);

    /// <summary>Makes a chain of buffers, those that are read first, and gives it; returns its head.</summary>
    public ushort Give(uint queue, params (uint Address, uint Length, bool IsWritable)[] buffers)
    {
        ushort head = _next[queue];
        for (int i = 0; i < buffers.Length; i++)
        {
            (uint address, uint length, bool isWritable) = buffers[i];
            ushort index = _next[queue];
            _next[queue] = (ushort)((index + 1) % Descriptors);
            bool isLast = i == buffers.Length - 1;
            Describe(queue, index, address, length, (ushort)((isLast ? 0 : Next) | (isWritable ? Writable : 0)), _next[queue]);
        }
        Give(queue, head);
        return head;
    }

    /// <summary>The next chain that was given back, and how much of it was written; null if there is none.</summary>
    public (uint Head, uint Written)? Used(uint queue)
    {
        if (UsedIndex(queue) == _seen[queue])
            return null;
        uint entry = At(queue) + UsedAt + 4 + 8 * ((uint)_seen[queue]++ % Descriptors);
        return (Word(entry), Word(entry + 4));
    }

    public ushort UsedIndex(uint queue) => BinaryPrimitives.ReadUInt16LittleEndian(Memory.Bytes.AsSpan((int)(At(queue) + UsedAt + 2)));

    /// <summary>Up to where the driver wants to hear of nothing.</summary>
    public void WantInterruptAfter(uint queue, ushort index) => Half(At(queue) + AvailableAt + 4 + 2 * Descriptors, index);

    /// <summary>Up to where the device wants to hear of nothing.</summary>
    public ushort WantsNoticeAfter(uint queue) => BinaryPrimitives.ReadUInt16LittleEndian(Memory.Bytes.AsSpan((int)(At(queue) + UsedAt + 4 + 8 * Descriptors)));

    public void WantNoInterrupts(uint queue) => Half(At(queue) + AvailableAt, 1);

    public uint Word(uint address) => BinaryPrimitives.ReadUInt32LittleEndian(Memory.Bytes.AsSpan((int)address));

    private static uint At(uint queue) => Rings + QueueBytes * queue;

    private void Half(uint address, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Memory.Bytes.AsSpan((int)address), value);
}

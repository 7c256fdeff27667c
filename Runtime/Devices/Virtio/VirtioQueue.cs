using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A split virtqueue (Virtio 1.2, 2.7): the driver makes chains of descriptors available, the device uses them and
/// gives them back. All of it lies in the guest's memory and may say anything, so each index, address, length and chain
/// is checked; what does not hold breaks the device, which then does nothing until it is reset.
/// </summary>
/// <param name="memory">Where it lies.</param>
/// <param name="broken">Told that it does not hold.</param>
internal sealed class VirtioQueue(VirtioMemory memory, Action broken) : IHasState
{
    /// <summary>The most descriptors that it can have.</summary>
    public const int Largest = 256;

    private const ushort Next = 1, Writable = 2, Indirect = 4, NoInterrupt = 1;
    private const int DescriptorBytes = 16, Header = 4, UsedBytes = 8;

    // Where a legacy queue's parts lie (2.7.2): the ring that is used, on a page of its own.
    private const ulong LegacyAlign = 4096;

    private ushort _size = Largest, _taken, _used, _signalled;
    private bool _isEnabled, _hasEvents, _hasIndirect;
    private ulong _descriptors, _driver, _device;

    /// <summary>How many descriptors it has: a power of two.</summary>
    public ushort Size
    {
        get => _size;
        set => _size = value is > 0 and <= Largest && (value & value - 1) == 0 ? value : _size;
    }

    /// <summary>Whether the driver has set it up.</summary>
    public bool IsEnabled
    {
        get => _isEnabled;
        set => _isEnabled = value;
    }

    /// <summary>Where its table of descriptors is.</summary>
    public ulong Descriptors
    {
        get => _descriptors;
        set => _descriptors = value;
    }

    /// <summary>Where the ring of what is available is.</summary>
    public ulong Driver
    {
        get => _driver;
        set => _driver = value;
    }

    /// <summary>Where the ring of what was used is.</summary>
    public ulong Device
    {
        get => _device;
        set => _device = value;
    }

    /// <summary>Puts it where a legacy driver has it, which is one address; 0 takes it away.</summary>
    public void PlaceLegacy(ulong address)
    {
        ulong driver = address + (ulong)_size * DescriptorBytes;
        ulong end = driver + Header + sizeof(ushort) * (_size + 1UL);
        (_descriptors, _driver, _device) = (address, driver, end + LegacyAlign - 1 & ~(LegacyAlign - 1));
        _isEnabled = address != 0;
    }

    /// <summary>Learns what driver and device have agreed on.</summary>
    public void Agree(bool hasIndirect, bool hasEvents) => (_hasIndirect, _hasEvents) = (hasIndirect, hasEvents);

    /// <summary>Forgets all.</summary>
    public void Reset()
    {
        (_size, _taken, _used, _signalled) = (Largest, 0, 0, 0);
        (_isEnabled, _hasEvents, _hasIndirect) = (false, false, false);
        (_descriptors, _driver, _device) = (0, 0, 0);
    }

    /// <summary>Takes the next chain that is available.</summary>
    /// <returns>Whether there is one that holds.</returns>
    public bool TryTake(VirtioChain chain)
    {
        if (!_isEnabled)
            return false;
        if (!memory.TryReadHalf(_driver + sizeof(ushort), out ushort available))
            return Break();
        int waiting = (ushort)(available - _taken);
        if (waiting == 0)
            return false;
        ulong entry = _driver + Header + sizeof(ushort) * (ulong)(_taken % _size);
        if (waiting > _size || !memory.TryReadHalf(entry, out ushort head) || !TryFollow(chain, head))
            return Break();
        _taken++;
        return true;
    }

    /// <summary>Gives a chain back.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="written">How many bytes of it were written.</param>
    public void Put(VirtioChain chain, uint written)
    {
        Span<byte> entry = stackalloc byte[UsedBytes];
        memory.Order.WriteWord(entry, chain.Head);
        memory.Order.WriteWord(entry[sizeof(uint)..], written);
        bool isThere = memory.TryWrite(_device + Header + UsedBytes * (ulong)(_used % _size), entry);
        _used++;
        if (!isThere || !memory.TryWriteHalf(_device + sizeof(ushort), _used))
            Break();
    }

    /// <summary>Lets the driver tell of what it makes available from now on.</summary>
    public void AskForNotice()
    {
        if (_hasEvents && _isEnabled && !memory.TryWriteHalf(_device + Header + UsedBytes * (ulong)_size, _taken))
            Break();
    }

    /// <summary>
    /// Whether the driver wants to hear of what it was given back since this was asked last (2.7.7.2).
    /// </summary>
    public bool WantsInterrupt()
    {
        ushort before = _signalled;
        _signalled = _used;
        if (before == _used)
            return false;
        if (!_hasEvents)
            return memory.TryReadHalf(_driver, out ushort flags) ? (flags & NoInterrupt) == 0 : Break();
        return memory.TryReadHalf(_driver + Header + sizeof(ushort) * (ulong)_size, out ushort wanted)
            ? (ushort)(_used - wanted - 1) < (ushort)(_used - before)
            : Break();
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Value("size", ref _size);
        walk.Value("taken", ref _taken);
        walk.Value("used", ref _used);
        walk.Value("signalled", ref _signalled);
        walk.Value("is enabled", ref _isEnabled);
        walk.Value("has events", ref _hasEvents);
        walk.Value("has indirect", ref _hasIndirect);
        walk.Value("descriptors", ref _descriptors);
        walk.Value("driver", ref _driver);
        walk.Value("device", ref _device);
    }

    // No chain has more descriptors than the queue, so one that bites its tail ends there (2.7.5.2).
    private bool TryFollow(VirtioChain chain, ushort head)
    {
        Span<byte> descriptor = stackalloc byte[DescriptorBytes];
        ulong table = _descriptors;
        uint entries = _size, index = head;
        bool isIndirect = false;
        chain.Begin(head);
        while (index < entries && chain.Count < _size
            && memory.TryRead(table + (ulong)index * DescriptorBytes, descriptor))
        {
            ulong address = memory.Order.Double(descriptor);
            uint length = memory.Order.Word(descriptor[8..]);
            ushort flags = memory.Order.Half(descriptor[12..]);
            if ((flags & Indirect) != 0)
            {
                if (!_hasIndirect || isIndirect || (flags & Next) != 0 || length % DescriptorBytes != 0)
                    return false;
                (table, entries, index, isIndirect) = (address, length / DescriptorBytes, 0, true);
                continue;
            }
            if (!chain.TryAdd(address, length, (flags & Writable) != 0))
                return false;
            if ((flags & Next) == 0)
                return true;
            index = memory.Order.Half(descriptor[14..]);
        }
        return false;
    }

    private bool Break()
    {
        broken();
        return false;
    }
}

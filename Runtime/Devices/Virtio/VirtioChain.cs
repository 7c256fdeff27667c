using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The buffers that a chain of descriptors leads to, checked: first those that the device reads, then those that it
/// writes, each seen as one run of bytes, wherever the driver has cut them (Virtio 1.2, 2.7.4).
/// </summary>
internal sealed class VirtioChain : IHasState
{
    private readonly uint[] _addresses = new uint[VirtioQueue.Largest], _lengths = new uint[VirtioQueue.Largest];
    private int _count, _readable;
    private ushort _head;

    /// <summary>The descriptor that it begins with, by which the driver knows it.</summary>
    public ushort Head => _head;

    /// <summary>How many buffers it has.</summary>
    public int Count => _count;

    /// <summary>Bytes that the device reads.</summary>
    public long ReadableBytes { get; private set; }

    /// <summary>Bytes that the device writes.</summary>
    public long WritableBytes { get; private set; }

    /// <summary>Begins an empty one.</summary>
    public void Begin(ushort head)
    {
        (_head, _count, _readable) = (head, 0, 0);
        (ReadableBytes, WritableBytes) = (0, 0);
    }

    /// <summary>Adds a buffer; false where it may not be there.</summary>
    public bool TryAdd(ulong address, uint bytes, bool isWritable)
    {
        if (_count == _addresses.Length || !VirtioMemory.IsOnBus(address, bytes) || !isWritable && _count > _readable)
            return false;
        (_addresses[_count], _lengths[_count]) = ((uint)address, bytes);
        _count++;
        _readable += isWritable ? 0 : 1;
        ReadableBytes += isWritable ? 0 : bytes;
        WritableBytes += isWritable ? bytes : 0;
        return true;
    }

    /// <summary>Reads from a byte of the readable ones on; false where there is no memory, or not as much.</summary>
    public bool TryRead(VirtioMemory memory, long from, Span<byte> to)
    {
        for (int i = 0; i < _readable && to.Length > 0; i++)
        {
            if (from < _lengths[i])
            {
                int bytes = (int)Math.Min(_lengths[i] - from, to.Length);
                if (!memory.TryRead(_addresses[i] + (ulong)from, to[..bytes]))
                    return false;
                to = to[bytes..];
                from += bytes;
            }
            from -= _lengths[i];
        }
        return to.Length == 0;
    }

    /// <summary>Writes from a byte of the writable ones on; false where there is no memory, or not as much.</summary>
    public bool TryWrite(VirtioMemory memory, long at, ReadOnlySpan<byte> from)
    {
        for (int i = _readable; i < _count && from.Length > 0; i++)
        {
            if (at < _lengths[i])
            {
                int bytes = (int)Math.Min(_lengths[i] - at, from.Length);
                if (!memory.TryWrite(_addresses[i] + (ulong)at, from[..bytes]))
                    return false;
                from = from[bytes..];
                at += bytes;
            }
            at -= _lengths[i];
        }
        return from.Length == 0;
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Array<uint>("addresses", _addresses);
        walk.Array<uint>("lengths", _lengths);
        walk.Value("count", ref _count);
        walk.Value("readable", ref _readable);
        walk.Value("head", ref _head);
        ReadableBytes = walk.Value("readable bytes", ReadableBytes);
        WritableBytes = walk.Value("writable bytes", WritableBytes);
    }
}

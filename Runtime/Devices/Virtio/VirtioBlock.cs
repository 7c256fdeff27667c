using System.Text;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A virtio disk (Virtio 1.2, 5.2): requests of any length, one after another, with a write cache that a flush empties.
/// </summary>
public sealed class VirtioBlock : VirtioDevice
{
    private const int SegmentsFeature = 2, ReadOnlyFeature = 5, BlockSizeFeature = 6, FlushFeature = 9;
    private const int SectorBytes = 512, HeaderBytes = 16, MostSegments = VirtioQueue.Largest - 2, NameBytes = 20;
    private const uint ReadRequest = 0, WriteRequest = 1, FlushRequest = 4, NameRequest = 8;
    private const byte Succeeded = 0, Failed = 1, Unsupported = 2;

    // What is moved at a time.
    private const int BufferBytes = 256 << 10;

    // Nothing turns, no register is asked for each sector, and the bus is not ATA's: 1 GB a second.
    private const long RequestNanoseconds = 5_000, NanosecondsPerByte = 1;

    private readonly DriveMedium _medium;
    private readonly TimedMedium _work;
    private uint _request;
    private long _offset, _moved, _left;

    /// <summary>Creates a disk.</summary>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="medium">What it reads and writes.</param>
    /// <param name="clock">The machine's time, and whether it is the host's.</param>
    public VirtioBlock(string name, DriveMedium medium, (Clock Time, bool IsHosts) clock)
        : base(VirtioType.Block, FeaturesOf(medium), queues: 1)
    {
        _medium = medium;
        _work = new TimedMedium(name, medium, clock, BufferBytes, WorkIsOver);
    }

    /// <inheritdoc/>
    public override void Walk(StateWalk walk)
    {
        base.Walk(walk);
        walk.Part("work", _work);
        walk.Value("request", ref _request);
        walk.Value("offset", ref _offset);
        walk.Value("moved", ref _moved);
        walk.Value("left", ref _left);
    }

    /// <inheritdoc/>
    internal override void FillConfiguration(Span<byte> to, ByteOrder order)
    {
        order.WriteDouble(to, (ulong)(_medium.Bytes / SectorBytes));
        order.WriteWord(to[12..], MostSegments);
        order.WriteWord(to[20..], SectorBytes);
    }

    /// <inheritdoc/>
    private protected override void Serve(int queue)
    {
        if (_work.IsWorking)
            return;
        for (int i = 0; i < VirtioQueue.Largest && IsLive && Queues[0].TryTake(Chain); i++)
        {
            Begin();
            if (_work.IsWorking)
                return;
        }
        if (IsLive)
            Queues[0].AskForNotice();
    }

    /// <inheritdoc/>
    private protected override void Stop() => _work.Abandon();

    private static ulong FeaturesOf(DriveMedium medium) => 1UL << SegmentsFeature | 1UL << BlockSizeFeature
        | 1UL << FlushFeature | (medium.IsWritable ? 0 : 1UL << ReadOnlyFeature);

    // A chain is a header, data one way or the other, and a byte for the status.
    private void Begin()
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (Chain.WritableBytes == 0 || !Chain.TryRead(Memory, 0, header))
        {
            Break();
            return;
        }
        _request = Memory.Order.Word(header);
        ulong sector = Memory.Order.Double(header[8..]);
        _moved = 0;
        _left = _request switch
        {
            ReadRequest => Chain.WritableBytes - 1,
            WriteRequest => Chain.ReadableBytes - HeaderBytes,
            _ => 0,
        };
        switch (_request)
        {
            case ReadRequest or WriteRequest when !IsOnDisk(sector) || _request == WriteRequest && !_medium.IsWritable:
                End(Failed);
                break;
            case ReadRequest or WriteRequest:
                _offset = (long)sector * SectorBytes;
                Move(RequestNanoseconds);
                break;
            case FlushRequest:
                _work.Begin(MediumOperation.Flush, 0, 0, RequestNanoseconds);
                break;
            case NameRequest:
                TellName();
                break;
            default:
                End(Unsupported);
                break;
        }
    }

    private bool IsOnDisk(ulong sector)
    {
        ulong sectors = (ulong)(_medium.Bytes / SectorBytes), wanted = (ulong)(_left / SectorBytes);
        return _left % SectorBytes == 0 && wanted <= sectors && sector <= sectors - wanted;
    }

    // A buffer full of what is left; what a driver that knows no flush has written is to stay at once (5.2.6.2).
    private void Move(long nanoseconds)
    {
        int bytes = (int)Math.Min(_left, BufferBytes);
        bool writes = _request == WriteRequest;
        if (bytes == 0)
        {
            if (writes && !Has(FlushFeature))
                _work.Begin(MediumOperation.Flush, 0, 0, nanoseconds);
            else
                End(Succeeded);
        }
        else if (writes && !Chain.TryRead(Memory, HeaderBytes + _moved, _work.Buffer.AsSpan(0, bytes)))
        {
            Break();
        }
        else
        {
            _work.Begin(
                writes ? MediumOperation.Write : MediumOperation.Read, _offset + _moved, bytes,
                nanoseconds + bytes * NanosecondsPerByte);
        }
    }

    private void WorkIsOver(MediumOperation operation, bool succeeded)
    {
        int bytes = (int)Math.Min(_left, BufferBytes);
        if (!succeeded || operation == MediumOperation.Flush)
        {
            End(succeeded ? Succeeded : Failed);
        }
        else if (operation == MediumOperation.Read
            && !Chain.TryWrite(Memory, _moved, _work.Buffer.AsSpan(0, bytes)))
        {
            Break();
        }
        else
        {
            _moved += bytes;
            _left -= bytes;
            Move(0);
        }
        if (!_work.IsWorking && IsLive)
            Serve(0);
    }

    private void TellName()
    {
        Span<byte> name = stackalloc byte[NameBytes];
        name.Clear();
        Encoding.ASCII.GetBytes($"DBT-{_medium.Configuration.Slot}", name);
        _moved = Math.Min(NameBytes, Chain.WritableBytes - 1);
        if (Chain.TryWrite(Memory, 0, name[..(int)_moved]))
            End(Succeeded);
        else
            Break();
    }

    private void End(byte status)
    {
        if (!Chain.TryWrite(Memory, Chain.WritableBytes - 1, [status]))
        {
            Break();
            return;
        }
        long written = _request is ReadRequest or NameRequest ? _moved + 1 : 1;
        Queues[0].Put(Chain, (uint)Math.Min(written, uint.MaxValue));
        Signal(Queues[0]);
    }
}

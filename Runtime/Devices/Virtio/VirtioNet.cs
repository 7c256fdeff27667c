using Dbt.Runtime.Memory;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A virtio network card (Virtio 1.2, 5.1): a queue for each direction. The driver may leave check sums and segments of
/// TCP to it; it hands over all that is on its cable.
/// </summary>
public sealed class VirtioNet : VirtioDevice
{
    private const int SumFeature = 0, AddressFeature = 5, SegmentsFeature = 11, Segments6Feature = 12,
        StatusFeature = 16, Version1Feature = 32;
    private const int ReceiveQueue = 0, TransmitQueue = 1;
    private const int Header = 12, LegacyHeader = 10, EthernetHeader = 14, TagBytes = 4, LongestFrame = 0x1_0100;
    private const ushort Tagged = 0x8100;
    private const byte NeedsSum = 1, Tcp4 = 1, Tcp6 = 4, Congestion = 0x80;

    private readonly EthernetPort _port;
    private readonly FrameSegments _segments = new(LongestFrame);

    // Only while one frame is handled.
    private readonly byte[] _frame = new byte[LongestFrame];

    /// <summary>Creates a card.</summary>
    /// <param name="port">Its socket.</param>
    public VirtioNet(EthernetPort port) : base(VirtioType.Network, Features, queues: 2)
    {
        _port = port;
        port.Accept = Accept;
        port.LinkChanged += TellOfChange;
    }

    private static ulong Features => 1UL << SumFeature | 1UL << AddressFeature | 1UL << SegmentsFeature
        | 1UL << Segments6Feature | 1UL << StatusFeature;

    /// <inheritdoc/>
    public override void Walk(StateWalk walk)
    {
        base.Walk(walk);
        walk.Part("port", _port);
    }

    /// <inheritdoc/>
    internal override void FillConfiguration(Span<byte> to, ByteOrder order)
    {
        for (int i = 0; i < MacAddress.Bytes; i++)
            to[i] = _port.Address[i];
        order.WriteHalf(to[MacAddress.Bytes..], (ushort)(_port.LinkUp ? 1 : 0));
    }

    /// <inheritdoc/>
    private protected override void Serve(int queue)
    {
        if (queue == TransmitQueue)
        {
            Transmit();
            return;
        }
        _port.Offer();
        if (IsLive)
            Queues[ReceiveQueue].AskForNotice();
    }

    /// <inheritdoc/>
    private protected override void Stop() => _port.Drop();

    private int HeaderBytes => Has(Version1Feature) ? Header : LegacyHeader;

    private bool Accept(ReadOnlyMemory<byte> frame)
    {
        // Nobody is there to take it.
        if (!IsLive || !Queues[ReceiveQueue].IsEnabled)
            return true;
        if (!Queues[ReceiveQueue].TryTake(Chain))
        {
            // The frame waits, and the driver is to say when there is a buffer.
            if (IsLive)
                Queues[ReceiveQueue].AskForNotice();
            return !IsLive;
        }
        Span<byte> header = stackalloc byte[Header];
        header.Clear();
        if (HeaderBytes == Header)
            Memory.Order.WriteHalf(header[LegacyHeader..], 1);
        bool fits = Chain.WritableBytes >= HeaderBytes + frame.Length;
        if (!fits || !Chain.TryWrite(Memory, 0, header[..HeaderBytes])
            || !Chain.TryWrite(Memory, HeaderBytes, frame.Span))
        {
            // A driver has to give buffers that any frame fits into (5.1.6.3.1).
            Break();
            return true;
        }
        Queues[ReceiveQueue].Put(Chain, (uint)(HeaderBytes + frame.Length));
        Signal(Queues[ReceiveQueue]);
        return true;
    }

    private void Transmit()
    {
        VirtioQueue queue = Queues[TransmitQueue];
        for (int i = 0; i < VirtioQueue.Largest && IsLive && queue.TryTake(Chain); i++)
        {
            if (TrySend())
                queue.Put(Chain, 0);
            else
                Break();
        }
        if (!IsLive)
            return;
        queue.AskForNotice();
        Signal(queue);
    }

    private bool TrySend()
    {
        Span<byte> header = stackalloc byte[LegacyHeader];
        long length = Chain.ReadableBytes - HeaderBytes;
        if (length < 0 || !Chain.TryRead(Memory, 0, header))
            return false;
        // Nobody takes it.
        if (length is 0 or > LongestFrame)
            return true;
        if (!Chain.TryRead(Memory, HeaderBytes, _frame.AsSpan(0, (int)length)))
            return false;
        Memory<byte> frame = _frame.AsMemory(0, (int)length);
        int first = Memory.Order.Half(header[6..]), to = first + Memory.Order.Half(header[8..]);
        bool needsSum = (header[0] & NeedsSum) != 0;
        int kind = header[1] & ~Congestion;
        if (kind != 0)
        {
            if (needsSum && kind is Tcp4 or Tcp6)
                SendSegments(frame, first, to, Memory.Order.Half(header[4..]), kind == Tcp4);
            return true;
        }
        if (needsSum)
            InternetSum.Put(frame.Span, first, to, 0);
        Send(frame);
        return true;
    }

    // What is in the place of the sum is one over addresses, protocol and the length of all; each segment has its own.
    private void SendSegments(ReadOnlyMemory<byte> frame, int transport, int sum, int most, bool isIpv4)
    {
        const int lengthAt = 12, ip4Header = 20, ip6Header = 40, tcpHeader = 20;
        ReadOnlySpan<byte> whole = frame.Span;
        if (transport + tcpHeader > whole.Length || whole.Length - transport > ushort.MaxValue)
            return;
        bool isTagged = ByteOrder.Big.Half(whole[(2 * MacAddress.Bytes)..]) == Tagged;
        int ip = EthernetHeader + (isTagged ? TagBytes : 0);
        if (ip + (isIpv4 ? ip4Header : ip6Header) > transport)
            return;
        SegmentLayout layout = new(
            transport + (whole[transport + lengthAt] >> 4) * sizeof(uint), most, ip, transport, IsTcp: true, isIpv4);
        int count = layout.CountIn(whole.Length);
        for (int number = 0; number < count; number++)
        {
            Memory<byte> segment = _segments.Cut(whole, layout, number);
            int addend = segment.Length - transport + (ushort.MaxValue - (whole.Length - transport));
            InternetSum.Put(segment.Span, transport, sum, 0, addend);
            if (isIpv4)
                PutHeaderSum(segment.Span, layout.Ip, transport);
            Send(segment);
        }
    }

    private static void PutHeaderSum(Span<byte> frame, int ip, int transport)
    {
        const int sumAt = 10;
        frame.Slice(ip + sumAt, sizeof(ushort)).Clear();
        InternetSum.Put(frame, ip, ip + sumAt, transport - 1);
    }

    private void Send(ReadOnlyMemory<byte> frame)
    {
        if (frame.Length <= EthernetPort.LongestFrame)
            _port.Send(frame);
    }
}

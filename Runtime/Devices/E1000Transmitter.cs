using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The 82540EM's transmitter: its ring of descriptors, and what it makes of frames on their way, check sums and
/// segments of TCP (manual, chapters 3.3 to 3.5). A frame is taken from the ring when all of it is there.
/// </summary>
internal sealed class E1000Transmitter : IHasState
{
    private const uint Enable = 0x02, Written = 0x01, Empty = 0x02, Done = 0x01;
    private const uint Last = 1u << 24, InsertSum = 1u << 26, Segments = 1u << 26, Report = 1u << 27,
        Extended = 1u << 29;
    private const uint IpSum = 0x0100, TransportSum = 0x0200, IsTcp = 1u << 24, IsIpv4 = 1u << 25;
    private const int DescriptorBytes = 16, ContextWords = 4, LongestFrame = 0x1_0100;

    private readonly IBusMemory _memory;
    private readonly EthernetPort _port;
    private readonly Action<uint> _raise;
    private readonly Register _control, _baseLow, _length, _head, _tail;

    // The latest context for frames that are cut into segments, and that for the others.
    private readonly uint[] _contexts = new uint[2 * ContextWords];

    // Only while one frame is handled.
    private readonly byte[] _frame = new byte[LongestFrame];
    private readonly FrameSegments _segments = new(LongestFrame);

    /// <summary>Declares its registers.</summary>
    public E1000Transmitter(RegisterBank registers, IBusMemory memory, EthernetPort port, Action<uint> raise)
    {
        (_memory, _port, _raise) = (memory, port, raise);
        _control = registers.Add(0x400, "TCTL", 4, written: _ => Run());
        _baseLow = registers.Add(0x3800, "TDBAL", 4, mask: ~0xfu);
        registers.Add(0x3804, "TDBAH", 4);
        _length = registers.Add(0x3808, "TDLEN", 4, mask: 0xf_ff80);
        _head = registers.Add(0x3810, "TDH", 4, mask: 0xffff);
        _tail = registers.Add(0x3818, "TDT", 4, mask: 0xffff, written: _ => Run());
    }

    /// <summary>Forgets its contexts.</summary>
    public void Reset() => Array.Clear(_contexts);

    /// <inheritdoc/>
    public void Walk(StateWalk walk) => walk.Array<uint>("contexts", _contexts);

    private uint Descriptors => _length.Value / DescriptorBytes;

    private void Run()
    {
        if (!_control.Has(Enable) || Descriptors == 0)
            return;
        uint causes = 0;
        Span<uint> words = stackalloc uint[4];
        for (uint left = Waiting(); left > 0;)
        {
            uint count = FrameLength(left, words);
            if (count == 0)
                break;
            causes |= Take(count, words) | Empty;
            left -= count;
        }
        if (causes != 0)
            _raise(causes);
    }

    private uint Waiting()
    {
        uint head = _head.Value % Descriptors, tail = _tail.Value % Descriptors;
        return (tail + Descriptors - head) % Descriptors;
    }

    // How many descriptors from the head on are a context, or a whole frame; 0 where its end is not there yet.
    private uint FrameLength(uint left, Span<uint> words)
    {
        for (uint i = 0; i < left; i++)
        {
            if (!TryRead(i, words))
                return 0;
            if (IsContext(words[2]))
                return i + 1;
            if ((words[2] & Last) != 0)
                return i + 1;
        }
        return 0;
    }

    private uint Take(uint count, Span<uint> words)
    {
        uint causes = 0, options = 0;
        int length = 0;
        for (uint i = 0; i < count; i++)
        {
            if (!TryRead(0, words))
                return causes;
            if (IsContext(words[2]))
            {
                words.CopyTo(_contexts.AsSpan((words[2] & Segments) != 0 ? 0 : ContextWords));
                length = 0;
            }
            else
            {
                options = i == 0 || length == 0 ? words[3] : options;
                length = Append(words, length);
                if ((words[2] & Last) != 0)
                    Finish(words, options, length);
            }
            if ((words[2] & Report) != 0)
            {
                words[3] |= Done;
                Write(words);
                causes |= Written;
            }
            _head.Value = (_head.Value % Descriptors + 1) % Descriptors;
        }
        return causes;
    }

    // Returns the frame's length with the buffer; −1 for one that is lost: too long, or not memory.
    private int Append(ReadOnlySpan<uint> words, int length)
    {
        int bytes = (int)(words[2] & ((words[2] & Extended) != 0 ? 0xf_ffffu : 0xffff));
        if (length < 0 || bytes > LongestFrame - length || words[1] != 0)
            return -1;
        return _memory.Read(words[0], _frame.AsSpan(length, bytes)) ? length + bytes : -1;
    }

    private void Finish(ReadOnlySpan<uint> words, uint options, int length)
    {
        if (length <= 0)
            return;
        Span<byte> frame = _frame.AsSpan(0, length);
        if ((words[2] & Extended) == 0)
        {
            // A legacy descriptor says where a sum begins and where it goes.
            if ((words[2] & InsertSum) != 0)
                InternetSum.Put(frame, (int)(words[3] >> 8 & 0xff), (int)(words[2] >> 16 & 0xff), 0);
            Send(_frame.AsMemory(0, length));
        }
        else if ((words[2] & Segments) != 0)
        {
            SendSegments(frame, options);
        }
        else
        {
            PutSums(frame, _contexts.AsSpan(ContextWords), options);
            Send(_frame.AsMemory(0, length));
        }
    }

    private void SendSegments(ReadOnlySpan<byte> frame, uint options)
    {
        ReadOnlySpan<uint> context = _contexts.AsSpan(0, ContextWords);
        SegmentLayout layout = new(
            (int)(context[3] >> 8 & 0xff), (int)(context[3] >> 16), (int)(context[0] & 0xff), (int)(context[1] & 0xff),
            (context[2] & IsTcp) != 0, (context[2] & IsIpv4) != 0);
        int count = layout.CountIn(frame.Length);
        for (int number = 0; number < count; number++)
        {
            Memory<byte> segment = _segments.Cut(frame, layout, number);
            PutSums(segment.Span, context, options, segment.Length - layout.Transport);
            Send(segment);
        }
    }

    // addend: what the sum over TCP or UDP lacks, its length, which the guest could not know of each segment.
    private static void PutSums(Span<byte> frame, ReadOnlySpan<uint> context, uint options, int addend = 0)
    {
        if ((options & TransportSum) != 0)
        {
            InternetSum.Put(
                frame, (int)(context[1] & 0xff), (int)(context[1] >> 8 & 0xff), (int)(context[1] >> 16), addend);
        }
        if ((options & IpSum) != 0)
            InternetSum.Put(frame, (int)(context[0] & 0xff), (int)(context[0] >> 8 & 0xff), (int)(context[0] >> 16));
    }

    private void Send(ReadOnlyMemory<byte> frame)
    {
        if (frame.Length <= EthernetPort.LongestFrame)
            _port.Send(frame);
    }

    private static bool IsContext(uint word) => (word & Extended) != 0 && (word >> 20 & 0xf) == 0;

    private uint AddressOf(uint ahead) =>
        _baseLow.Value + (_head.Value % Descriptors + ahead) % Descriptors * DescriptorBytes;

    private bool TryRead(uint ahead, Span<uint> words)
    {
        Span<byte> bytes = stackalloc byte[DescriptorBytes];
        if (!_memory.Read(AddressOf(ahead), bytes))
            return false;
        for (int i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(sizeof(uint) * i)..]);
        return true;
    }

    private void Write(ReadOnlySpan<uint> words)
    {
        Span<byte> status = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(status, words[3]);
        _memory.Write(AddressOf(0) + 3 * sizeof(uint), status);
    }
}

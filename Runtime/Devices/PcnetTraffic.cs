using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Network;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The PCnet's frames: between its rings and its socket, and which of those that arrive are for it. Each descriptor is
/// the guest's, and may say anything: what it leads to is checked, and no ring is gone round twice.
/// </summary>
internal sealed class PcnetTraffic
{
    /// <summary>CSR0: memory did not answer.</summary>
    public const uint MemoryError = 0x0800;

    private const uint Babble = 0x4000, CollisionError = 0x2000, Received = 0x0400, Transmitted = 0x0200,
        TransmitDemand = 0x0008, TransmitOn = 0x0010;
    private const uint StripPadding = 0x0400, PadTransmit = 0x0800, TransmitStarted = 0x0008;
    private const uint LastTransmitOnly = 0x4000, NoTransmitDone = 0x8000, GoOnAfterUnderflow = 0x0040;
    private const uint Promiscuous = 0x8000, NoBroadcast = 0x4000, NoPhysical = 0x2000, Loopback = 0x0004,
        NoCheckSequence = 0x0008;
    private const uint BufferError = 0x0400, LastInterrupt = 0x1000, AddCheckSequence = 0x2000;
    private const uint TransmitBufferError = 0x8000, Underflow = 0x4000, LostCarrier = 0x0800;
    private const uint MatchPhysical = 0x0040, MatchLogical = 0x0020, MatchBroadcast = 0x0010;
    private const int CheckSequence = 4, ShortestFrame = 60, LongestChain = 4096, ShortestLength = 46;
    private const int WideBlock = 28, NarrowBlock = 24, TypeOffset = 12, HeaderBytes = 14;

    private readonly PcnetRegisters _registers;
    private readonly IBusMemory _memory;
    private readonly EthernetPort _port;
    private readonly PcnetRing _receive, _transmit;

    // Only while one frame is handled.
    private readonly byte[] _frame = new byte[LongestChain];

    /// <summary>The traffic of a card.</summary>
    public PcnetTraffic(PcnetRegisters registers, IBusMemory memory, EthernetPort port)
    {
        (_registers, _memory, _port) = (registers, memory, port);
        _receive = new PcnetRing(
            memory, registers.ReceiveLow, registers.ReceiveHigh, registers.ReceiveLength, registers.ReceiveLeft,
            Format);
        _transmit = new PcnetRing(
            memory, registers.TransmitLow, registers.TransmitHigh, registers.TransmitLength, registers.TransmitLeft,
            Format);
    }

    /// <summary>Reads the initialization block (data sheet, "Initialization Block").</summary>
    /// <returns>Whether there is memory.</returns>
    public bool TryInitialize()
    {
        bool wide = Format().Style != 0;
        Span<byte> block = stackalloc byte[wide ? WideBlock : NarrowBlock];
        if (!_memory.Read(_registers[2] << 16 | _registers[1], block))
            return false;
        _registers.Mode.Value = Half(block);
        Span<byte> address = block[(wide ? 4 : 2)..], filter = block[(wide ? 12 : 8)..];
        for (int i = 0; i < 3; i++)
            _registers[12 + i] = Half(address[(2 * i)..]);
        for (int i = 0; i < 4; i++)
            _registers[8 + i] = Half(filter[(2 * i)..]);
        uint receive = BinaryPrimitives.ReadUInt32LittleEndian(block[^8..]);
        uint transmit = BinaryPrimitives.ReadUInt32LittleEndian(block[^4..]);
        int receiveLength = wide ? block[2] >> 4 : (int)(receive >> 29);
        int transmitLength = wide ? block[3] >> 4 : (int)(transmit >> 29);
        _registers[6] = (uint)(transmitLength << 12 | receiveLength << 8);
        // Of 32 bits there are at most 512 descriptors.
        _receive.Begin(wide ? receive : receive & 0xff_ffff | Format().HighAddress, 1u << Math.Min(receiveLength, 9));
        _transmit.Begin(
            wide ? transmit : transmit & 0xff_ffff | Format().HighAddress, 1u << Math.Min(transmitLength, 9));
        return true;
    }

    /// <summary>Sends what the guest has put into the ring.</summary>
    public void Transmit()
    {
        for (uint sent = 0; sent < _transmit.Length && _registers.Status.Has(TransmitOn);)
        {
            uint count = TransmitNext();
            if (count == 0)
                break;
            sent += count;
        }
        _registers.Status.Set(TransmitDemand, false);
    }

    /// <summary>Takes a frame in, or lets it go by.</summary>
    /// <returns>False if it has to wait for a descriptor.</returns>
    public bool TryReceive(ReadOnlySpan<byte> frame) =>
        _registers.Mode.Has(Loopback) || TryStore(frame);

    private (uint Style, uint HighAddress) Format() =>
        (_registers.Style.Value & 0xff) is var style and (2 or 3) ? (style, 0) : (0, (_registers[2] & 0xff00) << 16);

    // One frame, of as many descriptors as it has; returns how many.
    private uint TransmitNext()
    {
        int length = 0;
        bool isTooLong = false;
        PcnetDescriptor first = default;
        for (uint count = 0; count < _transmit.Length; count++)
        {
            if (!_transmit.TryRead(count, out PcnetDescriptor descriptor))
                return Fail();
            if (!descriptor.IsOwned)
                return count == 0 ? 0 : GiveUp(count);
            first = count == 0 ? descriptor : first;
            isTooLong |= length + descriptor.Bytes > LongestChain;
            if (!isTooLong && !_memory.Read(descriptor.Buffer, _frame.AsSpan(length, descriptor.Bytes)))
                return Fail();
            length += isTooLong ? 0 : descriptor.Bytes;
            if (descriptor.Has(PcnetDescriptor.Last))
                return Finish(count, first, descriptor, isTooLong ? 0 : length);
        }
        return GiveUp(_transmit.Length);
    }

    // length: 0 for a frame longer than there are any.
    private uint Finish(uint last, PcnetDescriptor first, PcnetDescriptor descriptor, int length)
    {
        bool loops = _registers.Mode.Has(Loopback), isCarried = loops || _port.LinkUp;
        if (length == 0)
            _registers.Status.Set(Babble);
        else if (isCarried && first.Has(PcnetDescriptor.First))
            Send(PadAndCut(first, length), loops);
        if (!isCarried)
            _registers.Status.Set(CollisionError);
        for (uint i = 0; i <= last; i++)
        {
            if (!_transmit.TryRead(i, out PcnetDescriptor given))
                return Fail();
            uint status = given.Status & ~PcnetDescriptor.Own;
            bool isGiven = _transmit.TryGive(
                i, isCarried ? status : status | PcnetDescriptor.Error, isCarried ? 0 : InfoOf(LostCarrier));
            if (!isGiven)
                return Fail();
        }
        _transmit.Advance(last + 1);
        _registers.Features.Set(TransmitStarted);
        uint extended = _registers.Extended.Value;
        if ((extended & NoTransmitDone) == 0
            || (extended & LastTransmitOnly) != 0 && descriptor.Has(LastInterrupt))
            _registers.Status.Set(Transmitted);
        return last + 1;
    }

    private ReadOnlyMemory<byte> PadAndCut(PcnetDescriptor first, int length)
    {
        // A driver that makes the check sequence itself has it in the frame.
        if (_registers.Mode.Has(NoCheckSequence) && !first.Has(AddCheckSequence) && length > ShortestFrame)
            length -= CheckSequence;
        if (length < ShortestFrame && _registers.Features.Has(PadTransmit))
        {
            _frame.AsSpan(length, ShortestFrame - length).Clear();
            length = ShortestFrame;
        }
        return _frame.AsMemory(0, length);
    }

    private void Send(ReadOnlyMemory<byte> frame, bool loops)
    {
        if (loops)
            TryStore(frame.Span.ToArray());
        else
            _port.Send(frame);
    }

    // A frame whose end the guest has not put in: it is lost, and the transmitter stops unless it was told otherwise
    // (data sheet, "Transmit Exceptional Conditions").
    private uint GiveUp(uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            if (!_transmit.TryRead(i, out PcnetDescriptor given))
                return Fail();
            uint status = given.Status & ~PcnetDescriptor.Own | PcnetDescriptor.Error;
            if (!_transmit.TryGive(i, status, InfoOf(TransmitBufferError | Underflow)))
                return Fail();
        }
        _transmit.Advance(count);
        _registers.Status.Set(Transmitted);
        if (!_registers.Masks.Has(GoOnAfterUnderflow))
            _registers.Status.Set(TransmitOn, false);
        return count;
    }

    // Errors are the high-order half of TMD2, and all of TMD3.
    private uint InfoOf(uint errors) => Format().Style == 0 ? errors : errors << 16;

    private uint Fail()
    {
        _registers.Status.Set(MemoryError);
        return 0;
    }

    private bool TryStore(ReadOnlySpan<byte> frame)
    {
        if (MatchOf(frame) is not { } match)
            return true;
        int length = frame.Length;
        Span<byte> whole = stackalloc byte[EthernetPort.LongestFrame + CheckSequence];
        if (length > EthernetPort.LongestFrame)
            return true;
        whole.Clear();
        frame.CopyTo(whole);
        length = Math.Max(length, ShortestFrame) + CheckSequence;
        if (_registers.Features.Has(StripPadding)
            && BinaryPrimitives.ReadUInt16BigEndian(whole[TypeOffset..]) is < ShortestLength and var payload)
            length = HeaderBytes + payload;
        return TryStore(whole[..length], match);
    }

    private bool TryStore(ReadOnlySpan<byte> whole, uint match)
    {
        int stored = 0;
        for (uint count = 0; ; count++)
        {
            if (!_receive.TryRead(count, out PcnetDescriptor descriptor))
                return Fail() == 0;
            if (!descriptor.IsOwned || count == _receive.Length)
            {
                // Not even one: it waits. In the middle of a frame: the rest of it is lost.
                if (count == 0)
                    return false;
                uint first = count == 1 ? PcnetDescriptor.First : 0;
                _receive.TryGive(count - 1, PcnetDescriptor.Error | BufferError | first, 0);
                return Take(count);
            }
            int bytes = Math.Min(descriptor.Bytes, whole.Length - stored);
            if (!_memory.Write(descriptor.Buffer, whole.Slice(stored, bytes)))
                return Fail() == 0;
            stored += bytes;
            bool isLast = stored == whole.Length;
            uint status = (count == 0 ? PcnetDescriptor.First : 0) | (isLast ? PcnetDescriptor.Last | match : 0);
            if (!_receive.TryGive(count, status, isLast ? (uint)whole.Length : 0))
                return Fail() == 0;
            if (isLast)
                return Take(count + 1);
        }
    }

    private bool Take(uint descriptors)
    {
        _receive.Advance(descriptors);
        _registers.Status.Set(Received);
        return true;
    }

    /// <summary>Why a frame is for this card, as the descriptor says it; null if it is not.</summary>
    private uint? MatchOf(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < HeaderBytes)
            return null;
        uint mode = _registers.Mode.Value;
        if ((mode & Promiscuous) != 0)
            return 0;
        ReadOnlySpan<byte> to = frame[..MacAddress.Bytes];
        if ((mode & NoPhysical) == 0 && Half(to) == _registers[12] && Half(to[2..]) == _registers[13]
            && Half(to[4..]) == _registers[14])
            return MatchPhysical;
        if (!to.ContainsAnyExcept((byte)0xff))
            return (mode & NoBroadcast) == 0 ? MatchBroadcast : null;
        uint hash = EthernetFilter.HashOf(to);
        return (to[0] & 1) != 0 && (_registers[8 + (int)(hash >> 4)] >> (int)(hash & 15) & 1) != 0
            ? MatchLogical
            : null;
    }

    private static uint Half(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}

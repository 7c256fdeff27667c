using System.Buffers.Binary;

namespace Dbt.Runtime.Devices;

/// <summary>How a frame that is longer than a network takes is cut, with its headers before each piece.</summary>
/// <param name="Header">Bytes of all headers.</param>
/// <param name="Most">The most payload of a segment, in bytes.</param>
/// <param name="Ip">Where IP's header begins.</param>
/// <param name="Transport">Where TCP's or UDP's begins.</param>
/// <param name="IsTcp">Which of them it is.</param>
/// <param name="IsIpv4">Whether IP is version 4, or else 6.</param>
internal readonly record struct SegmentLayout(
    int Header, int Most, int Ip, int Transport, bool IsTcp, bool IsIpv4)
{
    /// <summary>How many segments a frame of so many bytes makes; 0 where it cannot be cut so.</summary>
    public int CountIn(int frameBytes) =>
        Most == 0 || Header > frameBytes || Ip + 6 > Header || Transport + (IsTcp ? 14 : 6) > Header
            ? 0
            : Math.Max(1, (frameBytes - Header + Most - 1) / Most);
}

/// <summary>Cuts long frames into segments of TCP, or UDP's datagrams; check sums are left to the card.</summary>
/// <param name="longest">The longest frame.</param>
internal sealed class FrameSegments(int longest)
{
    private const int Fin = 0x01, Push = 0x08;

    // Only while one frame is handled.
    private readonly byte[] _segment = new byte[longest];

    /// <summary>Makes a segment, which is there until the next one is made.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="layout">How it is cut.</param>
    /// <param name="number">Which, from 0.</param>
    public Memory<byte> Cut(ReadOnlySpan<byte> frame, SegmentLayout layout, int number)
    {
        (int header, int most, int ip, int transport, bool isTcp, bool isIpv4) = layout;
        int at = header + number * most, payload = Math.Min(most, frame.Length - at), length = header + payload;
        Span<byte> segment = _segment.AsSpan(0, length);
        frame[..header].CopyTo(segment);
        frame.Slice(at, payload).CopyTo(segment[header..]);
        if (isIpv4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(segment[(ip + 2)..], (ushort)(length - ip));
            Add16(segment[(ip + 4)..], number);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(segment[(ip + 4)..], (ushort)(length - ip - 40));
        }
        if (isTcp)
        {
            uint sequence = BinaryPrimitives.ReadUInt32BigEndian(segment[(transport + 4)..]);
            BinaryPrimitives.WriteUInt32BigEndian(segment[(transport + 4)..], sequence + (uint)(at - header));
            if (at + payload < frame.Length)
                segment[transport + 13] &= unchecked((byte)~(Fin | Push));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(segment[(transport + 4)..], (ushort)(length - transport));
        }
        return _segment.AsMemory(0, length);
    }

    private static void Add16(Span<byte> bytes, int number) =>
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(bytes) + number));
}

using System.Buffers.Binary;

namespace Dbt.Runtime.Devices;

/// <summary>The check sum of the Internet's protocols (RFC 1071), as cards make it.</summary>
internal static class InternetSum
{
    /// <summary>
    /// Puts the complement of the ones' complement sum of half words, with what the guest has put in its place, which
    /// is zero or a sum over what is not in the frame. Where that is not in the frame, nothing happens.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="first">The offset of the first byte.</param>
    /// <param name="to">Where the sum goes.</param>
    /// <param name="last">The offset of the last byte; 0 for the end of the frame.</param>
    /// <param name="addend">What the guest could not know, not negative.</param>
    public static void Put(Span<byte> frame, int first, int to, int last, int addend = 0)
    {
        int end = last == 0 ? frame.Length : Math.Min(last + 1, frame.Length);
        if (to + 2 > frame.Length || first >= end)
            return;
        long sum = addend;
        for (int i = first; i < end; i += 2)
            sum += frame[i] << 8 | (i + 1 < end ? frame[i + 1] : 0);
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame[to..], (ushort)~sum);
    }
}

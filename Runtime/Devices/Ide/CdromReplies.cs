using System.Buffers.Binary;
using System.Text;

namespace Dbt.Runtime.Devices;

/// <summary>
/// What a CD-ROM drive answers to packets that ask for no blocks (MMC-3, SPC-2): each writes its answer and says how
/// long it is, 0 where a field of the packet asks for what there is not.
/// </summary>
internal static class CdromReplies
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 2048;

    private const int FramesOfLeadIn = 150, FramesOfSecond = 75, LeadOut = 0xaa;
    private const byte DataTrack = 0x14;

    /// <summary>INQUIRY.</summary>
    public static int Inquiry(Span<byte> reply)
    {
        reply[..36].Clear();
        (reply[0], reply[1], reply[3], reply[4]) = (0x05, 0x80, 0x21, 31);
        Encoding.ASCII.GetBytes("DBT     DBT CD-ROM      1.0 ", reply[8..]);
        return 36;
    }

    /// <summary>REQUEST SENSE.</summary>
    public static int RequestSense(Span<byte> reply, ScsiSense sense)
    {
        reply[..18].Clear();
        (reply[0], reply[2], reply[7], reply[12]) = (0x70, sense.Key, 10, sense.Code);
        return 18;
    }

    /// <summary>READ CAPACITY: the last block, and how large one is.</summary>
    public static int Capacity(Span<byte> reply, long blocks)
    {
        BinaryPrimitives.WriteUInt32BigEndian(reply, (uint)(blocks - 1));
        BinaryPrimitives.WriteInt32BigEndian(reply[4..], BlockBytes);
        return 8;
    }

    /// <summary>READ TOC/PMA/ATIP: one track of data, and the lead-out behind it.</summary>
    public static int TableOfContents(Span<byte> reply, ReadOnlySpan<byte> packet, long blocks)
    {
        bool inFrames = (packet[1] & 2) != 0;
        int format = packet[9] >> 6 is var old and not 0 ? old : packet[2] & 0x0f;
        (byte first, int length) = (packet[6], 4);
        reply[..20].Clear();
        (reply[2], reply[3]) = (1, 1);
        if (format == 1)
        {
            (reply[1], reply[5], reply[6]) = (10, DataTrack, 1);
            PutAddress(reply[8..], 0, inFrames);
            return 12;
        }
        if (format != 0 || first > 1 && first != LeadOut)
            return 0;
        if (first <= 1)
            length = PutTrack(reply, length, 1, 0, inFrames);
        length = PutTrack(reply, length, LeadOut, blocks, inFrames);
        reply[1] = (byte)(length - 2);
        return length;
    }

    /// <summary>GET CONFIGURATION: a drive for CDs and DVDs that only reads.</summary>
    public static int Configuration(Span<byte> reply, bool hasMedium, long blocks)
    {
        const long mostOfCd = 360_000;
        int profile = !hasMedium ? 0 : blocks > mostOfCd ? 0x10 : 0x08;
        ReadOnlySpan<byte> features =
        [
            0, 0, 0, 36, 0, 0, 0, (byte)profile,
            // Profile list: DVD-ROM, CD-ROM, and which of them is current.
            0, 0, 0x03, 8, 0, 0x10, (byte)(profile == 0x10 ? 1 : 0), 0, 0, 0x08, (byte)(profile == 0x08 ? 1 : 0), 0,
            // Core: ATAPI. Removable medium: a tray that can be locked and opened.
            0, 1, 0x07, 8, 0, 0, 0, 2, 1, 0, 0, 0, 0, 3, 0x03, 4, 0x29, 0, 0, 0,
        ];
        features.CopyTo(reply);
        return features.Length;
    }

    /// <summary>GET EVENT STATUS NOTIFICATION: what has happened to the medium.</summary>
    public static int EventStatus(Span<byte> reply, ReadOnlySpan<byte> packet, bool hasMedium, bool isNew)
    {
        const int mediaClass = 4;
        bool isPolled = (packet[1] & 1) != 0, isAsked = (packet[4] & 1 << mediaClass) != 0;
        if (!isPolled)
            return 0;
        reply[..8].Clear();
        reply[3] = 1 << mediaClass;
        if (!isAsked)
        {
            (reply[1], reply[2]) = (2, 0x80);
            return 4;
        }
        (reply[1], reply[2]) = (6, mediaClass);
        (reply[4], reply[5]) = ((byte)(isNew ? 2 : 0), (byte)(hasMedium ? 2 : 1));
        return 8;
    }

    /// <summary>MODE SENSE(10): error recovery, and what the drive can do.</summary>
    public static int ModeSense(Span<byte> reply, ReadOnlySpan<byte> packet, bool hasMedium, bool isHeld)
    {
        int page = packet[2] & 0x3f, length = 8;
        reply[..64].Clear();
        if (packet[2] >> 6 == 1 || page is not (0x01 or 0x2a or 0x3f))
            return 0;
        reply[2] = (byte)(hasMedium ? 0x01 : 0x70);
        if (page is 0x01 or 0x3f)
        {
            ReadOnlySpan<byte> recovery = [0x01, 0x06, 0x00, 0x05, 0, 0, 0, 0];
            recovery.CopyTo(reply[length..]);
            length += recovery.Length;
        }
        if (page is 0x2a or 0x3f)
        {
            // Reads CD-R and CD-RW, DVD-ROM; a tray that can be locked; 50 times, with a buffer of 512 KB.
            byte held = (byte)(isHeld ? 0x2b : 0x29);
            ReadOnlySpan<byte> abilities =
                [0x2a, 0x12, 0x3b, 0, 0x70, 0x03, held, 0, 0x22, 0x10, 0, 2, 2, 0, 0x22, 0x10, 0, 0, 0, 0];
            abilities.CopyTo(reply[length..]);
            length += abilities.Length;
        }
        reply[1] = (byte)(length - 2);
        return length;
    }

    /// <summary>READ DISC INFORMATION: one closed session.</summary>
    public static int DiscInformation(Span<byte> reply)
    {
        reply[..34].Clear();
        (reply[1], reply[2], reply[3], reply[4], reply[5], reply[6], reply[7]) = (32, 0x0e, 1, 1, 1, 1, 0x20);
        return 34;
    }

    /// <summary>MECHANISM STATUS: nothing moves.</summary>
    public static int Mechanism(Span<byte> reply)
    {
        reply[..8].Clear();
        reply[5] = 1;
        return 8;
    }

    private static int PutTrack(Span<byte> reply, int at, int track, long block, bool inFrames)
    {
        (reply[at + 1], reply[at + 2]) = (DataTrack, (byte)track);
        PutAddress(reply[(at + 4)..], block, inFrames);
        return at + 8;
    }

    private static void PutAddress(Span<byte> to, long block, bool inFrames)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, (uint)block);
        if (!inFrames)
            return;
        long frames = block + FramesOfLeadIn, seconds = frames / FramesOfSecond;
        (to[0], to[1], to[2], to[3]) = (0, (byte)(seconds / 60), (byte)(seconds % 60), (byte)(frames % FramesOfSecond));
    }
}

using System.Buffers.Binary;

namespace Dbt.Runtime.Devices;

/// <summary>What a drive says about itself: 256 words (ATA/ATAPI-6, 8.15 and 8.16).</summary>
/// <param name="slot">Which drive of the board it is, by which its serial number goes.</param>
/// <param name="sectors">Sectors of the disk.</param>
internal sealed class AtaIdentity(int slot, long sectors)
{
    /// <summary>What the disk's geometry is until the host says otherwise.</summary>
    public const int Heads = 16, SectorsOfTrack = 63;

    /// <summary>Ultra DMA 5, of which a transfer takes as long as of any other.</summary>
    public const byte UsualTransferMode = 0x45;

    private const int Bytes = 512, MostCylinders = 16383;
    private const long Lba28End = 0x0fff_ffff;

    /// <summary>Whether SET FEATURES may choose a mode: PIO, multiword DMA 0 to 2, Ultra DMA 0 to 5.</summary>
    public static bool IsTransferMode(byte mode) => mode is 0 or 1 or (>= 8 and <= 12) or (>= 0x20 and <= 0x22)
        or (>= 0x40 and <= 0x45);

    /// <summary>Writes that of a disk.</summary>
    public void Write(
        Span<byte> to, byte transferMode, bool cachesWrites, int multiple, (int Heads, int SectorsOfTrack) geometry)
    {
        to[..Bytes].Clear();
        int cylinders = (int)Math.Min(sectors / (Heads * SectorsOfTrack), MostCylinders);
        Put(to, 0, 0x0040);
        Put(to, 1, cylinders, 0, Heads);
        Put(to, 6, SectorsOfTrack);
        WriteNames(to, "DBT HARDDISK");
        Put(to, 47, 0x8000 | AtaDisk.MostMultiple);
        // LBA and DMA; IORDY.
        Put(to, 49, 0x0b00, 0x4000, 0x0200, 0x0200, 0x0007);
        int perCylinder = geometry.Heads * geometry.SectorsOfTrack;
        int current = (int)Math.Min(sectors / perCylinder, ushort.MaxValue);
        Put(to, 54, current, geometry.Heads, geometry.SectorsOfTrack);
        PutLong(to, 57, (uint)(current * perCylinder));
        Put(to, 59, multiple == 0 ? 0 : 0x0100 | multiple);
        PutLong(to, 60, (uint)Math.Min(sectors, Lba28End));
        WriteModes(to, transferMode);
        // Versions 4 to 6; NOP is none, write cache, power management; 48-bit addresses, FLUSH CACHE and its EXT; FUA.
        Put(to, 80, 0x0070, 0, 0x0028, 0x7400, 0x4040, cachesWrites ? 0x0028 : 0x0008, 0x3400, 0x4040);
        Put(to, 93, 0x4000 | 0x2001);
        PutLong(to, 100, (uint)sectors);
        PutLong(to, 102, (uint)(sectors >> 32));
        // Nothing in it turns.
        Put(to, 217, 0x0001);
        Seal(to);
    }

    /// <summary>Writes that of a CD-ROM drive.</summary>
    public void WriteCdrom(Span<byte> to, byte transferMode)
    {
        to[..Bytes].Clear();
        // A CD-ROM drive with removable media that asks for packets of 12 bytes within 50 µs.
        Put(to, 0, 0x85c0);
        WriteNames(to, "DBT CD-ROM");
        Put(to, 49, 0x0b00, 0x4000, 0x0200, 0x0200, 0x0006);
        WriteModes(to, transferMode);
        Put(to, 71, 30, 30);
        // Packets and DEVICE RESET.
        Put(to, 80, 0x0070, 0, 0x0210, 0x4000, 0x4000, 0x0210, 0, 0x4000);
        Put(to, 93, 0x4000 | 0x2001);
        Seal(to);
    }

    private void WriteNames(Span<byte> to, string model)
    {
        PutText(to, 10, 20, $"DBT{slot + 1:d5}");
        PutText(to, 23, 8, "1.0");
        PutText(to, 27, 40, model);
    }

    // Words 62 to 68 and 88: which modes there are and which one is chosen, and nanoseconds of a cycle.
    private static void WriteModes(Span<byte> to, byte chosen)
    {
        int multiword = (chosen & 0xf8) == 0x20 ? 0x0100 << (chosen & 7) : 0;
        int ultra = (chosen & 0xf8) == 0x40 ? 0x0100 << (chosen & 7) : 0;
        Put(to, 62, 0, 0x0007 | multiword, 0x0003, 120, 120, 120, 120);
        Put(to, 88, 0x003f | ultra);
    }

    // The last word's high byte makes the sum of all bytes 0 (8.15.61).
    private static void Seal(Span<byte> to)
    {
        to[Bytes - 2] = 0xa5;
        int sum = 0;
        foreach (byte part in to[..(Bytes - 1)])
            sum += part;
        to[Bytes - 1] = (byte)-sum;
    }

    private static void Put(Span<byte> to, int word, params ReadOnlySpan<int> values)
    {
        foreach (int value in values)
            BinaryPrimitives.WriteUInt16LittleEndian(to[(2 * word++)..], (ushort)value);
    }

    private static void PutLong(Span<byte> to, int word, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(to[(2 * word)..], value);

    // The first character of a word is its high byte.
    private static void PutText(Span<byte> to, int word, int length, string text)
    {
        for (int i = 0; i < length; i++)
            to[2 * word + (i ^ 1)] = (byte)(i < text.Length ? text[i] : ' ');
    }
}

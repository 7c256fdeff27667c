using System.Buffers.Binary;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A descriptor of the PCnet's rings, in whichever of its three software styles it lies in memory (Am79C973 data sheet,
/// "Descriptor Ring" and "Software Style"): a buffer, and whose it is. PCI's byte order, whatever the processor's.
/// </summary>
/// <param name="Buffer">Physical address of the buffer.</param>
/// <param name="Status">RMD1 or TMD1, the half with OWN.</param>
/// <param name="Bytes">Size of the buffer: 1 to 4096.</param>
internal readonly record struct PcnetDescriptor(uint Buffer, uint Status, int Bytes)
{
    /// <summary>Bits of <see cref="Status"/>: the card's, something went wrong, a frame's first and last.</summary>
    public const uint Own = 0x8000, Error = 0x4000, First = 0x0200, Last = 0x0100;

    /// <summary>The longest there is, in bytes.</summary>
    public const int MostBytes = 16;

    private const int BufferIsFull = 4096;

    /// <summary>Bytes of a descriptor.</summary>
    public static int SizeOf(uint style) => style == 0 ? 8 : MostBytes;

    /// <summary>Whether the card may use it.</summary>
    public bool IsOwned => (Status & Own) != 0;

    /// <summary>Whether all of some bits are set.</summary>
    public bool Has(uint bits) => (Status & bits) == bits;

    /// <summary>Reads one.</summary>
    /// <param name="bytes">As it lies in memory.</param>
    /// <param name="style">The software style.</param>
    /// <param name="high">What a style with addresses of 24 bits has above them.</param>
    public static PcnetDescriptor Of(ReadOnlySpan<byte> bytes, uint style, uint high)
    {
        if (style == 0)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            return new PcnetDescriptor(word & 0xff_ffff | high, word >> 16 & 0xff00, CountOf(bytes[4..]));
        }
        uint buffer = BinaryPrimitives.ReadUInt32LittleEndian(style == 3 ? bytes[8..] : bytes);
        return new PcnetDescriptor(
            buffer, BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]), CountOf(bytes[4..]));
    }

    /// <summary>Puts in what the card says of a descriptor that it gives back.</summary>
    /// <param name="bytes">As it lies in memory.</param>
    /// <param name="style">The software style.</param>
    /// <param name="status">The half with OWN; the low-order byte is not there in every style.</param>
    /// <param name="info">RMD2 or TMD2, or of those of 16 bits, the half that these have.</param>
    public static void Give(Span<byte> bytes, uint style, uint status, uint info)
    {
        if (style == 0)
        {
            bytes[3] = (byte)(status >> 8);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], (ushort)info);
            return;
        }
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], (ushort)status);
        BinaryPrimitives.WriteUInt32LittleEndian(style == 3 ? bytes : bytes[8..], info);
    }

    // The two's complement of a number of twelve bits.
    private static int CountOf(ReadOnlySpan<byte> bytes) =>
        BufferIsFull - (BinaryPrimitives.ReadUInt16LittleEndian(bytes) & BufferIsFull - 1);
}

using System.Buffers.Binary;
using System.Text;
using Dbt.Runtime.Loading;

namespace Dbt.TestRoms.Firmware;

/// <summary>What U-Boot's <c>bootm</c> takes (its include/image.h, the legacy format): a header with checksums, and what it is about.</summary>
internal static class UBootImage
{
    private const uint Magic = 0x2705_1956;
    private const byte Linux = 5, Mips = 5, KernelType = 2;
    private const int HeaderBytes = 64, NameAt = 32;

    /// <summary>A kernel as it lies in memory.</summary>
    public static byte[] Kernel(ReadOnlyMemory<byte> elf)
    {
        ElfImage image = ElfImage.Parse(elf, "kernel");
        ElfSegment segment = image.Segments.Single(segment => segment.MemoryBytes > 0);
        return Of(segment.Contents.Span, (uint)segment.PhysicalAddress, (uint)image.Entry);
    }

    private static byte[] Of(ReadOnlySpan<byte> content, uint load, uint entry)
    {
        byte[] image = new byte[HeaderBytes + content.Length];
        content.CopyTo(image.AsSpan(HeaderBytes));
        uint[] words = [Magic, 0, 0, (uint)content.Length, load, entry, Sum(content), (uint)(Linux << 24 | Mips << 16 | KernelType << 8)];
        for (int i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(image.AsSpan(sizeof(uint) * i), words[i]);
        Encoding.ASCII.GetBytes("test", image.AsSpan(NameAt));
        BinaryPrimitives.WriteUInt32BigEndian(image.AsSpan(sizeof(uint)), Sum(image.AsSpan(0, HeaderBytes)));
        return image;
    }

    // CRC-32 of IEEE 802.3.
    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in bytes)
        {
            sum ^= value;
            for (int bit = 0; bit < 8; bit++)
                sum = sum >> 1 ^ (sum & 1) * 0xedb8_8320;
        }
        return ~sum;
    }
}

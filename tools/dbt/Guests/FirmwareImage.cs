using System.Buffers.Binary;
using Dbt.Runtime;
using Dbt.Runtime.Boards.Malta;
using Dbt.Runtime.Memory;
using Dbt.Tool.Offline;

namespace Dbt.Tool.Guests;

/// <summary>
/// A program for the flash of a Malta, where the processor starts: an ELF that is linked there, or the bytes of the
/// flash from its beginning on, of which some have each word turned around, as a Malta's flash shows them to a
/// little-endian processor, and QEMU's <c>-bios</c> takes them.
/// </summary>
internal static class FirmwareImage
{
    /// <summary>Where the processor starts.</summary>
    private const uint ResetVector = 0xbfc0_0000;

    /// <summary>Up to where words are turned around: what is behind is the boot loader's environment.</summary>
    private const int TurnedBytes = 0x3e_0000;

    // jr ra: there is no program without.
    private const uint Return = 0x03e0_0008;

    /// <summary>The image as an ELF.</summary>
    /// <param name="image">What the file has.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="order">The byte order of the processor; null for that of the image.</param>
    /// <exception cref="GuestSetupException">It is no program, or too long.</exception>
    public static ReadOnlyMemory<byte> AsElf(byte[] image, string name, ByteOrder? order)
    {
        if (image.AsSpan().StartsWith("\u007fELF"u8))
            return image;
        if (image.Length > MaltaBoard.RomBytes)
        {
            throw new GuestSetupException(
                $"{name} has {image.Length} bytes, and the board's flash {MaltaBoard.RomBytes >> 20} MB");
        }
        ByteOrder found = OrderOf(image, name, order);
        byte[] contents = IsTurned(image, order) ? Turned(image) : image;
        return ElfFile.Write(
            order ?? found, ResetVector, ResetVector, contents, (uint)contents.Length, symbols: null);
    }

    /// <summary>An ELF that stands for what is in flash already, and changes nothing of it.</summary>
    /// <param name="flash">What is in flash.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="order">The byte order of the processor; null for that of the program in it.</param>
    /// <exception cref="GuestSetupException">There is no program.</exception>
    public static ReadOnlyMemory<byte> InFlash(byte[] flash, string name, ByteOrder? order) =>
        ElfFile.Write(OrderOf(flash, name, order), ResetVector, ResetVector, [], sizeof(uint), symbols: null);

    /// <summary>Whether the words of an image are turned around for a processor of a byte order.</summary>
    public static bool IsTurned(ReadOnlySpan<byte> image, ByteOrder? order) =>
        order == ByteOrder.Little && Find(image) == ByteOrder.Big;

    /// <summary>An image with its words the other way round.</summary>
    public static byte[] Turned(ReadOnlySpan<byte> image)
    {
        var turned = new byte[image.Length + 3 & ~3];
        image.CopyTo(turned);
        for (int at = 0; at < Math.Min(turned.Length, TurnedBytes); at += sizeof(uint))
            turned.AsSpan(at, sizeof(uint)).Reverse();
        return turned;
    }

    /// <summary>Where a byte of an image is when its words are turned around.</summary>
    public static int TurnedOffset(int offset) => offset < TurnedBytes ? offset ^ 3 : offset;

    /// <summary>The byte order of the code in an image; null where there is none.</summary>
    public static ByteOrder? Find(ReadOnlySpan<byte> image)
    {
        (int little, int big) = (0, 0);
        for (; image.Length >= sizeof(uint); image = image[sizeof(uint)..])
        {
            uint word = BinaryPrimitives.ReadUInt32BigEndian(image);
            big += word == Return ? 1 : 0;
            little += word == BinaryPrimitives.ReverseEndianness(Return) ? 1 : 0;
        }
        return little == big ? null : little > big ? ByteOrder.Little : ByteOrder.Big;
    }

    private static ByteOrder OrderOf(ReadOnlySpan<byte> image, string name, ByteOrder? order) =>
        order ?? Find(image) ?? throw new GuestSetupException(
            $"{name} is no ELF, and of which byte order it is does not show: say --endian little or --endian big");
}

using Dbt.Runtime;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.Tool.Offline;

namespace Dbt.Tool.Guests;

/// <summary>
/// A kernel that is no ELF but the bytes that are to lie in memory, which do not say of which order they are.
/// </summary>
internal static class RawImage
{
    /// <summary>
    /// Where it lies, and is entered: where Linux is linked to for a Malta, and YAMON's users load images.
    /// </summary>
    public const uint Start = 0x8010_0000;

    /// <summary>The image as an ELF of a byte order. One that is an ELF already must be of that order.</summary>
    /// <exception cref="GuestSetupException">It is of the other, or nothing.</exception>
    public static ReadOnlyMemory<byte> AsElf(ReadOnlyMemory<byte> image, string name, ByteOrder order)
    {
        if (image.IsEmpty)
            throw new GuestSetupException($"{name} is empty");
        if (!image.Span.StartsWith("\u007fELF"u8))
            return ElfFile.Write(order, Start, Start, image.Span, (uint)image.Length, symbols: null);
        if (ElfImage.Parse(image, name).ByteOrder != order)
        {
            string own = order == ByteOrder.Big ? "little" : "big";
            throw new GuestSetupException(
                $"{name} is a {own}-endian ELF: leave --endian out, it is for images that do not say");
        }
        return image;
    }
}

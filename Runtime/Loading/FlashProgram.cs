namespace Dbt.Runtime.Loading;

/// <summary>A program that lies in a board's flash, where the processor starts: a boot loader.</summary>
public static class FlashProgram
{
    private const uint PhysicalMask = 0x1fff_ffff;

    /// <summary>Puts it where it is linked to.</summary>
    /// <param name="flash">The flash.</param>
    /// <param name="addresses">Where the processor sees the flash: physical addresses.</param>
    /// <param name="program">The program.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="GuestSetupException">A part of it belongs elsewhere.</exception>
    public static void Load(Span<byte> flash, ReadOnlySpan<uint> addresses, ElfImage program, string name)
    {
        foreach (ElfSegment segment in program.Segments)
        {
            uint address = (uint)segment.PhysicalAddress & PhysicalMask;
            // What has no contents is cleared by the program itself, once it is where it can be.
            if (segment.Contents.IsEmpty)
                continue;
            long offset = Offset(address, (ulong)segment.Contents.Length, addresses, flash.Length);
            if (offset < 0)
            {
                throw new GuestSetupException(
                    $"{name} is linked to physical 0x{address:x8}, and the processor starts in flash, of which there are "
                    + $"{flash.Length >> 20} MB at 0x{addresses[0]:x8}; boot what lies in RAM with --kernel");
            }
            segment.Contents.Span.CopyTo(flash[(int)offset..]);
        }
    }

    private static long Offset(uint address, ulong bytes, ReadOnlySpan<uint> addresses, int flashBytes)
    {
        foreach (uint start in addresses)
        {
            if (address >= start && address - start + bytes <= (ulong)flashBytes)
                return address - start;
        }
        return -1;
    }
}

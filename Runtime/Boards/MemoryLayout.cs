namespace Dbt.Runtime.Boards;

/// <summary>A place where the processor's bus shows memory.</summary>
/// <param name="Address">Guest physical address, page-aligned.</param>
/// <param name="Bytes">How much is shown there, in whole pages.</param>
/// <param name="Offset">Which byte of the machine's memory is shown first: RAM from 0 on, and the boot ROM and flash
/// behind it.</param>
/// <param name="IsWritable">Whether it is RAM.</param>
/// <param name="TakesCommands">Whether stores are commands to a device, where they are not to RAM.</param>
public sealed record MemoryRegion(
    uint Address, ulong Bytes, ulong Offset, bool IsWritable, bool TakesCommands = false);

/// <summary>Where a board shows its RAM, boot ROM and flash. The same RAM may be seen in several places.</summary>
public sealed class MemoryLayout
{
    /// <summary>The layout of a board.</summary>
    /// <param name="ramBytes">Bytes of RAM.</param>
    /// <param name="romBytes">Bytes of boot ROM and flash, which lie behind RAM in the machine's memory.</param>
    /// <param name="regions">Where they are seen, the first of them RAM at physical 0. They do not overlap.</param>
    public MemoryLayout(ulong ramBytes, ulong romBytes, params IReadOnlyList<MemoryRegion> regions)
    {
        (RamBytes, RomBytes, Regions) = (ramBytes, romBytes, regions);
        ArgumentOutOfRangeException.ThrowIfNotEqual(
            regions[0] is { Address: 0, Offset: 0, IsWritable: true }, true, nameof(regions));
    }

    /// <summary>Bytes of RAM.</summary>
    public ulong RamBytes { get; }

    /// <summary>Bytes of boot ROM and flash.</summary>
    public ulong RomBytes { get; }

    /// <summary>Where they are seen.</summary>
    public IReadOnlyList<MemoryRegion> Regions { get; }

    /// <summary>Bytes of RAM from physical 0 on: what a boot loader fills, and an unmapped segment shows.</summary>
    public uint LowBytes => (uint)Regions[0].Bytes;

    /// <summary>
    /// Which byte of RAM a physical address shows; null unless all of the range is RAM that follows itself.
    /// </summary>
    /// <param name="address">First guest physical address.</param>
    /// <param name="bytes">Bytes of the range.</param>
    public ulong? RamOffset(uint address, ulong bytes)
    {
        foreach (MemoryRegion region in Regions)
        {
            ulong into = (ulong)address - region.Address;
            if (region.IsWritable && address >= region.Address && into < region.Bytes && bytes <= region.Bytes - into)
                return region.Offset + into;
        }
        return null;
    }
}

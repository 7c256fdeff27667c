namespace Dbt.Runtime.Bus;

/// <summary>
/// Something that answers reads and writes at offsets: a device's register block, or an address space made of them.
/// </summary>
/// <remarks>
/// Values are numbers, not byte sequences: the byte lane at the lowest offset is the low-order byte (the little-endian
/// view of the bus); whoever joins a big-endian processor to it swaps there.
/// </remarks>
public interface IBusTarget
{
    /// <summary>Reads <paramref name="bytes"/> (1, 2 or 4) at <paramref name="offset"/>; the upper bits are zero.</summary>
    uint Read(uint offset, int bytes);

    /// <summary>Writes the low <paramref name="bytes"/> (1, 2 or 4) of <paramref name="value"/> at <paramref name="offset"/>.</summary>
    void Write(uint offset, int bytes, uint value);
}

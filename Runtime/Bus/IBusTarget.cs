namespace Dbt.Runtime.Bus;

/// <summary>
/// Something that answers reads and writes at offsets: a device's register block, or an address space made of them.
/// </summary>
/// <remarks>
/// Values are numbers, as they leave and reach the processor's registers, whatever its byte order. Beyond the bridge to
/// PCI, and inside a device, the byte lane at the lowest offset is the low-order byte; on a big-endian processor's own
/// bus it is the high-order byte.
/// </remarks>
public interface IBusTarget
{
    /// <summary>
    /// Reads <paramref name="bytes"/> (1, 2 or 4) at <paramref name="offset"/>; the upper bits are zero.
    /// </summary>
    uint Read(uint offset, int bytes);

    /// <summary>
    /// Writes the low <paramref name="bytes"/> (1, 2 or 4) of <paramref name="value"/> at <paramref name="offset"/>.
    /// </summary>
    void Write(uint offset, int bytes, uint value);

    /// <summary>
    /// Until when an access may be repeated without anything changing: reads have no side effect and give what they
    /// gave last, and a write of the same value again does nothing. For loops that wait by polling.
    /// </summary>
    /// <param name="offset">Where the access goes.</param>
    /// <param name="written">The value that is written; null for a read.</param>
    /// <returns>Nanoseconds of machine time, exclusive; 0 if the device makes no such promise.</returns>
    long SteadyUntil(uint offset, uint? written) => 0;
}

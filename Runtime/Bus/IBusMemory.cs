namespace Dbt.Runtime.Bus;

/// <summary>
/// The machine's memory as a bus master sees it, a device that reads and writes it by itself (DMA). Bytes are at the
/// addresses where the processor finds them, whatever its byte order.
/// </summary>
public interface IBusMemory
{
    /// <summary>Reads from a physical address on.</summary>
    /// <returns>
    /// Whether memory answered everywhere; where none did, the rest of <paramref name="to"/> is as it was.
    /// </returns>
    bool Read(uint address, Span<byte> to);

    /// <summary>Writes from a physical address on; read-only memory stays as it is.</summary>
    /// <returns>
    /// Whether memory answered everywhere; behind the first place where none did, nothing is written.
    /// </returns>
    bool Write(uint address, ReadOnlySpan<byte> from);
}

using Dbt.Runtime.Bus;

namespace Dbt.Runtime.Devices;

/// <summary>Memory as a PCI function sees it, which the guest may forbid (PCI 2.1, 6.2.2: Bus Master).</summary>
/// <param name="function">The function.</param>
/// <param name="ram">Memory.</param>
internal sealed class PciMaster(PciFunction function, IBusMemory ram) : IBusMemory
{
    /// <inheritdoc/>
    public bool Read(uint address, Span<byte> bytes) => function.IsMaster && ram.Read(address, bytes);

    /// <inheritdoc/>
    public bool Write(uint address, ReadOnlySpan<byte> bytes) => function.IsMaster && ram.Write(address, bytes);
}

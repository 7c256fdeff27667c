using Dbt.Runtime.Bus;

namespace Dbt.Runtime.Devices;

/// <summary>
/// Byte registers wired to a wider bus: register n answers anywhere in the n-th slot, on the low byte lane.
/// </summary>
/// <param name="target">The device with registers one byte apart.</param>
/// <param name="spacing">Bytes from one register to the next on the bus.</param>
public sealed class SpacedRegisters(IBusTarget target, uint spacing) : IBusTarget
{
    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) => target.Read(offset / spacing, 1);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) => target.Write(offset / spacing, 1, value & 0xff);
}

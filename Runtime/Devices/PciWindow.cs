using Dbt.Runtime.Bus;

namespace Dbt.Runtime.Devices;

/// <summary>The processor's view of a piece of an address space: a window with its base added.</summary>
/// <param name="space">What the window looks into.</param>
public sealed class PciWindow(IBusTarget space) : IBusTarget
{
    /// <summary>The address that the window's first byte shows.</summary>
    public uint Base { get; set; }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) => space.Read(Base + offset, bytes);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) => space.Write(Base + offset, bytes, value);

    /// <inheritdoc/>
    public long SteadyUntil(uint offset, uint? written) => space.SteadyUntil(Base + offset, written);
}

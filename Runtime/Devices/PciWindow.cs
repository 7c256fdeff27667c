using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The processor's view of a piece of an address space: a window with its base added. PCI is little-endian, and the
/// bridge keeps bytes at their addresses: for a big-endian processor it turns what is wider than a byte around.
/// </summary>
/// <param name="space">What the window looks into.</param>
/// <param name="order">The processor's byte order.</param>
public sealed class PciWindow(IBusTarget space, ByteOrder order) : IBusTarget, IHasState
{
    /// <summary>The address that the window's first byte shows.</summary>
    public uint Base { get; set; }

    /// <inheritdoc/>
    public void Walk(StateWalk walk) => Base = walk.Value("base", Base);

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) =>
        Gt64120.Turn(space.Read(Base + offset, bytes), bytes, order == ByteOrder.Big);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) =>
        space.Write(Base + offset, bytes, Gt64120.Turn(value, bytes, order == ByteOrder.Big));

    /// <inheritdoc/>
    public long SteadyUntil(uint offset, uint? written) => space.SteadyUntil(Base + offset, written);
}

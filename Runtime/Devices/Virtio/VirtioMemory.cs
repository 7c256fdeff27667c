using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;

namespace Dbt.Runtime.Devices;

/// <summary>
/// Memory as a virtio device sees it: addresses of 64 bits, of which there is only what the bus has, and numbers in the
/// byte order of the interface (Virtio 1.2, 2.7.3): little-endian, or the guest's own for a legacy driver.
/// </summary>
/// <param name="ram">The bus's memory.</param>
/// <param name="guest">The guest's byte order.</param>
internal sealed class VirtioMemory(IBusMemory ram, ByteOrder guest)
{
    /// <summary>The guest's byte order.</summary>
    public ByteOrder Guest { get; } = guest;

    /// <summary>How numbers are written, which follows from the features that the driver accepted.</summary>
    public ByteOrder Order { get; set; } = guest;

    /// <summary>Reads; false where there is no memory.</summary>
    public bool TryRead(ulong address, Span<byte> to) => IsOnBus(address, to.Length) && ram.Read((uint)address, to);

    /// <summary>Writes; false where there is no memory.</summary>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> from) =>
        IsOnBus(address, from.Length) && ram.Write((uint)address, from);

    /// <summary>Reads a number of 16 bits.</summary>
    public bool TryReadHalf(ulong address, out ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        bool isThere = TryRead(address, bytes);
        value = Order.Half(bytes);
        return isThere;
    }

    /// <summary>Writes a number of 16 bits.</summary>
    public bool TryWriteHalf(ulong address, ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        Order.WriteHalf(bytes, value);
        return TryWrite(address, bytes);
    }

    /// <summary>Whether all of a range has addresses that the bus has.</summary>
    public static bool IsOnBus(ulong address, long bytes) =>
        address <= uint.MaxValue && (ulong)bytes <= uint.MaxValue + 1UL - address;
}

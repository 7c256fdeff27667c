using Dbt.Runtime.Bus;

namespace Dbt.TestRoms.Devices;

/// <summary>Memory for a device to read and write by itself, from address 0 on.</summary>
internal sealed class BusMemory(int bytes) : IBusMemory
{
    public byte[] Bytes { get; } = new byte[bytes];

    public bool Read(uint address, Span<byte> to)
    {
        int there = There(address, to.Length);
        Bytes.AsSpan((int)Math.Min(address, (uint)Bytes.Length), there).CopyTo(to);
        return there == to.Length;
    }

    public bool Write(uint address, ReadOnlySpan<byte> from)
    {
        int there = There(address, from.Length);
        from[..there].CopyTo(Bytes.AsSpan((int)Math.Min(address, (uint)Bytes.Length)));
        return there == from.Length;
    }

    private int There(uint address, int wanted) => (int)Math.Min((ulong)wanted, (ulong)Math.Max(0L, (long)Bytes.Length - address));
}

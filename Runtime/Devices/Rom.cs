using System.Buffers.Binary;
using Dbt.Runtime.Bus;

namespace Dbt.Runtime.Devices;

/// <summary>Read-only memory: writes are ignored.</summary>
/// <param name="bytes">Size in bytes.</param>
public sealed class Rom(int bytes) : IBusTarget
{
    private readonly byte[] _contents = new byte[bytes];

    /// <summary>The contents, in memory order.</summary>
    public ReadOnlyMemory<byte> Contents => _contents;

    /// <summary>Puts <paramref name="contents"/> at <paramref name="offset"/>: what the factory does.</summary>
    public void Program(int offset, ReadOnlySpan<byte> contents) => contents.CopyTo(_contents.AsSpan(offset));

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes)
    {
        ReadOnlySpan<byte> at = _contents.AsSpan((int)offset);
        return bytes switch
        {
            1 => at[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(at),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(at),
        };
    }

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) { }
}

using System.Buffers.Binary;

namespace Dbt.Runtime.Memory;

/// <summary>How a guest's bytes make a number: a type parameter of the engines, so that it costs nothing.</summary>
public interface IByteOrder
{
    /// <summary>Whether the byte at the lowest address is the most significant one.</summary>
    static abstract bool IsBigEndian { get; }

    /// <summary>Converts between the guest's order and the host's.</summary>
    static abstract ushort Convert(ushort value);

    /// <summary>Converts between the guest's order and the host's.</summary>
    static abstract uint Convert(uint value);

    /// <summary>Converts between the guest's order and the host's.</summary>
    static abstract ulong Convert(ulong value);
}

/// <summary>The least significant byte first.</summary>
public readonly struct LittleEndian : IByteOrder
{
    /// <inheritdoc/>
    public static bool IsBigEndian => false;

    /// <inheritdoc/>
    public static ushort Convert(ushort value) =>
        BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    /// <inheritdoc/>
    public static uint Convert(uint value) =>
        BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    /// <inheritdoc/>
    public static ulong Convert(ulong value) =>
        BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
}

/// <summary>The most significant byte first.</summary>
public readonly struct BigEndian : IByteOrder
{
    /// <inheritdoc/>
    public static bool IsBigEndian => true;

    /// <inheritdoc/>
    public static ushort Convert(ushort value) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    /// <inheritdoc/>
    public static uint Convert(uint value) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    /// <inheritdoc/>
    public static ulong Convert(ulong value) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}

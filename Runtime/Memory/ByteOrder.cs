using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Dbt.Runtime.Memory;

/// <summary>How a machine's bytes make a number.</summary>
public enum ByteOrder
{
    /// <summary>Low-order byte first.</summary>
    Little,

    /// <summary>High-order byte first.</summary>
    Big,
}

/// <summary>
/// Numbers in a machine's memory and files, for what runs seldom; what runs often has <see cref="IByteOrder"/> as a
/// type parameter.
/// </summary>
public static class ByteOrders
{
    /// <summary>The number that 1, 2, 4 or 8 bytes make.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(this ByteOrder order, ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        sizeof(byte) => bytes[0],
        sizeof(ushort) => order.Half(bytes),
        sizeof(uint) => order.Word(bytes),
        _ => order.Double(bytes),
    };

    /// <summary>Makes 1, 2, 4 or 8 bytes the low-order part of a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(this ByteOrder order, Span<byte> bytes, ulong value)
    {
        switch (bytes.Length)
        {
            case sizeof(byte): bytes[0] = (byte)value; break;
            case sizeof(ushort): order.WriteHalf(bytes, (ushort)value); break;
            case sizeof(uint): order.WriteWord(bytes, (uint)value); break;
            default: order.WriteDouble(bytes, value); break;
        }
    }

    /// <summary>The number that the first 2 bytes make.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Half(this ByteOrder order, ReadOnlySpan<byte> bytes) =>
        order == ByteOrder.Big
            ? BinaryPrimitives.ReadUInt16BigEndian(bytes)
            : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    /// <summary>The number that the first 4 bytes make.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Word(this ByteOrder order, ReadOnlySpan<byte> bytes) =>
        order == ByteOrder.Big
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    /// <summary>The number that the first 8 bytes make.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Double(this ByteOrder order, ReadOnlySpan<byte> bytes) =>
        order == ByteOrder.Big
            ? BinaryPrimitives.ReadUInt64BigEndian(bytes)
            : BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    /// <summary>Writes 2 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteHalf(this ByteOrder order, Span<byte> bytes, ushort value)
    {
        if (order == ByteOrder.Big)
            BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
    }

    /// <summary>Writes 4 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteWord(this ByteOrder order, Span<byte> bytes, uint value)
    {
        if (order == ByteOrder.Big)
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
    }

    /// <summary>Writes 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteDouble(this ByteOrder order, Span<byte> bytes, ulong value)
    {
        if (order == ByteOrder.Big)
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
    }
}

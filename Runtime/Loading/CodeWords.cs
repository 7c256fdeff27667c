using System.Buffers.Binary;
using Dbt.Runtime.Memory;

namespace Dbt.Runtime.Loading;

/// <summary>Writes MIPS code words one after the other, in a machine's byte order.</summary>
internal struct CodeWords(byte[] image, int at, ByteOrder order)
{
    public const uint A0 = 4, A1 = 5, A2 = 6, A3 = 7, T0 = 8, T9 = 25, K0 = 26, K1 = 27, Sp = 29;

    public void Add(uint word)
    {
        order.WriteWord(image.AsSpan(at), word);
        at += sizeof(uint);
    }

    /// <summary><c>lui</c> and <c>ori</c>.</summary>
    public void LoadImmediate(uint register, uint value)
    {
        Add(0x3c00_0000 | register << 16 | value >> 16);
        Add(0x3400_0000 | register << 21 | register << 16 | value & 0xffff);
    }

    /// <summary>Stores a word at the address of a little-endian device's register, through k0 and k1.</summary>
    public void StoreLittleEndian(uint address, uint value)
    {
        LoadImmediate(K0, order == ByteOrder.Big ? BinaryPrimitives.ReverseEndianness(value) : value);
        LoadImmediate(K1, address);
        Add(0xac00_0000 | K1 << 21 | K0 << 16);
    }
}

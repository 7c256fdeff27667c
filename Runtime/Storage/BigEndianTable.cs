using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Dbt.Runtime.Storage;

/// <summary>A table of 64-bit numbers as a file has it: big-endian.</summary>
internal static class BigEndianTable
{
    /// <summary>Reads a table.</summary>
    public static ulong[] Read(ImageFile file, long offset, int entries)
    {
        ulong[] table = new ulong[entries];
        file.Read(offset, MemoryMarshal.AsBytes(table.AsSpan()));
        BinaryPrimitives.ReverseEndianness(table, table);
        return table;
    }

    /// <summary>Writes one.</summary>
    public static void Write(ImageFile file, long offset, ulong[] table)
    {
        ulong[] turned = new ulong[table.Length];
        BinaryPrimitives.ReverseEndianness(table, turned);
        file.Write(offset, MemoryMarshal.AsBytes(turned.AsSpan()));
    }
}

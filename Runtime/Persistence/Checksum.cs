using System.Numerics;
using System.Runtime.InteropServices;

namespace Dbt.Runtime.Persistence;

/// <summary>
/// CRC-32C. It finds what a disk or an interrupted write does to a file; it is no defence against who may write to it.
/// </summary>
internal static class Checksum
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte value in bytes[(8 * words.Length)..])
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}

using System.Numerics;
using System.Runtime.InteropServices;

namespace Dbt.Hypervisor.Sharing;

/// <summary>A hash of a page's contents. Equal hashes only suggest equal pages; whoever acts on it compares.</summary>
public static class PageHash
{
    private const ulong First = 0x9e37_79b9_7f4a_7c15, Second = 0xd6e8_feb8_6659_fd93;

    /// <summary>The hash; 0 for a page of zeros only.</summary>
    public static ulong Of(ReadOnlySpan<byte> page)
    {
        if (!page.ContainsAnyExcept((byte)0))
            return 0;
        ulong hash = First;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(page))
            hash = BitOperations.RotateLeft((hash ^ word) * Second, 29) + First;
        return hash | 1;
    }
}

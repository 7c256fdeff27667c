using System.Runtime.InteropServices;

namespace Dbt.Runtime.Memory;

/// <summary>
/// Large tables in native memory of which little is used: zeroed, and the host has pages only for what was touched.
/// </summary>
public static unsafe class SparseTable
{
    /// <summary>Makes one.</summary>
    /// <exception cref="GuestSetupException">The host has not enough memory.</exception>
    public static T* Allocate<T>(int count) where T : unmanaged
    {
        if (!HostMapping.IsAvailable)
            return (T*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(T));
        // The C library would clear, and so touch, all of one that it had before.
        nint table = HostMapping.Reserve(Bytes<T>(count));
        return table != 0
            ? (T*)table
            : throw new GuestSetupException("the host has not enough memory for a machine's tables");
    }

    /// <summary>Gives one back.</summary>
    public static void Free<T>(T* table, int count) where T : unmanaged
    {
        if (HostMapping.IsAvailable)
            HostMapping.Release((nint)table, Bytes<T>(count));
        else
            NativeMemory.Free(table);
    }

    private static nuint Bytes<T>(int count) where T : unmanaged => (nuint)count * (nuint)sizeof(T);
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Dbt.Runtime.Memory;

/// <summary>
/// Page-wise mappings of the host, where the host is a Linux with pages of 4 KB; elsewhere memory is only allocated.
/// </summary>
internal static unsafe partial class HostMapping
{
    private const int Read = 1, Write = 2;
    private const int Shared = 1, Private = 2, Fixed = 0x10, Anonymous = 0x20, NoReserve = 0x4000;
    private const int DontNeed = 4;
    private const int PunchHole = 2, KeepSize = 1;
    private const uint CloseOnExec = 1;
    private const nint Failed = -1;

    /// <summary>Whether single pages can be mapped elsewhere, and given back.</summary>
    public static bool IsAvailable { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess
        && Environment.SystemPageSize == 1 << ShadowTlb.PageShift;

    /// <summary>Zeroed memory, page-aligned; 0 if there is not enough.</summary>
    public static nint Reserve(nuint length)
    {
        nint address = Map(0, length, Read | Write, Private | Anonymous | NoReserve, -1, 0);
        return address == Failed ? 0 : address;
    }

    /// <summary>Gives memory back.</summary>
    public static void Release(nint address, nuint length) => _ = Unmap(address, length);

    /// <summary>Puts fresh zeros at an address. False where the host refuses.</summary>
    public static bool Renew(nint address, nuint length) =>
        Map(address, length, Read | Write, Private | Anonymous | NoReserve | Fixed, -1, 0) != Failed;

    /// <summary>Gives the host the pages of private memory back; they read as zeros.</summary>
    public static void Discard(nint address, nuint length) => _ = Advise(address, length, DontNeed);

    /// <summary>
    /// Which pages of private memory the host has had to find room for; all others are zeros. Null where it does not
    /// say.
    /// </summary>
    public static bool[]? Touched(nint address, int pages)
    {
        // Documentation/admin-guide/mm/pagemap.rst of Linux: a word for each page.
        const ulong isPresent = 1UL << 63, isSwapped = 1UL << 62;
        if (!IsAvailable)
            return null;
        ulong[] words = new ulong[pages];
        try
        {
            using SafeFileHandle map = File.OpenHandle("/proc/self/pagemap");
            Span<byte> left = MemoryMarshal.AsBytes(words.AsSpan());
            for (long at = (address >> ShadowTlb.PageShift) * sizeof(ulong); left.Length > 0;)
            {
                int read = RandomAccess.Read(map, left, at);
                if (read == 0)
                    return null;
                left = left[read..];
                at += read;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        return Array.ConvertAll(words, word => (word & (isPresent | isSwapped)) != 0);
    }

    /// <summary>
    /// Maps a piece of a file copy-on-write over what is at an address. False where the host refuses.
    /// </summary>
    public static bool MapCopy(nint address, nuint length, int file, long offset) =>
        Map(address, length, Read | Write, Private | NoReserve | Fixed, file, offset) != Failed;

    /// <summary>A nameless file in memory, sparse; −1 if there is none to be had.</summary>
    public static int CreateFile(long length)
    {
        int file = CreateMemoryFile("dbt-shared-pages", CloseOnExec);
        if (file >= 0 && Truncate(file, length) == 0)
            return file;
        if (file >= 0)
            CloseFile(file);
        return -1;
    }

    /// <summary>A window onto a file through which it is read and written; 0 if there is none to be had.</summary>
    public static nint MapFile(int file, long length)
    {
        nint address = Map(0, (nuint)length, Read | Write, Shared | NoReserve, file, 0);
        return address == Failed ? 0 : address;
    }

    /// <summary>Gives the host a piece of a file back.</summary>
    public static void Punch(int file, long offset, long length) =>
        _ = Allocate(file, PunchHole | KeepSize, offset, length);

    /// <summary>Closes a file.</summary>
    public static void CloseFile(int file) => _ = Close(file);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate")]
    private static partial int Truncate(int file, long length);

    [LibraryImport("libc", EntryPoint = "fallocate")]
    private static partial int Allocate(int file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}

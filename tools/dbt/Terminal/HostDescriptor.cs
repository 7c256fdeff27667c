using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Dbt.Tool.Terminal;

/// <summary>What the host says of a file descriptor; the numbers are the same on Linux, macOS and the BSDs.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class HostDescriptor
{
    /// <summary>Standard input and standard output.</summary>
    public const int Input = 0, Output = 1;

    /// <summary>Something can be read, if only that there is no more; nobody reads what is written.</summary>
    public const short Readable = 1, Error = 8;

    /// <summary>Which of these hold now, or come to hold; 0 when none does in time.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="wanted">What is waited for beyond <see cref="Error"/>.</param>
    /// <param name="milliseconds">How long; 0 not to wait, -1 for ever.</param>
    public static short Poll(int descriptor, short wanted, int milliseconds)
    {
        Watched watched = new() { Descriptor = descriptor, Wanted = wanted };
        return Poll(ref watched, 1, milliseconds) > 0 ? watched.Found : (short)0;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref Watched descriptors, nuint count, int timeout);

    // struct pollfd
    private struct Watched
    {
        public int Descriptor;
        public short Wanted, Found;
    }
}

using System.Runtime.InteropServices;

namespace Dbt.Tool.Terminal;

/// <summary>
/// Who reads standard output, if that is a pipe. .NET's own stream takes what it cannot write to one for written.
/// </summary>
internal static partial class OutputReader
{
    private const int StandardOutput = 1;
    // The same on Linux, macOS and the BSDs.
    private const short Error = 8;

    /// <summary>Whether nobody does any more.</summary>
    public static bool IsGone
    {
        get
        {
            if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
                return false;
            Watched output = new() { Descriptor = StandardOutput };
            return Poll(ref output, 1, timeout: 0) > 0 && (output.Found & Error) != 0;
        }
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

using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Dbt.Tool.Network;

/// <summary>What a socket is waited for, and what was found: struct pollfd of Linux, macOS and the BSDs.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PolledDescriptor
{
    public int Descriptor;
    public short Wanted, Found;
}

/// <summary>Waits for several descriptors at a time.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class HostPoll
{
    /// <summary>Something can be read; something urgent; something can be written; an error; the end.</summary>
    public const short In = 1, Urgent = 2, Out = 4, Error = 8, HangUp = 16;

    /// <summary>Waits until one of them has what is wanted of it, or time is over.</summary>
    /// <returns>How many have; negative where that failed.</returns>
    [LibraryImport("libc", EntryPoint = "poll")]
    public static partial int Poll([In, Out] PolledDescriptor[] descriptors, nuint count, int milliseconds);
}

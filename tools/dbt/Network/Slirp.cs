using System.Runtime.InteropServices;

namespace Dbt.Tool.Network;

/// <summary>
/// libslirp's interface (libslirp.h): a TCP/IP stack at the guest's end, and ordinary sockets of this process at the
/// host's. Its first version has all that is used here.
/// </summary>
internal static partial class Slirp
{
    /// <summary>The library, as <see cref="SlirpLibrary"/> finds it.</summary>
    public const string Library = "slirp";

    /// <summary>Events of a socket, as they are asked for and reported.</summary>
    public const int In = 1, Out = 2, Urgent = 4, Error = 8, HangUp = 16;

    /// <summary>Sends a frame to the guest; returns how many bytes were taken.</summary>
    public delegate nint SendFrame(nint bytes, nuint length, nint opaque);

    /// <summary>Hears of what the guest does wrong, in words.</summary>
    public delegate void Complain(nint message, nint opaque);

    /// <summary>The time in nanoseconds.</summary>
    public delegate long ReadClock(nint opaque);

    /// <summary>Makes a timer that calls a function of the library's with a value.</summary>
    public delegate nint NewTimer(nint callback, nint value, nint opaque);

    /// <summary>Ends a timer.</summary>
    public delegate void FreeTimer(nint timer, nint opaque);

    /// <summary>Sets a timer, in milliseconds of <see cref="ReadClock"/>.</summary>
    public delegate void SetTimer(nint timer, long due, nint opaque);

    /// <summary>A socket came, or went.</summary>
    public delegate void Register(int socket, nint opaque);

    /// <summary>There is something to be polled anew.</summary>
    public delegate void Notify(nint opaque);

    /// <summary>A socket is to be waited for; returns its number.</summary>
    public delegate int AddPoll(int socket, int events, nint opaque);

    /// <summary>What has happened at the socket with a number.</summary>
    public delegate int FoundEvents(int number, nint opaque);

    /// <summary>
    /// Makes a network; it keeps the address of its <see cref="SlirpCallbacks"/>, but not of its settings.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "slirp_new")]
    public static partial nint New(in SlirpSettings settings, nint callbacks, nint opaque);

    /// <summary>Ends it.</summary>
    [LibraryImport(Library, EntryPoint = "slirp_cleanup")]
    public static partial void Cleanup(nint network);

    /// <summary>Asks which sockets to wait for, and how long.</summary>
    [LibraryImport(Library, EntryPoint = "slirp_pollfds_fill")]
    public static partial void FillPolls(nint network, ref uint milliseconds, AddPoll add, nint opaque);

    /// <summary>Goes on after the wait.</summary>
    [LibraryImport(Library, EntryPoint = "slirp_pollfds_poll")]
    public static partial void Poll(nint network, int failed, FoundEvents found, nint opaque);

    /// <summary>Takes a frame of the guest's.</summary>
    [LibraryImport(Library, EntryPoint = "slirp_input")]
    public static partial void Input(nint network, byte[] frame, int length);

    /// <summary>Forwards a port of the host to the guest; addresses in network order, ports not.</summary>
    [LibraryImport(Library, EntryPoint = "slirp_add_hostfwd")]
    public static partial int AddHostForward(
        nint network, int isUdp, uint hostAddress, int hostPort, uint guestAddress, int guestPort);

    /// <summary>Runs a command for each connection of the guest's to an address.</summary>
    [LibraryImport(Library, EntryPoint = "slirp_add_exec", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddCommand(nint network, string command, ref uint guestAddress, int guestPort);

    /// <summary>Connects the guest's connections to an address with a socket of the host's file system.</summary>
    [LibraryImport(Library, EntryPoint = "slirp_add_unix", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddUnixSocket(nint network, string path, ref uint guestAddress, int guestPort);
}

/// <summary>struct SlirpConfig, version 1.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SlirpSettings
{
    public uint Version;
    public int IsRestricted;
    public byte HasIpv4;
    public uint Network, Mask, Host;
    public byte HasIpv6;
    public Ipv6Address Prefix6;
    public byte PrefixLength6;
    public Ipv6Address Host6;
    public nint HostName, TftpServer, TftpFolder, BootFile;
    public uint FirstLease, NameServer;
    public Ipv6Address NameServer6;
    public nint SearchDomains, Domain;
    public nuint LongestToGuest, LongestFromGuest;
    public byte ForbidsLoopback, Emulates;
}

/// <summary>struct in6_addr: as its words are in memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Ipv6Address
{
    public uint First, Second, Third, Fourth;
}

/// <summary>struct SlirpCb: functions, and those of later versions, which are not there.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SlirpCallbacks
{
    public nint Send, Complain, Clock, NewTimer, FreeTimer, SetTimer, Register, Unregister, Notify;
    public nint Completed, NewTimerByNumber, RegisterSocket, UnregisterSocket;
}

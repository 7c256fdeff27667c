using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Dbt.Tool.Network;

/// <summary>A port of the host that leads to one of the guest, as <c>tcp:[ADDRESS]:PORT-[ADDRESS]:PORT</c>.</summary>
/// <param name="IsUdp">Whether it is UDP's, in place of TCP's.</param>
/// <param name="HostAddress">Where the host listens.</param>
/// <param name="HostPort">The port there.</param>
/// <param name="GuestAddress">Where the guest does.</param>
/// <param name="GuestPort">The port there.</param>
internal sealed record PortForward(
    bool IsUdp, IPAddress HostAddress, int HostPort, IPAddress GuestAddress, int GuestPort)
{
    /// <summary>The guest's address, where DHCP gives it the first.</summary>
    public static readonly IPAddress Guest = new([10, 0, 2, 15]);

    /// <summary>Reads one; null if it is none.</summary>
    public static PortForward? Parse(string text)
    {
        string[] ends = text.Split('-');
        if (ends.Length != 2)
            return null;
        string[] host = ends[0].Split(':'), guest = ends[1].Split(':');
        if (host.Length != 3 || guest.Length != 2 || host[0] is not ("tcp" or "udp" or ""))
            return null;
        return AddressOf(host[1], IPAddress.Any) is { } hostAddress && PortOf(host[2]) is { } hostPort
            && AddressOf(guest[0], Guest) is { } guestAddress && PortOf(guest[1]) is { } guestPort
            ? new PortForward(host[0] == "udp", hostAddress, hostPort, guestAddress, guestPort)
            : null;
    }

    /// <summary>Reads an IPv4 address; null if it is none.</summary>
    public static IPAddress? AddressOf(string text, IPAddress? @default = null)
    {
        if (text.Length == 0)
            return @default;
        return text.Split('.').Length == 4 && IPAddress.TryParse(text, out IPAddress? address)
            && address.AddressFamily == AddressFamily.InterNetwork
            ? address
            : null;
    }

    /// <summary>Reads a port; null if it is none.</summary>
    public static int? PortOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65536
            ? port
            : null;
}

/// <summary>
/// An address of the guest's network behind which something of the host's is:
/// <c>tcp:ADDRESS:PORT-cmd:COMMAND</c> or <c>tcp:ADDRESS:PORT-unix:PATH</c>.
/// </summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port.</param>
/// <param name="Command">What is run for each connection; null for none.</param>
/// <param name="Socket">Which socket of the file system each connection leads to; null for none.</param>
internal sealed record GuestForward(IPAddress Address, int Port, string? Command, string? Socket)
{
    /// <summary>Reads one; null if it is none.</summary>
    public static GuestForward? Parse(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        string[] guest = dash < 0 ? [] : text[..dash].Split(':');
        string[] target = text[(dash + 1)..].Split(':', 2);
        if (guest.Length != 3 || guest[0] is not ("tcp" or "") || target is not ["cmd" or "unix", { Length: > 0 }])
            return null;
        return PortForward.AddressOf(guest[1]) is { } address && PortForward.PortOf(guest[2]) is { } port
            ? new GuestForward(
                address, port, target[0] == "cmd" ? target[1] : null, target[0] == "unix" ? target[1] : null)
            : null;
    }
}

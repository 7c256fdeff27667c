using System.Net;
using System.Runtime.InteropServices;
using Dbt.Runtime;

namespace Dbt.Tool.Network;

/// <summary>What a <see cref="UserNetwork"/> is to be: addresses are those that QEMU's has.</summary>
internal sealed record UserNetworkSettings
{
    // 10.0.2.0/24 with the router, the name server and the first lease; and the same of fec0::/64.
    private static readonly uint s_network = Of(10, 0, 2, 0), s_mask = Of(255, 255, 255, 0), s_router = Of(10, 0, 2, 2),
        s_nameServer = Of(10, 0, 2, 3), s_firstLease = Of(10, 0, 2, 15), s_prefix = Of(0xfe, 0xc0, 0, 0),
        s_second = Of(0, 0, 0, 2), s_third = Of(0, 0, 0, 3);

    /// <summary>Ports of the host that lead to the guest.</summary>
    public IReadOnlyList<PortForward> HostForwards { get; init; } = [];

    /// <summary>Addresses that lead to something of the host's.</summary>
    public IReadOnlyList<GuestForward> GuestForwards { get; init; } = [];

    /// <summary>Whether the guest reaches nothing but the router, and what is forwarded.</summary>
    public bool IsRestricted { get; init; }

    /// <summary>The folder whose files the router gives by TFTP; null for none.</summary>
    public string? TftpFolder { get; init; }

    /// <summary>The file that DHCP names to boot from; null for none.</summary>
    public string? BootFile { get; init; }

    /// <summary>The guest's name, as DHCP tells it; null for none.</summary>
    public string? HostName { get; init; }

    /// <summary>Makes it, with all its forwards.</summary>
    /// <exception cref="GuestSetupException">A forward is not possible.</exception>
    public nint Make(nint callbacks)
    {
        List<nint> texts = [];
        SlirpSettings settings = new()
        {
            Version = 1,
            IsRestricted = IsRestricted ? 1 : 0,
            HasIpv4 = 1,
            Network = s_network,
            Mask = s_mask,
            Host = s_router,
            HasIpv6 = 1,
            Prefix6 = new Ipv6Address { First = s_prefix },
            PrefixLength6 = 64,
            Host6 = new Ipv6Address { First = s_prefix, Fourth = s_second },
            HostName = Text(HostName),
            TftpFolder = Text(TftpFolder),
            BootFile = Text(BootFile),
            FirstLease = s_firstLease,
            NameServer = s_nameServer,
            NameServer6 = new Ipv6Address { First = s_prefix, Fourth = s_third },
        };
        nint network = Slirp.New(settings, callbacks, 0);
        texts.ForEach(Marshal.FreeCoTaskMem);
        try
        {
            Forward(network);
            return network;
        }
        catch (Exception refused) when (refused is GuestSetupException or EntryPointNotFoundException)
        {
            Slirp.Cleanup(network);
            throw refused as GuestSetupException
                ?? new GuestSetupException("this machine's libslirp is too old for guestfwd to a socket", refused);
        }

        nint Text(string? text)
        {
            if (text is null)
                return 0;
            texts.Add(Marshal.StringToCoTaskMemUTF8(text));
            return texts[^1];
        }
    }

    private void Forward(nint network)
    {
        foreach (PortForward forward in HostForwards)
        {
            int failed = Slirp.AddHostForward(
                network, forward.IsUdp ? 1 : 0, Of(forward.HostAddress), forward.HostPort, Of(forward.GuestAddress),
                forward.GuestPort);
            if (failed != 0)
            {
                throw new GuestSetupException(
                    $"hostfwd: port {forward.HostPort} of this machine cannot be listened at: another program has it, or it needs rights that you have not");
            }
        }
        foreach (GuestForward forward in GuestForwards)
        {
            uint address = Of(forward.Address);
            int failed = forward.Command is { } command
                ? Slirp.AddCommand(network, command, ref address, forward.Port)
                : Slirp.AddUnixSocket(network, forward.Socket!, ref address, forward.Port);
            if (failed != 0)
            {
                throw new GuestSetupException(
                    $"guestfwd: {forward.Address}:{forward.Port} is no free address in 10.0.2.0/24");
            }
        }
    }

    private static uint Of(IPAddress address) => Of(address.GetAddressBytes());

    private static uint Of(params ReadOnlySpan<byte> address) => MemoryMarshal.Read<uint>(address);
}

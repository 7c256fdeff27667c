using System.Net;
using Dbt.Runtime;
using Dbt.Runtime.Network;
using Dbt.Tool.Guests;

namespace Dbt.Tool.Network;

/// <summary>A value of <c>--net</c>: a card, and what its cable leads to.</summary>
/// <param name="Model">Which card.</param>
/// <param name="Address">Its address; null for that of its place.</param>
/// <param name="LinkUp">Whether the cable is in.</param>
/// <param name="Connect">Makes the other end.</param>
internal sealed record NetworkSpecification(
    CardModel Model, MacAddress? Address, bool LinkUp, Func<INetworkBackend> Connect)
{
    private const string Switch = "on or off";

    private NetworkKind _kind;

    // What a cable can lead to, as it is typed but for capitals.
    private enum NetworkKind
    {
        User,
        Socket,
        Tap,
        Switch,
        None,
    }

    /// <summary>Whether it leads to a switch that all machines with this specification are at.</summary>
    public bool IsSwitch => _kind == NetworkKind.Switch;

    /// <summary>Whether it leads anywhere.</summary>
    public bool IsConnected => _kind != NetworkKind.None;

    /// <summary>Whether it leads out of this process, to those who live in the host's time.</summary>
    public bool IsLive => IsConnected && !IsSwitch;

    /// <summary>Reads <c>KIND[,KEY=VALUE...]</c>; a comma in a value is written twice.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="error">What is wrong with it, in a line; null if nothing is.</param>
    public static NetworkSpecification? Parse(string text, out string? error)
    {
        string[] words = [.. text.Replace(",,", "\0", StringComparison.Ordinal).Split(',')
            .Select(word => word.Replace('\0', ','))];
        NetworkSettings settings = new(words[1..]);
        if (NameIn<NetworkKind>(words[0]) is not { } kind)
        {
            error = $"takes {NamesOf<NetworkKind>()}, not '{words[0]}'";
            return null;
        }
        object model = settings.Take("model", text => NameIn<CardModel>(text), NamesOf<CardModel>())
            ?? CardModel.Pcnet;
        object? address = settings.Take(
            "mac", text => MacAddress.Parse(text), "the address of a card, such as 52:54:00:12:34:56");
        bool isUp = (bool?)settings.Take("link", SwitchOf, Switch) ?? true;
        Func<INetworkBackend>? connect = kind switch
        {
            NetworkKind.User => ConnectUser(settings),
            NetworkKind.Socket => ConnectSocket(settings),
            NetworkKind.Tap => ConnectTap(settings),
            NetworkKind.Switch => new VirtualSwitch().Plug,
            _ => () => new Unconnected(),
        };
        error = settings.Error ?? (connect is not null ? null : kind switch
        {
            NetworkKind.Tap => "tap takes the name of an interface, as in ifname=tap0",
            _ => "socket takes one of listen=, connect=, and udp= with localaddr=, each with [ADDRESS]:PORT",
        });
        return error is null
            ? new NetworkSpecification((CardModel)model, (MacAddress?)address, isUp, connect!) { _kind = kind }
            : null;
    }

    /// <summary>The card, at its place among the machine's.</summary>
    public NetworkCard ToCard(int place) => new(Model, Address ?? MacAddress.OfCard(place), Connect, LinkUp);

    private static Func<INetworkBackend> ConnectUser(NetworkSettings settings)
    {
        UserNetworkSettings user = new()
        {
            HostForwards = settings.TakeAll("hostfwd", PortForward.Parse, "tcp:[ADDRESS]:PORT-[ADDRESS]:PORT, or udp"),
            GuestForwards = settings.TakeAll(
                "guestfwd", GuestForward.Parse, "tcp:ADDRESS:PORT-cmd:COMMAND, or -unix:PATH"),
            IsRestricted = (bool?)settings.Take("restrict", SwitchOf, Switch) ?? false,
            TftpFolder = (string?)settings.Take("tftp", FolderOf, "a folder that is there"),
            BootFile = (string?)settings.Take("bootfile", NameOf, "a name"),
            HostName = (string?)settings.Take("hostname", NameOf, "a name"),
        };
        return () =>
        {
            if (OperatingSystem.IsWindows())
                throw new GuestSetupException("--net user is for Linux, macOS and the BSDs");
            SlirpLibrary.Load(() => new ConsoleFetchProgress(CancellationToken.None));
            return new UserNetwork(user);
        };
    }

    private static Func<INetworkBackend>? ConnectTap(NetworkSettings settings)
    {
        const string name = "a name of at most 15 letters";
        var tap = (string?)settings.Take(
            "ifname", text => text.Length <= TapNetwork.LongestName ? NameOf(text) : null, name);
        return tap is null ? null : () => OperatingSystem.IsLinux()
            ? new TapNetwork(tap)
            : throw new GuestSetupException("--net tap is for Linux");
    }

    private static Func<INetworkBackend>? ConnectSocket(NetworkSettings settings)
    {
        const string place = "[ADDRESS]:PORT";
        var listen = (IPEndPoint?)settings.Take("listen", text => PlaceOf(text, IPAddress.Any), place);
        var connect = (IPEndPoint?)settings.Take("connect", text => PlaceOf(text, IPAddress.Loopback), place);
        var other = (IPEndPoint?)settings.Take("udp", text => PlaceOf(text, IPAddress.Loopback), place);
        var own = (IPEndPoint?)settings.Take("localaddr", text => PlaceOf(text, IPAddress.Any), place);
        return (listen, connect, other, own) switch
        {
            ({ }, null, null, null) => () => new StreamNetwork(listen, listens: true),
            (null, { }, null, null) => () => new StreamNetwork(connect, listens: false),
            (null, null, { }, { }) => () => new DatagramNetwork(own, other),
            _ => null,
        };
    }

    private static IPEndPoint? PlaceOf(string text, IPAddress @default)
    {
        int colon = text.LastIndexOf(':');
        return colon >= 0 && PortForward.AddressOf(text[..colon], @default) is { } address
            && PortForward.PortOf(text[(colon + 1)..]) is { } port
            ? new IPEndPoint(address, port)
            : null;
    }

    private static T? NameIn<T>(string text) where T : struct, Enum => Enum.GetValues<T>()
        .Where(value => value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)).Cast<T?>()
        .FirstOrDefault();

    private static string NamesOf<T>() where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
        return $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }

    private static object? SwitchOf(string text) => text switch
    {
        "on" or "yes" or "y" => true,
        "off" or "no" or "n" => false,
        _ => null,
    };

    private static string? NameOf(string text) => text.Length > 0 ? text : null;

    private static string? FolderOf(string text) => Directory.Exists(text) ? Path.GetFullPath(text) : null;
}

using System.CommandLine.Parsing;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Runtime.Network;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Network;

namespace Dbt.Tool.Options;

/// <summary>The options about network cards.</summary>
internal static class NetworkOptions
{
    private const int LargestCapture = 1 << 30;

    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Network");

    /// <summary><c>--net</c>.</summary>
    public static readonly DeclaredOption<NetworkSpecification[]> Net = new(
        Group, "--net", "KIND[,KEY=VALUE...]",
        "Put a network card in: user leads to the host's network, with hostfwd=tcp::8080-:80 for each port that is to lead to the guest; socket to another emulator, tap to an interface of the host's (ifname=tap0), switch to the other machines of 'dbt machines'. May be repeated.")
    {
        Arity = System.CommandLine.ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = ParseNetworks,
        Default = [],
        DefaultText = "no card",
        Refuses = RefusalOfNetworks,
        SetsMachine = (machine, networks) => networks.Length > machine.Board.MostNetworkCards
            ? throw new GuestSetupException(
                $"a {machine.Board.Name} board has room for {machine.Board.MostNetworkCards} network cards, not {networks.Length}")
            : machine with
            {
                Network = [.. networks.Select((network, place) => network.ToCard(place))],
                // Who is out there, and the certificates he shows, live in the host's time.
                PowerOn = networks.Any(network => network.IsLive) ? DateTime.UtcNow : null,
            },
    };

    /// <summary><c>--pcap</c>.</summary>
    public static readonly DeclaredOption<string?> Pcap = new(
        Group, "--pcap", "FILE",
        "Write every frame, with the instruction that it came or left at, into this file for Wireshark (pcapng).")
    {
        Refuses = NeedsCard,
        SetsRun = (run, path) => run with { CaptureFile = path },
    };

    /// <summary><c>--net-replay</c>.</summary>
    public static readonly DeclaredOption<string?> Replay = new(
        Group, "--net-replay", "FILE",
        "Let the frames that entered in an earlier run, from the file that --pcap wrote then, enter as they did, and no others.")
    {
        Refuses = NeedsCard,
        SetsMachine = (machine, path) => path is null ? machine : ReplayFrom(machine, path),
    };

    /// <summary>Those of a command that needs runs to repeat exactly.</summary>
    public static readonly OptionGroup OfRepeatableRuns = Group.Without(Pcap);

    /// <summary>The names of Linux's modules that drive the cards.</summary>
    public static IReadOnlyList<string> DriversFor(System.CommandLine.ParseResult options) =>
        [.. Net.In(options).SelectMany(network => DriversOf(network.Model)).Distinct()];

    /// <summary>Whether a card leads to the other machines of the process.</summary>
    public static bool HasSwitch(System.CommandLine.ParseResult options) =>
        Net.In(options).Any(network => network.IsSwitch);

    private static string[] DriversOf(CardModel model) => model switch
    {
        CardModel.Pcnet => ["pcnet32"],
        CardModel.E1000 => ["e1000"],
        CardModel.Virtio => [KernelModules.VirtioBus, "virtio_net"],
        _ => throw new ArgumentOutOfRangeException(nameof(model)),
    };

    private static string? RefusalOfNetworks(System.CommandLine.ParseResult options)
    {
        string command = options.CommandResult.Command.Name;
        if (HasSwitch(options) && command != "machines")
            return "switch is for the machines of 'dbt machines'; socket leads to another emulator";
        bool isLive = Net.In(options).Any(network => network.IsConnected) && !Replay!.IsIn(options);
        return isLive && command == "lockstep"
            ? $"leads to a network that is never the same twice: record a run with {Pcap!.Name} and give its file as {Replay!.Name}, or take none"
            : null;
    }

    private static string? NeedsCard(System.CommandLine.ParseResult options) =>
        Net.IsIn(options) ? null : $"is about network cards, and without {Net.Name} there is none";

    private static MachineConfiguration ReplayFrom(MachineConfiguration machine, string path)
    {
        byte[] file = GuestFile.Read(path, "capture", LargestCapture);
        CapturedRun run = PacketCapture.Read(file, path);
        NetworkCard Replayed(NetworkCard card, int place)
        {
            CapturedFrame[] own = [.. run.Entered.Where(frame => frame.Card == place)];
            return card with { Connect = () => new CapturedFrames(own) };
        }
        return machine with { Network = [.. machine.Network.Select(Replayed)], PowerOn = run.PowerOn };
    }

    private static NetworkSpecification[] ParseNetworks(ArgumentResult argument)
    {
        List<NetworkSpecification> networks = [];
        foreach (string text in argument.Tokens.Select(token => token.Value))
        {
            if (NetworkSpecification.Parse(text, out string? error) is { } network)
                networks.Add(network);
            else
                argument.AddError($"--net {error}");
        }
        return [.. networks];
    }
}

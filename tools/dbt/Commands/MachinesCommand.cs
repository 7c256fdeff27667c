using System.CommandLine;
using System.CommandLine.Parsing;
using Dbt.Runtime;
using Dbt.Tool.Options;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt machines</c>: several guests in one process.</summary>
internal static class MachinesCommand
{
    private const int Most = 16;

    private static readonly Argument<string[]> _guests = new("GUEST")
    {
        Description = "'debian', a name from 'dbt guests', or the path of a MIPS ELF: one for each machine.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly OptionGroup _group = new("The machines together");

    private static readonly DeclaredOption<int[]> _shares = new(
        _group, "--shares", "N,N,...", "Each machine's part of the processor, relative to the others': 50,30,20.")
    {
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = ParseShares,
        Default = [],
        DefaultText = "the same for all",
        Refuses = options => _shares!.In(options).Length is var given && given != CountOf(options)
            ? $"has {given} numbers for {CountOf(options)} machines"
            : NetworkOptions.HasSwitch(options)
                ? $"and {NetworkOptions.Net.Name} switch exclude each other: machines at a switch have one time"
                : null,
    };

    private static readonly DeclaredOption<int> _console = new(
        _group, "--console", "N", "The machine that gets the input, by its place in the list.")
    {
        CustomParser = OptionValue.Count(Most, "a machine's place in the list, from 1"),
        Default = 1,
        Refuses = options => _console!.In(options) is var place && place > CountOf(options)
            ? $"{place}: the list of machines ends at {CountOf(options)}"
            : null,
    };

    private static readonly DeclaredOption<bool> _noSharing =
        new(_group, "--no-sharing", null, "Give every machine all its pages, equal or not.");

    private static readonly DeclaredOption<bool> _stats =
        new(_group, "--stats", null, "Print figures about the machines at the end.");

    public static Command Create()
    {
        Command command = new("machines", "Runs several guests side by side in one process.") { _guests };
        command.Take(
            GuestOptions.Group.Without(GuestOptions.Bios), UserSpaceOptions.Group, MachineOptions.Group,
            NetworkOptions.Group.Without(NetworkOptions.Pcap, NetworkOptions.Replay),
            TimeOptions.OfRepeatableRuns, EngineOptions.Group, PatchOptions.Group,
            AddressOptions.Group.Without(AddressOptions.TracedPages), _group);
        command.SetAction(options => MachinesRun.Run(Plan(options)));
        return command;
    }

    private static MachinesPlan Plan(ParseResult options)
    {
        string[] names = options.GetValue(_guests)!;
        int[] shares = _shares.In(options);
        string? command = UserSpaceOptions.Exec.In(options);
        if (names.Length > Most)
            throw new GuestSetupException($"{names.Length} machines are too many: at most {Most}");
        Dictionary<string, RunPlan> plans =
            names.Distinct().ToDictionary(name => name, name => CommandOptions.Plan(options, name, command));
        return new MachinesPlan
        {
            Machines =
            [
                .. names.Select((name, place) => (
                    NameOf(names, place), At(plans[name], place), shares.Length == 0 ? 1 : shares[place])),
            ],
            Console = _console.In(options) - 1,
            Commands = command is not null,
            Share = !_noSharing.In(options),
            Statistics = _stats.In(options),
            HaveCommonTime = NetworkOptions.HasSwitch(options),
        };
    }

    // No two cards of all machines have the same address.
    private static RunPlan At(RunPlan plan, int place) => plan with
    {
        Machine = plan.Machine with
        {
            Network =
            [
                .. plan.Machine.Network.Select(card =>
                    card with { Address = card.Address.Behind(place * plan.Machine.Network.Count) }),
            ],
        },
    };

    private static int CountOf(ParseResult options) => options.GetValue(_guests)!.Length;

    // A path is called by its file; guests of the same name are numbered.
    private static string NameOf(string[] names, int place)
    {
        string name = Message.Plain(Path.GetFileName(names[place]));
        int same = names.Count(other => Message.Plain(Path.GetFileName(other)) == name),
            number = names[..(place + 1)].Count(other => Message.Plain(Path.GetFileName(other)) == name);
        return same == 1 ? name : $"{name}-{number}";
    }

    private static int[] ParseShares(ArgumentResult argument)
    {
        string given = argument.Tokens[0].Value;
        int?[] shares =
        [
            .. given.Split(',').Select(text =>
                Quantity.ParseCount(text) is { } count and <= 1000 ? (int)count : (int?)null),
        ];
        if (shares.Contains(null))
            argument.AddError($"--shares takes numbers from 1 to 1000 separated by commas, not '{given}'");
        return [.. shares.OfType<int>()];
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Tool.Running;

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

    private static readonly Option<int[]> _shares = new("--shares")
    {
        Description = "Each machine's part of the processor, relative to the others': 50,30,20. [default: the same for all]",
        HelpName = "N,N,...",
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => [],
        CustomParser = ParseShares,
    };

    private static readonly Option<int?> _console = new("--console")
    {
        Description = "The machine that gets the input, by its place in the list. [default: 1]",
        HelpName = "N",
        CustomParser = argument => OptionValue.Parse(argument, text => Quantity.ParseCount(text) is { } count and <= Most ? (int)count : (int?)null, "a machine's place in the list, from 1"),
    };

    private static readonly Option<bool> _noSharing = new("--no-sharing") { Description = "Give every machine all its pages, equal or not." };

    private static readonly Option<bool> _stats = new("--stats") { Description = "Print figures about the machines at the end." };

    public static Command Create()
    {
        Command command = new("machines", "Runs several guests side by side in one process.")
        {
            _guests, _shares, _console, _noSharing, GuestOptions.Append, GuestOptions.Memory, GuestOptions.Hypercalls, GuestOptions.JitThreshold, GuestOptions.Patch, GuestOptions.PatchInMemory,
            GuestOptions.Instructions, GuestOptions.Exec, GuestOptions.Packages, _stats,
        };
        command.SetAction(options => MachinesRun.Run(Plan(options)));
        return command;
    }

    private static MachinesPlan Plan(ParseResult options)
    {
        string[] names = options.GetValue(_guests)!;
        int[] shares = options.GetValue(_shares)!;
        int console = options.GetValue(_console) ?? 1;
        string? command = options.GetValue(GuestOptions.Exec);
        if (names.Length > Most)
            throw new GuestSetupException($"{names.Length} machines are too many: at most {Most}");
        if (shares.Length != 0 && shares.Length != names.Length)
            throw new GuestSetupException($"--shares has {shares.Length} numbers for {names.Length} machines");
        if (console > names.Length)
            throw new GuestSetupException($"--console {console}: the list of machines ends at {names.Length}");
        Dictionary<string, RunPlan> plans = names.Distinct().ToDictionary(name => name, name => GuestOptions.Plan(options, name, command) with { Engine = Engine.Dbt });
        return new MachinesPlan(
            [.. names.Select((name, place) => (NameOf(names, place), plans[name], shares.Length == 0 ? 1 : shares[place]))],
            console - 1,
            command is not null,
            !options.GetValue(_noSharing),
            options.GetValue(_stats));
    }

    // A path is called by its file; guests of the same name are numbered.
    private static string NameOf(string[] names, int place)
    {
        string name = Path.GetFileName(names[place]);
        return names.Count(other => Path.GetFileName(other) == name) == 1 ? name : $"{name}-{names[..(place + 1)].Count(other => Path.GetFileName(other) == name)}";
    }

    private static int[] ParseShares(ArgumentResult argument)
    {
        int?[] shares = [.. argument.Tokens[0].Value.Split(',').Select(text => Quantity.ParseCount(text) is { } count and <= 1000 ? (int)count : (int?)null)];
        if (shares.Any(share => share is null))
            argument.AddError($"--shares takes numbers from 1 to 1000 separated by commas, not '{argument.Tokens[0].Value}'");
        return [.. shares.OfType<int>()];
    }
}

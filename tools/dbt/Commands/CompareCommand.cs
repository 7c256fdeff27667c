using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.Tool.Comparison;
using Dbt.Tool.Guests;
using Dbt.Tool.Options;
using Dbt.Tool.Terminal;
using Spectre.Console;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt compare</c>: every engine, and QEMU, on the same guest.</summary>
internal static class CompareCommand
{
    private const string QemuName = "QEMU";
    private const string Usual = "uname -a";

    // Every engine as it is, and the translating one without what makes it fast.
    private static readonly string[] _engines =
    [
        .. Enum.GetNames<Engine>().Select(name => name.ToLowerInvariant()), "dbt --no-chain", "dbt --blocks",
        "dbt --blocks --no-chain",
    ];

    private static readonly OptionGroup _group = new("Comparison");

    private static readonly DeclaredOption<int> _runs = new(
        _group, "--runs", "N", "Runs of each, in turn; the table shows medians.")
    {
        CustomParser = OptionValue.Count(1_000_000, "a number from 1 to 1M"),
        Default = 1,
    };

    private static readonly DeclaredOption<int> _limit = new(
        _group, "--limit", "SECONDS", "Give a run up after this time.")
    {
        CustomParser = OptionValue.Count(1_000_000, "a number from 1 to 1M"),
        Default = 600,
    };

    public static Command Create()
    {
        Command command = new("compare", "Runs a guest under every engine and QEMU, and compares times and outputs.")
        {
            GuestOptions.Guest,
        };
        command.Take(
            GuestOptions.Group.Without(GuestOptions.Bios), UserSpaceOptions.Group, MachineOptions.Group,
            EngineOptions.OfTranslation.Without(EngineOptions.Blocks, EngineOptions.NoChain), PatchOptions.Group,
            _group);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options) => HostSignals.Run(stop => Run(options, stop));

    private static int Run(ParseResult options, CancellationToken stop)
    {
        bool hasUsual = GuestCatalog.FindSystem(options.GetValue(GuestOptions.Guest)) is not null
            && !GuestOptions.Initrd.IsIn(options);
        string? command = UserSpaceOptions.Exec.In(options) ?? (hasUsual ? Usual : null);
        MachineConfiguration machine = CommandOptions.Plan(options, command).Machine;
        // What cannot be run is better said once than by a process of each engine.
        using (new VirtualMachine(machine))
        {
        }
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dbt-compare");
        try
        {
            List<ComparedMachine> machines = [.. Ours(options, command, Path.Combine(folder.FullName, "figures"))];
            // QEMU has no processor with guests.
            string? without = machine.Processor?.Guest is not null ? "has no such processor"
                : Qemu.Version is null ? "not installed" : null;
            if (without is null)
                machines.Add(new ComparedMachine(QemuName, Boot(machine, command is not null, folder.FullName), null));
            TimeSpan limit = TimeSpan.FromSeconds(_limit.In(options));
            for (int run = _runs.In(options); run > 0; run--)
                machines.ForEach(compared => compared.Run(limit, stop));
            Print(machines, without);
            return FindDifference(machines) is { } difference ? Report(difference) : 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<ComparedMachine> Ours(ParseResult options, string? command, string figures)
    {
        string[] arguments = ["run", .. Given(options), .. command is not null ? (string[])["--exec", command] : []];
        return _engines.Select(
            engine => ComparedMachine.Ours(
                engine, [.. arguments, EngineOptions.Engine.Name, .. engine.Split(' ')], figures));
    }

    /// <summary>What the user said about the guest, to be said again.</summary>
    private static IEnumerable<string> Given(ParseResult options)
    {
        foreach (SymbolResult given in options.CommandResult.Children)
        {
            if (given is ArgumentResult argument)
            {
                foreach (Token token in argument.Tokens)
                    yield return token.Value;
            }
            else if (given is OptionResult { Implicit: false } option
                && !_group.Options.Append(UserSpaceOptions.Exec).Contains(option.Option))
            {
                if (option.Tokens.Count == 0)
                    yield return option.Option.Name;
                foreach (Token token in option.Tokens)
                    yield return $"{option.Option.Name}={token.Value}";
            }
        }
    }

    // With a command, the second port has its output and nothing else; without, a guest speaks at its console.
    private static Invocation Boot(MachineConfiguration machine, bool hasCommand, string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, machine.KernelName), machine.Kernel.ToArray());
        string? initrd = machine.Initrd.IsEmpty ? null : "initrd";
        if (initrd is not null)
            File.WriteAllBytes(Path.Combine(folder, initrd), machine.Initrd.ToArray());
        int seen = hasCommand ? 1 : ConsolePort.NamedIn(machine.CommandLine);
        string[] ports = [.. Enumerable.Range(0, 3).Select(port => port == seen ? "stdio" : "null")];
        ByteOrder order = ElfImage.Parse(machine.Kernel, machine.KernelName).ByteOrder;
        return Qemu.Boot(order, machine.KernelName, initrd, machine.CommandLine, machine.MemoryBytes, ports, folder);
    }

    private static void Print(List<ComparedMachine> machines, string? withoutQemu)
    {
        double interpreter = machines[0].Seconds;
        double? qemu = machines.SingleOrDefault(machine => machine.Name == QemuName)?.Seconds;
        Table table = new Table().Border(TableBorder.Markdown).AddColumn("engine");
        foreach (string column in (string[])["instructions", "seconds", "MIPS", "x interp", "x QEMU"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (ComparedMachine machine in machines)
        {
            table.AddRow(
                machine.Name,
                Format(machine.Instructions, "N0"),
                Format(machine.Seconds, "N2"),
                Format(machine.Instructions / 1e6 / machine.Seconds, "N1"),
                Format(interpreter / machine.Seconds, "N2"),
                Format(qemu / machine.Seconds, "N2"));
        }
        if (withoutQemu is not null)
            table.AddRow(QemuName, withoutQemu);
        Tables.Print(table);
    }

    private static string? FindDifference(List<ComparedMachine> machines)
    {
        ComparedMachine reference = machines[0];
        IReadOnlyList<string> expected = reference.Outputs.First();
        foreach (ComparedMachine machine in machines)
        {
            foreach (IReadOnlyList<string> output in machine.Outputs)
            {
                OutputDifference? difference = machine.Name == QemuName
                    ? OutputDifference.Between(
                        OutputDifference.WithoutKernelMessages(expected),
                        OutputDifference.WithoutKernelMessages(output))
                    : OutputDifference.Between(expected, output);
                if (difference is not null)
                    return difference.Describe(reference.Name, machine.Name);
            }
        }
        return null;
    }

    private static int Report(string difference)
    {
        Message.Say(difference);
        return 1;
    }

    private static string Format(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}

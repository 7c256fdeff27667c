using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Dbt.Tool.Comparison;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;
using Spectre.Console;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt compare</c>: every engine, and QEMU, on the same guest.</summary>
internal static class CompareCommand
{
    private const string QemuName = "QEMU";
    private const string Usual = "uname -a";

    private static readonly (string Name, string[] Options)[] _engines =
    [
        ("interp", ["--engine", "interp"]),
        ("threaded", ["--engine", "threaded"]),
        ("dbt", ["--engine", "dbt"]),
        ("dbt --no-chain", ["--engine", "dbt", "--no-chain"]),
        ("dbt --blocks", ["--engine", "dbt", "--blocks"]),
        ("dbt --blocks --no-chain", ["--engine", "dbt", "--blocks", "--no-chain"]),
    ];

    private static readonly Option<int?> _runs = Count("--runs", "N", "Runs of each, in turn; the table shows medians. [default: 1]");

    private static readonly Option<int?> _limit = Count("--limit", "SECONDS", "Give a run up after this time. [default: 600]");

    public static Command Create()
    {
        Command command = new("compare", "Runs a guest under every engine and QEMU, and compares times and outputs.")
        {
            GuestOptions.Guest, GuestOptions.Kernel, GuestOptions.Initrd, GuestOptions.Append, GuestOptions.Memory,
            GuestOptions.Exec, GuestOptions.Packages, GuestOptions.Files, GuestOptions.JitThreshold, GuestOptions.Patch, GuestOptions.PatchInMemory, _runs, _limit,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options) => HostSignals.Run(stop => Run(options, stop));

    private static int Run(ParseResult options, CancellationToken stop)
    {
        bool hasUsual = options.GetValue(GuestOptions.Guest) == GuestCatalog.Debian && options.GetValue(GuestOptions.Initrd) is null;
        string? command = options.GetValue(GuestOptions.Exec) ?? (hasUsual ? Usual : null);
        RunPlan plan = GuestOptions.Plan(options, command);
        // What cannot be run is better said once than by a process of each engine.
        using (new Hypervisor.VirtualMachine(plan.ToMachine(interactive: false)))
        {
        }
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dbt-compare");
        try
        {
            string figures = Path.Combine(folder.FullName, "figures");
            string[] arguments = ["run", .. Given(options), .. command is not null ? (string[])["--exec", command] : []];
            List<ComparedMachine> machines = [.. _engines.Select(engine => ComparedMachine.Ours(engine.Name, [.. arguments, .. engine.Options], figures))];
            if (Qemu.Version is not null)
                machines.Add(new ComparedMachine(QemuName, Boot(plan, command is not null, folder.FullName), null));
            TimeSpan limit = TimeSpan.FromSeconds(options.GetValue(_limit) ?? 600);
            for (int run = options.GetValue(_runs) ?? 1; run > 0; run--)
                machines.ForEach(machine => machine.Run(limit, stop));
            Print(machines);
            return FindDifference(machines) is { } difference ? Report(difference) : 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
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
            else if (given is OptionResult { Implicit: false } option && option.Option != _runs && option.Option != _limit && option.Option != GuestOptions.Exec)
            {
                if (option.Tokens.Count == 0)
                    yield return option.Option.Name;
                foreach (Token token in option.Tokens)
                    yield return $"{option.Option.Name}={token.Value}";
            }
        }
    }

    // With a command, the second port has its output and nothing else.
    private static Invocation Boot(RunPlan plan, bool hasCommand, string folder)
    {
        Hypervisor.MachineConfiguration machine = plan.ToMachine(interactive: false);
        File.WriteAllBytes(Path.Combine(folder, machine.KernelName), machine.Kernel.ToArray());
        string? initrd = machine.Initrd.IsEmpty ? null : "initrd";
        if (initrd is not null)
            File.WriteAllBytes(Path.Combine(folder, initrd), machine.Initrd.ToArray());
        return Qemu.Boot(machine.KernelName, initrd, machine.CommandLine, machine.MemoryBytes, hasCommand ? ["null", "stdio", "null"] : ["stdio"], folder);
    }

    private static void Print(List<ComparedMachine> machines)
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
        if (qemu is null)
            table.AddRow(QemuName, "not installed");
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
                    ? OutputDifference.Between(OutputDifference.WithoutKernelMessages(expected), OutputDifference.WithoutKernelMessages(output))
                    : OutputDifference.Between(expected, output);
                if (difference is not null)
                    return difference.Describe(reference.Name, machine.Name);
            }
        }
        return null;
    }

    private static int Report(string difference)
    {
        Console.Error.WriteLine($"dbt: {difference}");
        return 1;
    }

    private static string Format(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    private static Option<int?> Count(string name, string unit, string description) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = argument => OptionValue.Parse(argument, text => Quantity.ParseCount(text) is <= 1_000_000 and var count ? (int)count : (int?)null, "a number from 1 to 1M"),
    };
}

using System.CommandLine;
using System.Text.Json;
using Dbt.Hypervisor;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;
using Dbt.Tool.Study;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt study</c>: a guest under every patch policy.</summary>
internal static class StudyCommand
{
    private const string Usual = "true";

    private static readonly JsonSerializerOptions _serializer = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly Option<Engine?> _engine = OptionValue.Choice<Engine>(
        "--engine", "What runs the guest's instructions; the exits are the same with all. [default: dbt]");

    private static readonly Option<string?> _json = new("--json") { Description = "Write all figures, and every site, to a file.", HelpName = "FILE" };

    private static readonly Option<string?> _html = new("--html") { Description = "Write a page with charts to a file; it needs no network and no other file.", HelpName = "FILE" };

    private static readonly Option<int?> _sites = Count("--sites", "How many sites to list, the most executed first. [default: 20]");

    private static readonly Option<int?> _runs = Count("--runs", "Timed runs of each policy, all side by side; the table shows medians. [default: 1]");

    public static Command Create()
    {
        Command command = new("study", "Runs a guest under every patch policy and shows what patching buys.")
        {
            GuestOptions.Guest, GuestOptions.Kernel, GuestOptions.Initrd, GuestOptions.Append, GuestOptions.Memory, GuestOptions.Instructions,
            GuestOptions.Exec, GuestOptions.Packages, GuestOptions.Files, GuestOptions.JitThreshold, GuestOptions.PatchInMemory, _engine, _runs, _sites, _json, _html,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options) => HostSignals.Run(stop => Run(options, stop));

    private static int Run(ParseResult options, CancellationToken stop)
    {
        bool hasUsual = options.GetValue(GuestOptions.Guest) is GuestCatalog.Debian or GuestCatalog.KvmGuest && options.GetValue(GuestOptions.Initrd) is null;
        string? command = options.GetValue(GuestOptions.Exec) ?? (hasUsual ? Usual : null);
        MachineConfiguration machine = GuestOptions.Plan(options, command).ToMachine(interactive: false) with { Engine = options.GetValue(_engine) ?? Engine.Dbt, SecondLevelTlb = 0 };
        IEnumerable<(string?, string)> inputs = GuestOptions.Inputs(options);
        string? jsonPath = options.GetValue(_json);
        using OutputFile? json = OutputFile.Claim(_json.Name, jsonPath, inputs);
        using OutputFile? page = OutputFile.Claim(_html.Name, options.GetValue(_html), [.. inputs, (jsonPath, $"what {_json.Name} writes, too")]);

        StudyFigures study = PatchStudy.Run(machine, command, options.GetValue(_runs) ?? 1, text => Console.Error.WriteLine($"dbt: {text}"), stop);

        Tables.Print(StudyTable.Policies(study));
        int sites = options.GetValue(_sites) ?? 20;
        Tables.Print(StudyTable.Sites(study, sites));
        json?.Write(JsonSerializer.Serialize(study, _serializer) + "\n");
        page?.Write(StudyPage.Of(study, sites));
        string[] faults =
        [
            .. study.Policies.Where(policy => policy.End is nameof(StopReason.Reset) or nameof(StopReason.Halted))
                .Select(policy => $"the guest did not come to its end under '{policy.Policy}': see what it prints with 'dbt run --patch {policy.Policy}'"),
            .. study.Policies.Select(policy => policy.OutputDifference).OfType<string>(),
        ];
        foreach (string fault in faults)
            Console.Error.WriteLine($"dbt: {fault}");
        return faults.Length == 0 ? 0 : 1;
    }

    private static Option<int?> Count(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = argument => OptionValue.Parse(argument, text => Quantity.ParseCount(text) is { } count and <= 1_000_000 ? (int)count : (int?)null, "a number such as 20"),
    };
}

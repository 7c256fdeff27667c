using System.CommandLine;
using System.Text.Json;
using Dbt.Hypervisor;
using Dbt.Tool.Guests;
using Dbt.Tool.Options;
using Dbt.Tool.Running;
using Dbt.Tool.Study;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt study</c>: a guest under every patch policy.</summary>
internal static class StudyCommand
{
    private static readonly JsonSerializerOptions _serializer = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
    };

    private static readonly OptionGroup _comparison = new("Comparison"), _output = new("Output");

    private static readonly DeclaredOption<int> _runs = new(
        _comparison, "--runs", "N", "Timed runs of each policy, all side by side; the table shows medians.")
    {
        CustomParser = OptionValue.Count(1_000_000, "a number such as 20"),
        Default = 1,
    };

    private static readonly DeclaredOption<int> _sites = new(
        _output, "--sites", "N", "How many sites to list, the most executed first.")
    {
        CustomParser = OptionValue.Count(1_000_000, "a number such as 20"),
        Default = 20,
    };

    private static readonly DeclaredOption<string?> _json =
        new(_output, "--json", "FILE", "Write all figures, and every site, to a file, or - for standard output.");

    private static readonly DeclaredOption<string?> _html = new(
        _output, "--html", "FILE", "Write a page with charts to a file, or - for standard output; it needs no network and no other file.");

    public static Command Create()
    {
        Command command = new("study", "Runs a guest under every patch policy and shows what patching buys, and what a virtualization module would have saved.")
        {
            GuestOptions.Guest,
        };
        command.Take(
            GuestOptions.Group, UserSpaceOptions.Group, MachineOptions.Group, TimeOptions.OfRepeatableRuns,
            EngineOptions.Group,
            PatchOptions.Group.Without(PatchOptions.Patch), _comparison, _output);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options) => HostSignals.Run(stop => Run(options, stop));

    private static int Run(ParseResult options, CancellationToken stop)
    {
        GuestSystem? system = GuestCatalog.FindSystem(options.GetValue(GuestOptions.Guest));
        string? usual = GuestOptions.Initrd.IsIn(options) ? null : system?.UsualCommand;
        string? command = UserSpaceOptions.Exec.In(options) ?? usual;
        MachineConfiguration machine = CommandOptions.Plan(options, command).Machine;
        (string?, string)[] inputs = [.. GuestOptions.Inputs(options)];
        using OutputFile? json = _json.Claim(options, inputs);
        using OutputFile? page = _html.Claim(options, [.. inputs, _json.Written(options)]);

        StudyFigures study =
            PatchStudy.Run(machine, command, _runs.In(options), text => Message.Say(text), stop);

        TextWriter beside = OutputOption.Beside(json, page);
        Tables.Print(StudyTable.Policies(study), beside);
        int sites = _sites.In(options);
        Tables.Print(StudyTable.Sites(study, sites), beside);
        if (study.Nested.Count > 0)
            Tables.Print(StudyTable.Nested(study), beside);
        if (HardwareSavings.Of(study) is { } answer)
            beside.WriteLine(answer);
        json?.Write(JsonSerializer.Serialize(study, _serializer) + "\n");
        page?.Write(StudyPage.Of(study, sites));
        return Report(study);
    }

    private static int Report(StudyFigures study)
    {
        string[] faults =
        [
            .. study.Policies.Where(policy => policy.End is nameof(StopReason.Reset) or nameof(StopReason.Halted))
                .Select(policy =>
                $"the guest did not come to its end under '{policy.Policy}': see what it prints with 'dbt run --patch {policy.Policy}'"),
            .. study.Policies.Select(policy => policy.OutputDifference).OfType<string>(),
        ];
        foreach (string fault in faults)
            Message.Say(fault);
        return faults.Length == 0 ? 0 : 1;
    }
}

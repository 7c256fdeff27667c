using System.CommandLine;
using Dbt.Hypervisor;
using Dbt.Tool.Guests;
using Dbt.Tool.Offline;
using Dbt.Tool.Options;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt patch</c>: rewrites the sensitive instructions of a kernel image before it runs.</summary>
internal static class PatchCommand
{
    private static readonly Argument<string> _kernel = new("KERNEL")
    {
        Description = "'debian', another name from 'dbt guests', or the path of a MIPS ELF.",
    };

    private static readonly OptionGroup _group = new("Output");

    private static readonly DeclaredOption<string?> _output =
        new(_group, "--output", "OUT", "The image to write; - is standard output.", "-o") { Required = true };

    private static readonly DeclaredOption<string?> _map = new(
        _group, "--map", "FILE", "Where to write what was rewritten: address, symbol, before, after.")
    {
        DefaultText = "OUT.map; none for -o -",
    };

    public static Command Create()
    {
        Command command = new(
            "patch", "Rewrites the sensitive instructions of a kernel image into ones that need not trap.")
        {
            _kernel,
        };
        // The kernel is the argument.
        command.Take(
            _group, GuestOptions.Group.Without(GuestOptions.Kernel, GuestOptions.Bios), MachineOptions.Group,
            TimeOptions.OfRepeatableRuns);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options) => HostSignals.Run(stop => Run(options, stop));

    private static int Run(ParseResult options, CancellationToken stop)
    {
        string name = options.GetRequiredValue(_kernel), output = options.GetRequiredValue(_output)!;
        string? map = _map.In(options) ?? (output == OutputFile.StandardOutput ? null : output + ".map");
        bool isKnown = GuestCatalog.FindSystem(name) is not null && !GuestOptions.Initrd.IsIn(options);
        MachineConfiguration guest = CommandOptions.Plan(options, name, isKnown ? "true" : null).Machine;
        IEnumerable<(string?, string)> inputs = GuestOptions.Inputs(options, name);
        using OutputFile image = OutputFile.Claim(_output.Name, output, inputs)!;
        using OutputFile? list = OutputFile.Claim(_map.Name, map, [.. inputs, _output.Written(options)]);
        OfflinePatch patch = OfflinePatch.Of(guest, text => Message.Say(text), stop);
        list?.Write(PatchMap.Of(patch));
        image.Write(patch.Image);
        OutputOption.Beside(image, list).WriteLine(Message.Plain(patch.Summary(output)));
        return 0;
    }
}

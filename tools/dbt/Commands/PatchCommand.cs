using System.CommandLine;
using Dbt.Hypervisor;
using Dbt.Tool.Guests;
using Dbt.Tool.Offline;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt patch</c>: rewrites the sensitive instructions of a kernel image before it runs.</summary>
internal static class PatchCommand
{
    private static readonly Argument<string> _kernel = new("KERNEL") { Description = "'debian', 'kvm-guest', a name from 'dbt guests', or the path of a MIPS ELF." };

    private static readonly Option<string> _output = new("--output", "-o") { Description = "The image to write.", HelpName = "OUT", Required = true };

    private static readonly Option<string?> _map = new("--map") { Description = "Where to write what was rewritten: address, symbol, before, after. [default: OUT.map]", HelpName = "FILE" };

    public static Command Create()
    {
        Command command = new("patch", "Rewrites the sensitive instructions of a kernel image into ones that need not trap.")
        {
            _kernel, _output, _map, GuestOptions.Initrd, GuestOptions.Append, GuestOptions.Memory, GuestOptions.Instructions,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options) => HostSignals.Run(stop => Run(options, stop));

    private static int Run(ParseResult options, CancellationToken stop)
    {
        string name = options.GetRequiredValue(_kernel), output = options.GetRequiredValue(_output), map = options.GetValue(_map) ?? output + ".map";
        bool isKnown = name is GuestCatalog.Debian or GuestCatalog.KvmGuest && options.GetValue(GuestOptions.Initrd) is null;
        MachineConfiguration guest = GuestOptions.Plan(options, name, isKnown ? "true" : null).ToMachine(interactive: false) with { SecondLevelTlb = 0 };
        IEnumerable<(string?, string)> inputs = GuestOptions.Inputs(options, name);
        using OutputFile image = OutputFile.Claim(_output.Name, output, inputs)!;
        using OutputFile list = OutputFile.Claim(_map.Name, map, [.. inputs, (output, $"what {_output.Name} writes, too")])!;
        OfflinePatch patch = OfflinePatch.Of(guest, text => Console.Error.WriteLine($"dbt: {text}"), stop);
        list.Write(PatchMap.Of(patch));
        image.Write(patch.Image);
        Console.WriteLine(patch.Summary(output));
        return 0;
    }
}

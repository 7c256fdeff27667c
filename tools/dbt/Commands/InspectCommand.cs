using System.CommandLine;
using Dbt.Hypervisor;
using Dbt.Tool.Inspection;
using Dbt.Tool.Options;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary>
/// <c>dbt inspect</c>: what a guest's processor and the three stages of its memory hold at a point of its run.
/// </summary>
internal static class InspectCommand
{
    private static readonly OptionGroup _group = new("Output");

    private static readonly DeclaredOption<uint[]> _walk = new(
        _group, "--walk", "LIST",
        "Show the three stages of these addresses, in the guest's address space and mode (ADDRESS,ADDRESS,... in hexadecimal).")
    {
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = argument => OptionValue.ParseAddresses(argument, "addresses"),
        Default = [],
    };

    private static readonly DeclaredOption<string?> _json =
        new(_group, "--json", "FILE", "Write it to this file, or - for standard output, as JSON, too.");

    public static Command Create()
    {
        Command command = new(
            "inspect", "Runs a guest to a point and shows its registers, TLB, guest_pmap and shadow TLB.")
        {
            GuestOptions.Guest,
        };
        command.Take(
            GuestOptions.Group, UserSpaceOptions.Group, MachineOptions.Group, TimeOptions.OfRepeatableRuns,
            EngineOptions.Group, PatchOptions.Group, AddressOptions.Group, _group);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        RunPlan plan = CommandOptions.Plan(options);
        using OutputFile? json = _json.Claim(options, GuestOptions.Inputs(options));
        using CancellationTokenSource stop = new();
        using VirtualMachine machine = new(plan.Machine);
        using HostSignals signals = new(stop.Cancel);

        RunResult result = machine.Run(stop.Token);

        MachineView view = MachineView.Of(machine, result, _walk.In(options));
        MachineReport.Print(OutputOption.Beside(json), view);
        json?.Write(MachineReport.ToJson(view));
        return signals.Received != 0 ? 128 + signals.Received : RunEnd.Status(result.Reason);
    }
}

using System.CommandLine;
using Dbt.Hypervisor;
using Dbt.Tool.Inspection;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt inspect</c>: what a guest's processor and the three stages of its memory hold at a point of its run.</summary>
internal static class InspectCommand
{
    private static readonly Option<uint[]> _walk = new("--walk")
    {
        Description = "Show the three stages of these addresses, in the guest's address space and mode (ADDRESS,ADDRESS,... in hexadecimal).",
        HelpName = "LIST",
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => [],
        CustomParser = argument => OptionValue.ParseAddresses(argument, "addresses"),
    };

    private static readonly Option<string?> _json = new("--json") { Description = "Write it to this file as JSON, too.", HelpName = "FILE" };

    public static Command Create()
    {
        Command command = new("inspect", "Runs a guest to a point and shows its registers, TLB, guest_pmap and shadow TLB.")
        {
            GuestOptions.Guest, GuestOptions.Kernel, GuestOptions.Initrd, GuestOptions.Append, GuestOptions.Memory, GuestOptions.Hypercalls, GuestOptions.Instructions, _walk, _json,
            GuestOptions.Engine, GuestOptions.JitThreshold, GuestOptions.Patch, GuestOptions.PatchInMemory, GuestOptions.SecondLevelTlb, GuestOptions.ShadowPageTables, GuestOptions.TracedPages,
            GuestOptions.Exec, GuestOptions.Packages, GuestOptions.Files,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        RunPlan plan = GuestOptions.Plan(options) with { Engine = options.GetValue(GuestOptions.Engine) ?? Engine.Dbt };
        using OutputFile? json = OutputFile.Claim(_json.Name, options.GetValue(_json), GuestOptions.Inputs(options));
        using CancellationTokenSource stop = new();
        using VirtualMachine machine = new(plan.ToMachine(interactive: false));
        using HostSignals signals = new(stop.Cancel);

        RunResult result = machine.Run(stop.Token);

        MachineView view = MachineView.Of(machine, result, options.GetValue(_walk) ?? []);
        MachineReport.Print(Console.Out, view);
        json?.Write(MachineReport.ToJson(view));
        return signals.Received != 0 ? 128 + signals.Received : RunEnd.Status(result.Reason);
    }
}

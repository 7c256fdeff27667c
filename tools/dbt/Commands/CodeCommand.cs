using System.CommandLine;
using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Runtime.Translation;
using Dbt.Tool.Inspection;
using Dbt.Tool.Options;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt code</c>: what became of a piece of guest code.</summary>
internal static class CodeCommand
{
    private const long LookEvery = 100_000;

    private static readonly Argument<uint> _pc = new("PC")
    {
        Description = "A guest address, in hexadecimal: 0x80101234.",
        CustomParser = argument => OptionValue.Parse(
            argument,
            text => OptionValue.ParseAddress(text) is { } address && address % 4 == 0 ? address : (uint?)null,
            "an address in hexadecimal that is a multiple of 4"),
    };

    public static Command Create()
    {
        Command command = new(
            "code", "Runs a guest until the code at PC is translated, and prints it as guest code, IL and host code.")
        {
            GuestOptions.Guest, _pc,
        };
        command.Take(
            GuestOptions.Group, UserSpaceOptions.Group, MachineOptions.Group, TimeOptions.OfRepeatableRuns,
            EngineOptions.OfTranslation, PatchOptions.Group, AddressOptions.Group.Without(AddressOptions.TracedPages));
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        using VirtualMachine machine = new(CommandOptions.Plan(options).Machine with { TranslateInBackground = false });
        using CancellationTokenSource stop = new();
        using HostSignals signals = new(stop.Cancel);
        uint pc = options.GetValue(_pc);
        long limit = machine.Configuration.InstructionLimit ?? long.MaxValue;

        IReadOnlyList<Fragment> fragments = [];
        StopReason reason = StopReason.InstructionLimit;
        while (fragments.Count == 0 && reason == StopReason.InstructionLimit && machine.Cpu.Time.Retired < limit)
        {
            reason = machine.RunTo(Math.Min(limit, machine.Cpu.Time.Retired + LookEvery), stop.Token);
            fragments = machine.Cpu.Engine.Translations!.FindFragments(pc);
        }
        if (signals.Received != 0)
            return 128 + signals.Received;
        if (fragments.Count == 0)
        {
            throw new GuestSetupException(string.Create(
                CultureInfo.InvariantCulture,
                $"after {machine.Cpu.Time.Retired:N0} instructions no fragment has code at 0x{pc:x8}"));
        }
        foreach (Fragment fragment in fragments)
            FragmentReport.Print(Console.Out, fragment, pc);
        return 0;
    }
}

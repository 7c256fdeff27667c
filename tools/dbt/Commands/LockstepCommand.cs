using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Translation;
using Dbt.Tool.Inspection;
using Dbt.Tool.Options;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt lockstep</c>: two engines side by side.</summary>
internal static class LockstepCommand
{
    private static readonly OptionGroup _group = new("Comparison");

    private static readonly DeclaredOption<Engine[]> _engines = new(
        _group, "--engines", "A,B", "The engine that is right, and the one compared with it.")
    {
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = ParseEngines,
        Default = [Engine.Interp, Engine.Dbt],
        DefaultText = "interp,dbt",
    };

    private static readonly DeclaredOption<PatchPolicy?> _referencePatch = new(
        _group, "--reference-patch", OptionValue.Choices<PatchPolicy>(),
        "The patch policy of the engine that is right, to compare policies.")
    {
        CustomParser = argument => OptionValue.Choice<PatchPolicy>(argument),
        DefaultText = $"that of {PatchOptions.Patch.Name}",
    };

    private static readonly DeclaredOption<int> _step = new(
        _group, "--step", "N", "Instructions between two comparisons, on average.")
    {
        CustomParser = OptionValue.Count(int.MaxValue / 2, "a number such as 500 or 10K"),
        Default = 10_000,
    };

    private static readonly DeclaredOption<int> _seed = new(
        _group, "--seed", "N", "Which pseudo-random places to stop at, and to publish code.")
    {
        CustomParser = OptionValue.Count(int.MaxValue / 2, "a number such as 500 or 10K"),
        Default = 1,
    };

    private static readonly DeclaredOption<int> _late = new(
        _group, "--late", "N", "dbt: publish compiled code up to so many instructions late, as a slow compiler does.")
    {
        CustomParser = OptionValue.Count(int.MaxValue / 2, "a number such as 500 or 10M"),
    };

    private static readonly DeclaredOption<string?> _cache = new(
        _group, "--cache", "FOLDER", "dbt: use the translations of earlier runs that are there.")
    {
        SetsMachine = (machine, folder) => machine with { TranslationFolder = folder },
    };

    public static Command Create()
    {
        Command command = new("lockstep", "Runs two engines side by side and compares everything they hold.")
        {
            GuestOptions.Guest,
        };
        command.Take(
            GuestOptions.Group, UserSpaceOptions.Group, MachineOptions.Group, DriveOptions.Group,
            NetworkOptions.OfRepeatableRuns, TimeOptions.OfRepeatableRuns, EngineOptions.OfTranslation,
            PatchOptions.Group, AddressOptions.Group, _group);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        Engine[] engines = _engines.In(options);
        MachineConfiguration machine = CommandOptions.Plan(options).Machine;
        int seed = _seed.In(options);
        if (_late.In(options) is > 0 and var late)
            machine = machine with { Lateness = new Lateness(late, seed) };
        LockstepPlan plan = new()
        {
            // Both read the same disks, and each is to find there what it wrote itself.
            Machine = machine with { Drives = DriveOptions.Forgetful(machine.Drives) },
            Reference = engines[0],
            Subject = engines[1],
            ReferencePatch = _referencePatch.In(options),
            Step = _step.In(options),
            Seed = seed,
        };
        using CancellationTokenSource stop = new();
        using HostSignals signals = new(stop.Cancel);

        LockstepResult result = LockstepRun.Run(plan, Report, stop.Token);

        if (!Console.IsErrorRedirected)
            Console.Error.Write("\r\e[K");
        if (result.Divergence is { } divergence)
            DivergenceReport.Print(Console.Out, divergence, plan);
        if (result.FirstRefusal is { } refusal)
            Message.Say(EndReport.Describe(refusal));
        string divergences = result.Divergence is null ? "0 divergences" : "1 divergence";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Instructions:N0} instructions compared in {result.Slices:N0} slices, {divergences}; the guest's end: {result.Reason}"));
        return result.Divergence is not null ? 1 : signals.Received != 0 ? 128 + signals.Received : 0;
    }

    private static void Report(long instructions)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write(string.Create(
                CultureInfo.InvariantCulture, $"\r{instructions / 1e6:N0} million instructions"));
        }
    }

    private static Engine[] ParseEngines(ArgumentResult argument)
    {
        string given = argument.Tokens[0].Value;
        string[] known = [.. Enum.GetNames<Engine>().Select(name => name.ToLowerInvariant())], names = given.Split(',');
        if (names.Length == 2 && names.All(known.Contains))
            return [.. names.Select(name => Enum.Parse<Engine>(name, ignoreCase: true))];
        argument.AddError($"--engines takes two of {string.Join(", ", known)}, separated by a comma, not '{given}'");
        return [];
    }
}

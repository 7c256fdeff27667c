using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.Tool.Inspection;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt lockstep</c>: two engines side by side.</summary>
internal static class LockstepCommand
{
    private static readonly Option<Engine[]?> _engines = new("--engines")
    {
        Description = "The engine that is right, and the one compared with it. [default: interp,dbt]",
        HelpName = "A,B",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = ParseEngines,
    };

    private static readonly Option<PatchPolicy?> _referencePatch = OptionValue.Choice<PatchPolicy>(
        "--reference-patch", "The patch policy of the engine that is right, to compare policies. [default: that of --patch]");

    private static readonly Option<long?> _step = Count("--step", "Instructions between two comparisons, on average. [default: 10000]");

    private static readonly Option<long?> _seed = Count("--seed", "Which pseudo-random places to stop at. [default: 1]");

    public static Command Create()
    {
        Command command = new("lockstep", "Runs two engines side by side and compares everything they hold.")
        {
            GuestOptions.Guest, GuestOptions.Kernel, GuestOptions.Initrd, GuestOptions.Append, GuestOptions.Memory, GuestOptions.Hypercalls,
            GuestOptions.Instructions, GuestOptions.Exec, GuestOptions.Packages, GuestOptions.Files, GuestOptions.JitThreshold, GuestOptions.Cache, GuestOptions.Patch, GuestOptions.PatchInMemory,
            GuestOptions.SecondLevelTlb, GuestOptions.ShadowPageTables, GuestOptions.TracedPages, _referencePatch, _engines, _step, _seed,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        LockstepPlan plan = new() { Machine = (GuestOptions.Plan(options) with { TranslationFolder = options.GetValue(GuestOptions.Cache) }).ToMachine(interactive: false) };
        Engine[] engines = options.GetValue(_engines) is { Length: 2 } chosen ? chosen : [plan.Reference, plan.Subject];
        plan = plan with
        {
            Reference = engines[0],
            Subject = engines[1],
            ReferencePatch = options.GetValue(_referencePatch),
            Step = (int)(options.GetValue(_step) ?? plan.Step),
            Seed = (int)(options.GetValue(_seed) ?? plan.Seed),
        };
        using CancellationTokenSource stop = new();
        using HostSignals signals = new(stop.Cancel);

        LockstepResult result = LockstepRun.Run(plan, Report, stop.Token);

        if (!Console.IsErrorRedirected)
            Console.Error.Write("\r\e[K");
        if (result.Divergence is { } divergence)
            DivergenceReport.Print(Console.Out, divergence, plan);
        if (result.FirstRefusal is { } refusal)
            Console.Error.WriteLine($"dbt: {RunEnd.Describe(refusal)}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Instructions:N0} instructions compared in {result.Slices:N0} slices, {(result.Divergence is null ? "0 divergences" : "1 divergence")}; the guest's end: {result.Reason}"));
        return result.Divergence is not null ? 1 : signals.Received != 0 ? 128 + signals.Received : 0;
    }

    private static void Report(long instructions)
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{instructions / 1e6:N0} million instructions"));
    }

    private static Option<long?> Count(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = argument => OptionValue.Parse(argument, text => Quantity.ParseCount(text) is <= int.MaxValue / 2 and var count ? count : (long?)null, "a number such as 500 or 10K"),
    };

    private static Engine[] ParseEngines(ArgumentResult argument)
    {
        string[] names = argument.Tokens[0].Value.Split(',');
        Engine[] engines = [.. names.Where(name => name.All(char.IsAsciiLetterLower)).Select(name => Enum.TryParse(name, ignoreCase: true, out Engine engine) ? engine : (Engine?)null).OfType<Engine>()];
        if (engines.Length != 2 || names.Length != 2)
            argument.AddError($"--engines takes two of {string.Join(", ", Enum.GetNames<Engine>()).ToLowerInvariant()}, separated by a comma, not '{argument.Tokens[0].Value}'");
        return engines;
    }
}

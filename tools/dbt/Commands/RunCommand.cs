using System.CommandLine;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt run</c>: boots a guest.</summary>
internal static class RunCommand
{
    private static readonly Option<bool> _blocks = new("--blocks") { Description = "dbt: translate single basic blocks, as VMware and QEMU do, in place of regions." };

    private static readonly Option<bool> _noChain = new("--no-chain") { Description = "dbt: return to the dispatcher after every piece of translated code." };

    private static readonly Option<ClockSource?> _clock = OptionValue.Choice<ClockSource>(
        "--clock", "What moves the guest's time: virtual counts instructions, so that runs repeat exactly; host follows the wall clock. [default: virtual]");

    private static readonly Option<bool> _countLinks = new("--count-links") { Description = "dbt: have translated code count how often it leads directly to other translated code, for --stats; that costs it a little." };

    private static readonly Option<bool> _noCache = new("--no-cache") { Description = "dbt: keep no translations, and use none of an earlier run." };

    private static readonly Option<bool> _stats = new("--stats") { Description = "Print figures about the run at its end." };

    private static readonly Option<string?> _statsJson = new("--stats-json") { Description = "Write the figures to this file as JSON.", HelpName = "FILE" };

    public static Command Create()
    {
        Command command = new("run", "Boots a guest on a Malta board.")
        {
            GuestOptions.Guest, GuestOptions.Kernel, GuestOptions.Initrd, GuestOptions.Append, GuestOptions.Memory, GuestOptions.Hypercalls,
            GuestOptions.Engine, GuestOptions.JitThreshold, GuestOptions.Cache, _noCache, GuestOptions.Patch, GuestOptions.PatchInMemory,
            GuestOptions.SecondLevelTlb, GuestOptions.ShadowPageTables, GuestOptions.TracedPages, _blocks, _noChain, _countLinks, _clock, GuestOptions.Instructions, _stats, _statsJson, GuestOptions.Exec, GuestOptions.Packages, GuestOptions.Files,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        Engine engine = options.GetValue(GuestOptions.Engine) ?? Engine.Dbt;
        foreach (Option<bool> option in (Option<bool>[])[_blocks, _noChain, _countLinks])
        {
            if (options.GetValue(option) && engine != Engine.Dbt)
                throw new GuestSetupException($"{option.Name} is about translated code, and --engine {engine.ToString().ToLowerInvariant()} has none");
        }
        if (options.GetValue(_noCache) && options.GetValue(GuestOptions.Cache) is not null)
            throw new GuestSetupException($"{GuestOptions.Cache.Name} and {_noCache.Name} exclude each other");
        RunPlan plan = GuestOptions.Plan(options);
        using OutputFile? figures = OutputFile.Claim(_statsJson.Name, options.GetValue(_statsJson), GuestOptions.Inputs(options));
        plan = plan with
        {
            Engine = engine,
            Chain = !options.GetValue(_noChain),
            TranslateBlocks = options.GetValue(_blocks),
            CountLinks = options.GetValue(_countLinks),
            TranslationFolder = options.GetValue(_noCache) ? null : options.GetValue(GuestOptions.Cache) ?? GuestCache.FindOfUser()?.PathOf("translations"),
            Clock = options.GetValue(_clock) ?? ClockSource.Virtual,
            Statistics = options.GetValue(_stats),
            StatisticsFile = figures,
        };
        return options.GetValue(GuestOptions.Exec) is null ? ConsoleRun.Run(plan) : ExecRun.Run(plan);
    }
}

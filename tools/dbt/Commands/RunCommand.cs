using System.CommandLine;
using Dbt.Tool.Options;
using Dbt.Tool.Running;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt run</c>: boots a guest.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Command command = new("run", "Boots a guest on a Malta board.") { GuestOptions.Guest };
        command.Take(
            GuestOptions.Group, UserSpaceOptions.Group, MachineOptions.Group, DriveOptions.Group, NetworkOptions.Group,
            FlashOptions.Group, SerialOptions.Group, TimeOptions.Group, EngineOptions.Group, CacheOptions.Group,
            PatchOptions.Group, AddressOptions.Group, FigureOptions.Group);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        RunPlan plan = CommandOptions.Plan(options);
        using OutputFile? figures = FigureOptions.StatsJson.Claim(options, GuestOptions.Inputs(options));
        plan = plan with { StatisticsFile = figures };
        using FlashFile? flash = plan.Flash;
        int status = UserSpaceOptions.Exec.IsIn(options) ? ExecRun.Run(plan) : ConsoleRun.Run(plan);
        flash?.Finish();
        return status;
    }
}

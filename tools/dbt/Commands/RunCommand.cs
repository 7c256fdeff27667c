using System.CommandLine;
using Dbt.Hypervisor;
using Dbt.Tool.Running;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt run</c>: boots a guest.</summary>
internal static class RunCommand
{
    private static readonly Option<Engine> _engine = OptionValue.Choice<Engine>("--engine", "What runs the guest's instructions. [default: interp]");

    private static readonly Option<ClockSource> _clock = OptionValue.Choice<ClockSource>(
        "--clock", "What moves the guest's time: virtual counts instructions, so that runs repeat exactly; host follows the wall clock. [default: virtual]");

    private static readonly Option<bool> _stats = new("--stats") { Description = "Print figures about the run at its end." };

    public static Command Create()
    {
        Command command = new("run", "Boots a guest on a Malta board.")
        {
            GuestOptions.Guest, GuestOptions.Kernel, GuestOptions.Initrd, GuestOptions.Append, GuestOptions.Memory,
            _engine, _clock, GuestOptions.Instructions, _stats, GuestOptions.Exec, GuestOptions.Packages,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        RunPlan plan = GuestOptions.Plan(options) with
        {
            Engine = options.GetValue(_engine),
            Clock = options.GetValue(_clock),
            Statistics = options.GetValue(_stats),
        };
        return options.GetValue(GuestOptions.Exec) is null ? ConsoleRun.Run(plan) : ExecRun.Run(plan);
    }
}

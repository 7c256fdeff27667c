using System.Runtime.ExceptionServices;
using Dbt.Tool.Terminal;
using Spectre.Console;

namespace Dbt.Tool.Guests;

/// <summary>Shows a fetch on standard error: bars on a terminal, one line a step elsewhere.</summary>
/// <param name="stop">Is cancelled when the fetch has to end.</param>
internal sealed class ConsoleFetchProgress(CancellationToken stop = default) : IFetchProgress
{
    public CancellationToken Stop => stop;

    public void Step(string what, Action<Action<double>> work)
    {
        if (Console.IsErrorRedirected)
        {
            Note(what);
            work(_ => { });
            return;
        }
        ExceptionDispatchInfo? failed = null;
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new ElapsedTimeColumn(), new SpinnerColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(what));
                try
                {
                    work(percent => task.Value = percent);
                    task.Value = task.MaxValue;
                }
                catch (Exception failure)
                {
                    failed = ExceptionDispatchInfo.Capture(failure);
                }
                task.StopTask();
            });
        failed?.Throw();
    }

    public void Note(string text) => Message.Say(text);
}

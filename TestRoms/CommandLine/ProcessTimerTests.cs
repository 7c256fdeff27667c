using Dbt.Tool.Comparison;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>What is timed as a process of its own.</summary>
public sealed class ProcessTimerTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_process_that_ends_by_itself_is_timed_with_all_it_said()
    {
        TimedRun run = ProcessTimer.Run(new Invocation("echo", ["a word"]), mark: null, s_limit);

        Assert.Equal(["a word"], run.Lines);
        Assert.Equal(0, run.Status);
    }

    [Fact]
    public void A_process_that_the_same_signal_ended_has_not_ended_by_itself()
    {
        using CancellationTokenSource stopped = new();
        stopped.Cancel();

        Assert.Throws<OperationCanceledException>(() => ProcessTimer.Run(new Invocation("true", []), mark: null, s_limit, stopped.Token));
    }
}

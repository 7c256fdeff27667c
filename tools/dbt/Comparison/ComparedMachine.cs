using Dbt.Tool.Running;

namespace Dbt.Tool.Comparison;

/// <summary>Something that runs the guest: one of our engines, or QEMU.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="invocation">How to start it.</param>
/// <param name="figures">The file in which it leaves its figures; null if it has none.</param>
internal sealed class ComparedMachine(string name, Invocation invocation, string? figures)
{
    private readonly List<TimedRun> _runs = [];

    /// <summary>What the table calls it.</summary>
    public string Name => name;

    /// <summary>Median wall time.</summary>
    public double Seconds => Median.Of(_runs.Select(run => run.Seconds));

    /// <summary>Instructions the guest retired; null if nobody counted.</summary>
    public long? Instructions { get; private set; }

    /// <summary>What it printed, run by run.</summary>
    public IEnumerable<IReadOnlyList<string>> Outputs => _runs.Select(run => run.Lines);

    /// <summary>This dbt with one more engine's options.</summary>
    /// <param name="name">What the table calls it.</param>
    /// <param name="arguments">All that comes after <c>dbt</c>.</param>
    /// <param name="figures">A file for its figures.</param>
    public static ComparedMachine Ours(string name, IEnumerable<string> arguments, string figures)
    {
        // Either the program that is called dbt, or dotnet with dbt.dll.
        string program = Environment.ProcessPath!;
        string[] library = Path.GetFileNameWithoutExtension(program) == "dbt"
            ? []
            : [typeof(ComparedMachine).Assembly.Location];
        return new ComparedMachine(
            name, new Invocation(program, [.. library, .. arguments, "--stats-json", figures]), figures);
    }

    /// <summary>Runs the guest once.</summary>
    /// <exception cref="ComparisonException">It did not come to its end.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Run(TimeSpan limit, CancellationToken stop)
    {
        if (figures is not null)
            File.Delete(figures);
        TimedRun run = ProcessTimer.Run(invocation, mark: null, limit, stop);
        // The status of a command is its own affair; without figures there was no run.
        if (figures is null || !File.Exists(figures))
            run.OrFail();
        else
            Instructions = RunStatistics.Read(figures).Instructions;
        _runs.Add(run);
    }
}

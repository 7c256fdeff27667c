using System.Diagnostics;
using System.Globalization;
using Dbt.TestRoms.Conformance;
using Xunit.Sdk;

namespace Dbt.Perf.Conformance;

/// <summary>
/// What a conformance run prints: on standard error how far a part has come and what it just found, on standard output
/// a table's row for each part, and below it all that was found.
/// </summary>
internal sealed class ConformanceReport
{
    private readonly Lock _lock = new();
    private readonly List<string> _differences = [];
    private (ConformancePart Part, PartRun Run, long Began)? _current;
    private bool _isClosed;

    /// <summary>Begins the table.</summary>
    public ConformanceReport()
    {
        Console.WriteLine("| part | what | oracle | tried | s | differences |");
        Console.WriteLine("|---|---|---|---|---|---|");
    }

    /// <summary>Runs a part to its end, or until it is stopped.</summary>
    public void Run(ConformancePart part, Func<Action<PartRun, IReadOnlyList<string>>, PartRun> make)
    {
        long began = Stopwatch.GetTimestamp();
        PartRun run = make((run, found) => Tell(part, run, began, found));
        _current = (part, run, began);
        string? why = null;
        try
        {
            part.Ask(run);
        }
        catch (Xunit.SkipException missing)
        {
            why = missing.Message;
        }
        catch (OperationCanceledException)
        {
            why = "stopped";
        }
        catch (Exception failure) when (failure is InvalidOperationException or XunitException)
        {
            run.Find($"{part.Name} ended: {failure.Message}");
            why = "not to its end";
        }
        EndPart(why);
    }

    /// <summary>Ends the table: a part that is under way has its row, too.</summary>
    /// <param name="why">Why it goes no further; null where all was asked.</param>
    /// <returns>Whether nothing was found.</returns>
    public bool Close(string? why = null)
    {
        EndPart(why);
        lock (_lock)
        {
            if (!_isClosed)
                _differences.ForEach(difference => Console.WriteLine($"\n{difference}"));
            _isClosed = true;
            return _differences.Count == 0;
        }
    }

    private void EndPart(string? why)
    {
        lock (_lock)
        {
            if (_current is not var (part, run, began))
                return;
            _current = null;
            (string tried, IReadOnlyList<string> differences) = run.SoFar;
            string asked = $"| `{part.Name}` | {part.Question} | {part.Oracle} |";
            string all = why is null ? tried : $"{tried}; {why}";
            Console.WriteLine($"{asked} {all} | {Seconds(began)} | {differences.Count} |");
            _differences.AddRange(differences);
        }
    }

    private static void Tell(ConformancePart part, PartRun run, long began, IReadOnlyList<string> found)
    {
        (string tried, IReadOnlyList<string> differences) = run.SoFar;
        string count = differences.Count.ToString(CultureInfo.InvariantCulture);
        Console.Error.WriteLine($"{Seconds(began)} s, {part.Name}: {tried}; differences: {count}");
        foreach (string difference in found)
            Console.Error.WriteLine(difference);
    }

    private static string Seconds(long began) =>
        Stopwatch.GetElapsedTime(began).TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
}

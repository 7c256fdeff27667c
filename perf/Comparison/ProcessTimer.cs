using System.Diagnostics;

namespace Dbt.Perf.Comparison;

/// <summary>Runs a process and takes its time, its memory and what it says.</summary>
internal static class ProcessTimer
{
    // The system keeps the peak while the process lives: a look now and then misses only what it allocates at its very end.
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs it once; <paramref name="mark"/> is the line that starts the second stopwatch.</summary>
    /// <exception cref="ComparisonException">It does not end, or fails.</exception>
    public static Sample Run(Invocation what, string? mark, TimeSpan limit)
    {
        ProcessStartInfo start = new(what.Program, what.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Stopwatch watch = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Console console = new(watch, mark);
        process.OutputDataReceived += (_, line) => console.Add(line.Data);
        process.BeginOutputReadLine();
        Task<string> errors = process.StandardError.ReadToEndAsync();

        long peak = 0;
        while (!process.WaitForExit(_look))
        {
            peak = Math.Max(peak, PeakOf(process));
            if (watch.Elapsed > limit)
            {
                process.Kill(entireProcessTree: true);
                throw new ComparisonException($"{Describe(what)} did not end within {limit.TotalSeconds:0} s{console.Tail}");
            }
        }
        double seconds = watch.Elapsed.TotalSeconds;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new ComparisonException($"{Describe(what)} ended with status {process.ExitCode}: {errors.Result.Trim()}{console.Tail}");
        return new Sample(seconds, console.AfterMark, peak, Verdict.Of(console.Lines));
    }

    private static long PeakOf(Process process)
    {
        try
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0; // it has just ended
        }
    }

    private static string Describe(Invocation what) => $"{Path.GetFileName(what.Program)} {string.Join(' ', what.Arguments)}";

    private sealed class Console(Stopwatch watch, string? mark)
    {
        private TimeSpan? _begin;
        private TimeSpan _last;

        public List<string> Lines { get; } = [];

        public double? AfterMark => _begin is { } begin ? (_last - begin).TotalSeconds : null;

        public string Tail => Lines.Count == 0 ? "" : $"\n  its last lines:\n    {string.Join("\n    ", Lines.TakeLast(5))}";

        public void Add(string? line)
        {
            if (line is null)
                return;
            line = line.TrimEnd('\r');
            Lines.Add(line);
            if (mark is null)
                return;
            if (line == mark)
                _begin = watch.Elapsed;
            else if (line.StartsWith("sysbench ", StringComparison.Ordinal))
                _last = watch.Elapsed;
        }
    }
}

using System.Diagnostics;

namespace Dbt.Tool.Comparison;

/// <summary>Runs a process and takes its time, its memory and what it says.</summary>
internal static class ProcessTimer
{
    // The system keeps the peak while the process lives: a look now and then misses only what it allocates at its very
    // end.
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs it once; <paramref name="mark"/> is the line that starts the second stopwatch.</summary>
    /// <exception cref="ComparisonException">It does not end.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, and ended with all it had started.</exception>
    public static TimedRun Run(Invocation what, string? mark, TimeSpan limit, CancellationToken stop = default)
    {
        ProcessStartInfo start = new(what.Program, what.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = what.Folder ?? "",
        };
        Stopwatch watch = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Console console = new(watch, mark);
        process.OutputDataReceived += (_, line) => console.Add(line.Data);
        process.BeginOutputReadLine();
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);

        long peak = 0;
        while (!process.WaitForExit(_look))
        {
            peak = Math.Max(peak, PeakOf(process));
            if (watch.Elapsed > limit || stop.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                stop.ThrowIfCancellationRequested();
                throw new ComparisonException(
                    $"{what} did not end within {limit.TotalSeconds:0} s{TimedRun.TailOf(console.Lines)}");
            }
        }
        double seconds = watch.Elapsed.TotalSeconds;
        process.WaitForExit();
        // A signal to all in the foreground ends it as well: then this is not its end.
        stop.ThrowIfCancellationRequested();
        return new TimedRun
        {
            What = what,
            Seconds = seconds,
            AfterMark = console.AfterMark,
            PeakBytes = peak,
            Lines = console.Lines,
            Status = process.ExitCode,
            Errors = errors.Result,
        };
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

    private sealed class Console(Stopwatch watch, string? mark)
    {
        private TimeSpan? _begin;
        private TimeSpan _last;

        public List<string> Lines { get; } = [];

        public double? AfterMark => _begin is { } begin ? (_last - begin).TotalSeconds : null;

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
            else if (line.StartsWith(mark.Split(' ')[0] + ' ', StringComparison.Ordinal))
                _last = watch.Elapsed;
        }
    }
}

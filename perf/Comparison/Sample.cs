using Dbt.Tool.Comparison;

namespace Dbt.Perf.Comparison;

/// <summary>What one run showed.</summary>
/// <param name="Seconds">Wall time of the whole process.</param>
/// <param name="AfterMark">Wall time from the benchmark's mark on the console to its last line; null without a
/// mark.</param>
/// <param name="PeakBytes">Peak resident memory.</param>
/// <param name="Verdict">What the guest said about itself.</param>
internal sealed record Sample(double Seconds, double? AfterMark, long PeakBytes, Verdict Verdict)
{
    /// <summary>What a process showed.</summary>
    /// <param name="run">The process.</param>
    /// <param name="mark">The benchmark's mark: what the guest says before it, the host does not; null without
    /// one.</param>
    public static Sample Of(TimedRun run, string? mark) => new(
        run.Seconds, run.AfterMark, run.PeakBytes,
        Verdict.Of(mark is null ? run.Lines : run.Lines.SkipWhile(line => line != mark && run.Lines.Contains(mark))));
}

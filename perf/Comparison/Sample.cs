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
    public static Sample Of(TimedRun run) => new(run.Seconds, run.AfterMark, run.PeakBytes, Verdict.Of(run.Lines));
}

namespace Dbt.Tool.Comparison;

/// <summary>A process that has ended.</summary>
/// <param name="What">What was started.</param>
/// <param name="Seconds">Its wall time.</param>
/// <param name="AfterMark">Wall time from the mark to the last line that begins with the mark's first word; null without a mark.</param>
/// <param name="PeakBytes">Peak resident memory.</param>
/// <param name="Lines">What it printed, line by line.</param>
/// <param name="Status">Its exit status.</param>
/// <param name="Errors">What it printed on standard error.</param>
internal sealed record TimedRun(Invocation What, double Seconds, double? AfterMark, long PeakBytes, IReadOnlyList<string> Lines, int Status, string Errors)
{
    /// <summary>It, if its exit status was 0.</summary>
    /// <exception cref="ComparisonException">It was not.</exception>
    public TimedRun OrFail() => Status == 0 ? this
        : throw new ComparisonException($"{What} ended with status {Status}: {Errors.Trim()}{TailOf(Lines)}");

    /// <summary>The last of some lines, for a message.</summary>
    public static string TailOf(IReadOnlyList<string> lines) => lines.Count == 0 ? "" : $"\n  its last lines:\n    {string.Join("\n    ", lines.TakeLast(5))}";
}

namespace Dbt.Tool.Comparison;

/// <summary>A process that has ended.</summary>
internal sealed record TimedRun
{
    /// <summary>What was started.</summary>
    public required Invocation What { get; init; }

    /// <summary>Its wall time.</summary>
    public required double Seconds { get; init; }

    /// <summary>
    /// Wall time from the mark to the last line that begins with the mark's first word; null without a mark.
    /// </summary>
    public double? AfterMark { get; init; }

    /// <summary>Peak resident memory.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>What it printed, line by line.</summary>
    public required IReadOnlyList<string> Lines { get; init; }

    /// <summary>Its exit status.</summary>
    public required int Status { get; init; }

    /// <summary>What it printed on standard error.</summary>
    public required string Errors { get; init; }

    /// <summary>It, if its exit status was 0.</summary>
    /// <exception cref="ComparisonException">It was not.</exception>
    public TimedRun OrFail() => Status == 0 ? this
        : throw new ComparisonException($"{What} ended with status {Status}: {Errors.Trim()}{TailOf(Lines)}");

    /// <summary>The last of some lines, for a message.</summary>
    public static string TailOf(IReadOnlyList<string> lines) =>
        lines.Count == 0 ? "" : $"\n  its last lines:\n    {string.Join("\n    ", lines.TakeLast(5))}";
}

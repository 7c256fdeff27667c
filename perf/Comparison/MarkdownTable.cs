using System.Text;
using Dbt.Perf.Guests;

namespace Dbt.Perf.Comparison;

/// <summary>A report for people: one Markdown table, suite by suite.</summary>
internal static class MarkdownTable
{
    /// <summary>Writes it.</summary>
    public static string Of(Report report)
    {
        StringBuilder text = new();
        text.AppendLine(
            $"Medians of {report.Runs} alternating runs (least–most), whole processes. {report.Qemu}; {report.Host}{Options(report)}.");
        text.AppendLine();
        text.AppendLine(
            "| guest | QEMU s | dbt s | ratio | without boot | native s | over native | QEMU MB | dbt MB |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (IGrouping<Suite, Result> suite in report.Results.GroupBy(result => result.Benchmark.Suite))
        {
            foreach (Result result in suite)
                text.AppendLine(Row(result));
            if (suite.Count() > 1)
            {
                text.AppendLine(
                    $"| **{suite.Key.ToString().ToLowerInvariant()}, geometric mean** | | | **{report.Mean(suite.Key):0.00}** "
                    + $"| {report.Mean(suite.Key, result => result.RatioAfterMark):0.00} | "
                    + $"| {report.Mean(suite.Key, result => result.OverNative):0.00} | | |");
            }
        }
        return text.ToString();
    }

    private static string Row(Result result) =>
        $"| {result.Benchmark.Name}{(result.Agrees ? "" : " (outputs differ)")} | {Times(result.Qemu)} | {Times(result.Dbt)} "
        + $"| {result.Ratio:0.00} | {result.RatioAfterMark?.ToString("0.00")} "
        + $"| {(result.Native is { } native ? Times(native) : "")} | {result.OverNative:0.00} | {Megabytes(result.Qemu)} | {Megabytes(result.Dbt)} |";

    private static string Times(Series series) => $"{series.Seconds:0.00} ({series.Least:0.00}–{series.Most:0.00})";

    private static string Megabytes(Series series) => $"{series.PeakBytes / 1048576.0:0}";

    private static string Options(Report report) =>
        report.Options.Count == 0 ? "" : $"; dbt {string.Join(' ', report.Options)}";
}

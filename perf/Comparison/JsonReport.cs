using System.Text.Json;
using Dbt.Perf.Guests;

namespace Dbt.Perf.Comparison;

/// <summary>A report for programs: every run, nothing rounded.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions _format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes it.</summary>
    public static string Of(Report report) => JsonSerializer.Serialize(
        new
        {
            report.Qemu,
            report.Host,
            report.Compiler,
            report.Options,
            report.Runs,
            Means = Enum.GetValues<Suite>().Where(suite => report.Mean(suite) is not null)
                .ToDictionary(Name, suite => report.Mean(suite)),
            Results = report.Results.Select(result => new
            {
                result.Benchmark.Name,
                Suite = Name(result.Benchmark.Suite),
                result.Ratio,
                result.RatioAfterMark,
                result.Agrees,
                Runs = result.Series.ToDictionary(series => series.Key, series => series.Value.Samples),
            }),
        },
        _format);

    private static string Name(Suite suite) => suite.ToString().ToLowerInvariant();
}

using System.Runtime.InteropServices;
using Dbt.Perf.Guests;

namespace Dbt.Perf.Comparison;

/// <summary>All results, and where they come from; not complete if a benchmark failed.</summary>
internal sealed record Report(
    string Qemu, string? Compiler, IReadOnlyList<string> Options, int Runs, IReadOnlyList<Result> Results,
    bool IsComplete)
{
    /// <summary>What ran it all.</summary>
    public string Host { get; } =
        $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}, "
        + $"{Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}";

    /// <summary>The geometric mean of the ratios of a suite; null if none of it ran.</summary>
    public double? Mean(Suite suite) => Mean(suite, result => result.Ratio);

    /// <summary>
    /// The geometric mean of something of a suite's results, as far as they have it; null if none has.
    /// </summary>
    public double? Mean(Suite suite, Func<Result, double?> of)
    {
        double[] logarithms =
        [
            .. Results.Where(result => result.Benchmark.Suite == suite).Select(result => of(result))
                .OfType<double>().Select(ratio => Math.Log(ratio)),
        ];
        return logarithms.Length == 0 ? null : Math.Exp(logarithms.Average());
    }
}

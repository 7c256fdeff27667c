using Dbt.Perf.Contenders;
using Dbt.Perf.Guests;

namespace Dbt.Perf.Comparison;

/// <summary>One row: what all contenders did with a benchmark. The host cannot run every guest.</summary>
internal sealed record Result(Benchmark Benchmark, IReadOnlyDictionary<string, Series> Series)
{
    /// <summary>QEMU's series.</summary>
    public Series Qemu => Series[QemuContender.Label];

    /// <summary>Ours.</summary>
    public Series Dbt => Series[DbtContender.Label];

    /// <summary>The host's own, where there is one.</summary>
    public Series? Native => Series.GetValueOrDefault(NativeContender.Label);

    /// <summary>QEMU's time over ours: above 1 we are faster.</summary>
    public double Ratio => Qemu.Seconds / Dbt.Seconds;

    /// <summary>The same without the boot; null where the benchmark has no mark.</summary>
    public double? RatioAfterMark => Qemu.AfterMark / Dbt.AfterMark;

    /// <summary>
    /// Our time, without the boot where there is one, over the host's; null where the host cannot run it.
    /// </summary>
    public double? OverNative => (Dbt.AfterMark ?? Dbt.Seconds) / Native?.Seconds;

    /// <summary>Whether every run of every contender came to the same good end.</summary>
    public bool Agrees
    {
        get
        {
            Verdict[] verdicts =
                [.. Series.Values.SelectMany(series => series.Samples).Select(sample => sample.Verdict).Distinct()];
            return verdicts.Length == 1 && verdicts[0].IsGood;
        }
    }
}

using Dbt.Tool.Comparison;

namespace Dbt.Perf.Comparison;

/// <summary>The runs of one contender on one benchmark.</summary>
internal sealed record Series(IReadOnlyList<Sample> Samples)
{
    /// <summary>Median of the wall times.</summary>
    public double Seconds => Median.Of(Samples.Select(sample => sample.Seconds));

    /// <summary>The shortest run.</summary>
    public double Least => Samples.Min(sample => sample.Seconds);

    /// <summary>The longest run.</summary>
    public double Most => Samples.Max(sample => sample.Seconds);

    /// <summary>Median of the times from the mark on; null without one.</summary>
    public double? AfterMark =>
        Samples.All(sample => sample.AfterMark is not null)
            ? Median.Of(Samples.Select(sample => sample.AfterMark!.Value))
            : null;

    /// <summary>The highest peak of resident memory.</summary>
    public long PeakBytes => Samples.Max(sample => sample.PeakBytes);
}

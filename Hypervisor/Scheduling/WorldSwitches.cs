namespace Dbt.Hypervisor.Scheduling;

/// <summary>
/// Counts world switches and their times: from the last instruction of one machine to where another is let run.
/// </summary>
public sealed class WorldSwitches
{
    private const int Buckets = 24;
    private readonly long[] _histogram = new long[Buckets];

    /// <summary>How many there were.</summary>
    public long Count { get; private set; }

    /// <summary>How long they took together.</summary>
    public TimeSpan Total { get; private set; }

    /// <summary>How many took at least 2ⁿ⁻¹ microseconds and less than 2ⁿ, by n; the first, less than one.</summary>
    public IReadOnlyList<long> Histogram => _histogram;

    /// <summary>Counts one.</summary>
    public void Add(TimeSpan time)
    {
        Count++;
        Total += time;
        int bucket = 0;
        for (double microseconds = time.TotalMicroseconds; microseconds >= 1 && bucket < Buckets - 1; microseconds /= 2)
            bucket++;
        _histogram[bucket]++;
    }
}

using Dbt.Perf.Guests;
using Dbt.Tool.Comparison;

namespace Dbt.Perf.Contenders;

/// <summary>Something that runs benchmarks.</summary>
internal interface IContender
{
    /// <summary>What results call it.</summary>
    string Name { get; }

    /// <summary>How to run a benchmark; null if it cannot.</summary>
    Invocation? Prepare(Benchmark benchmark);
}

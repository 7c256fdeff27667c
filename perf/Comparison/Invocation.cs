namespace Dbt.Perf.Comparison;

/// <summary>A process to start.</summary>
internal sealed record Invocation(string Program, IReadOnlyList<string> Arguments);

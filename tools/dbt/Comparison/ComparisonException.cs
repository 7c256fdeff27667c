namespace Dbt.Tool.Comparison;

/// <summary>Why there is nothing to compare, in a line for the user.</summary>
internal sealed class ComparisonException(string message) : Exception(message);

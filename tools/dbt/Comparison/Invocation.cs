namespace Dbt.Tool.Comparison;

/// <summary>A process to start.</summary>
/// <param name="Program">Its path, or a name to be looked up.</param>
/// <param name="Arguments">What it is told.</param>
/// <param name="Folder">Where it runs; null for here.</param>
internal sealed record Invocation(string Program, IReadOnlyList<string> Arguments, string? Folder = null)
{
    /// <summary>It as one would type it, for messages.</summary>
    public override string ToString() => $"{Path.GetFileName(Program)} {string.Join(' ', Arguments)}";
}

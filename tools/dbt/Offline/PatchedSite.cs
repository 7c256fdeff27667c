namespace Dbt.Tool.Offline;

/// <summary>A word that was rewritten.</summary>
/// <param name="Address">Its virtual address.</param>
/// <param name="Symbol">The kernel's name of the place; null where it has none.</param>
/// <param name="Before">What was there.</param>
/// <param name="After">What is there now.</param>
internal sealed record PatchedSite(uint Address, string? Symbol, uint Before, uint After);

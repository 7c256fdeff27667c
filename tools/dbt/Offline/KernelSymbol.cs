namespace Dbt.Tool.Offline;

/// <summary>A symbol that a kernel has of itself.</summary>
/// <param name="Address">Its virtual address.</param>
/// <param name="Type">As nm prints it: <c>t</c> and <c>T</c> are code.</param>
/// <param name="Name">Its name.</param>
internal sealed record KernelSymbol(uint Address, char Type, string Name);

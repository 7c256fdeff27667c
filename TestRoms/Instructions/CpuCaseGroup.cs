namespace Dbt.TestRoms.Instructions;

/// <summary>Cases that belong together: those of one row of the table, or of one question.</summary>
internal sealed record CpuCaseGroup(string Name, IReadOnlyList<CpuCase> Cases);

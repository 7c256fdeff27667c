namespace Dbt.Runtime.Translation;

/// <summary>A region that could not be compiled.</summary>
/// <param name="Pc">Guest virtual address of its entry.</param>
/// <param name="Message">Why not: the error and what it says.</param>
public sealed record Refusal(uint Pc, string Message)
{
    /// <summary>It in a line.</summary>
    public override string ToString() => $"0x{Pc:x8}: {Message.ReplaceLineEndings(" ")}";
}

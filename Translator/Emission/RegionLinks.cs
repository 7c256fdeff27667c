namespace Dbt.Translator.Emission;

/// <summary>What the slots of a fragment are for, from <see cref="LinkLayout.FirstTarget"/> on.</summary>
/// <param name="Pages">
/// The pages that are looked up on the way into them: the first word of a slot is the shadow TLB's entry for loads, as
/// the code was read.
/// </param>
/// <param name="Targets">The guest addresses that links lead to.</param>
public sealed record RegionLinks(IReadOnlyList<uint> Pages, IReadOnlyList<uint> Targets)
{
    /// <summary>The first slot that leads to a guest address.</summary>
    public int FirstTarget => LinkLayout.FirstTarget + Pages.Count;

    /// <summary>How many slots there are.</summary>
    public int Count => FirstTarget + Targets.Count;
}

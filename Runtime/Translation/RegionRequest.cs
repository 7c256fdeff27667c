using Dbt.Translator.Emission;
using Dbt.Translator.Regions;

namespace Dbt.Runtime.Translation;

/// <summary>
/// A region to be compiled: everything the background thread needs, so that it never looks at the guest.
/// </summary>
/// <param name="Key">What it is compiled for.</param>
/// <param name="Name">What the method is called: profilers show it.</param>
/// <param name="Region">Its code, as it was when the region was formed.</param>
/// <param name="Context">What the translator may take for granted.</param>
/// <param name="Frames">The frames the code was read from, with their generations then.</param>
public sealed record RegionRequest(
    FragmentKey Key, string Name, Region Region, TranslationContext Context,
    IReadOnlyList<(int Frame, uint Generation)> Frames)
{
    /// <summary>
    /// Address of the int in which the guest's thread goes on counting how often the region's place is entered: what is
    /// hottest is compiled first.
    /// </summary>
    public required nint Heat { get; init; }

    /// <summary>
    /// The shadow TLB's entry for loads of each page that is looked up on the way into it, as the code was read.
    /// </summary>
    public required IReadOnlyList<nint> Pages { get; init; }

    /// <summary>Whether it is to take the place of the fragment that begins there.</summary>
    public bool Replaces { get; init; }
}

using Dbt.Translator.Emission;
using Dbt.Translator.Regions;

namespace Dbt.Runtime.Persistence;

/// <summary>A region that was worth compiling, to be kept for the next run.</summary>
/// <param name="Region">The guest code.</param>
/// <param name="Context">What the translator took for granted.</param>
/// <param name="LinkCount">How many link slots its fragment has.</param>
public sealed record SavedRegion(Region Region, TranslationContext Context, int LinkCount)
{
    /// <summary>Whether its code is right where <paramref name="context"/> holds.</summary>
    public bool Fits(TranslationContext context)
    {
        // Without floating-point instructions no mode makes a difference; code that expects nothing is always right.
        TranslationContext own = Region.UsesFloat
            ? Context
            : Context with { Float = context.Float, Float64 = context.Float64 };
        return own == context || own == context with { Bases = BaseExpectation.None };
    }
}

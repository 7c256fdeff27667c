using Dbt.Translator.Patches;
using Dbt.Translator.Regions;

namespace Dbt.Translator.Emission;

/// <summary>How floating-point operations may be compiled, as FCSR and Status stand.</summary>
public enum FloatMode
{
    /// <summary>Coprocessor 1 is not usable.</summary>
    Unusable,

    /// <summary>
    /// A rounding mode, a flush or a trap that the host's arithmetic does not have: the interpreter computes.
    /// </summary>
    Interpreted,

    /// <summary>The host computes; a result that is not exact is left to the interpreter, which sets Flags.I.</summary>
    Exact,

    /// <summary>The host computes; Flags.I is set already.</summary>
    Fast,
}

/// <summary>Where base registers are expected to point: a fragment that meets others is compiled anew.</summary>
public enum BaseExpectation
{
    /// <summary>Anywhere.</summary>
    None,

    /// <summary>Into kseg0, which is reachable and never remapped.</summary>
    Kseg0,

    /// <summary>
    /// Anywhere, but a block's accesses off one of them lie on one page, and are looked up together, at the first.
    /// </summary>
    OnePage,

    /// <summary>
    /// The same, and that an access within a loop is on the page that it was on the last time round: that page is held.
    /// </summary>
    HeldPages,

    /// <summary>
    /// As <see cref="OnePage"/>, and that an access within a loop is on a page that the host has as far from the
    /// guest's as the one it was on the last time round: that distance is held.
    /// </summary>
    HeldOffsets,
}

/// <summary>What the translator may take for granted when it compiles a region: part of the fragment's key.</summary>
/// <param name="Bases">Where base registers are expected to point.</param>
/// <param name="Float">How floating-point operations may be compiled.</param>
/// <param name="Float64">Whether floating-point registers are 64 bits wide.</param>
/// <param name="Window">Where kseg0 is, and how much RAM is behind it.</param>
/// <param name="Patches">What is patched; null where coprocessor 0 is not usable, or nothing is to be.</param>
/// <param name="IsBigEndian">Whether the byte of a number in memory that has the lowest address is the most significant
/// one.</param>
public readonly record struct TranslationContext(
    BaseExpectation Bases, FloatMode Float, bool Float64, LinearWindow Window, IPatches? Patches,
    bool IsBigEndian = false)
{
    /// <summary>Whether code for the two may be one: all the same but what is expected of mapped bases.</summary>
    public bool IsLike(TranslationContext other) =>
        (Bases == BaseExpectation.Kseg0) == (other.Bases == BaseExpectation.Kseg0)
            && this == other with { Bases = Bases };

    /// <summary>
    /// The pages of a region that may be remapped, but for that of its entry, which whoever enters has looked up: the
    /// others are looked up on the way from one to another.
    /// </summary>
    public IReadOnlyList<uint> GuardedPages(Region region) => Window.HoldsRam(region.Entry) ? [] : region.FurtherPages;
}

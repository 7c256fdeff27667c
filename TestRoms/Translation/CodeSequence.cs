using Dbt.Translator.Regions;

namespace Dbt.TestRoms.Translation;

/// <summary>A few guest instructions, all of them warm, at the start of a page.</summary>
internal sealed class CodeSequence(params uint[] words) : IRegionSource
{
    /// <summary>Where they are.</summary>
    public const uint Start = 0x8010_0000;

    /// <inheritdoc/>
    public bool TryRead(uint pc, out uint word)
    {
        uint index = (pc - Start) / 4;
        word = index < words.Length ? words[index] : 0;
        return index < words.Length;
    }

    /// <inheritdoc/>
    public bool Includes(uint pc, bool isCallee) => pc - Start < 4 * words.Length;

    /// <inheritdoc/>
    public IReadOnlyCollection<uint> ComputedTargets => [];

    /// <inheritdoc/>
    public bool IsPatched(uint pc) => false;
}

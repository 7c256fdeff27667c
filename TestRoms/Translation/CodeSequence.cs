using Dbt.Translator.Regions;

namespace Dbt.TestRoms.Translation;

/// <summary>A few guest instructions, all of them warm unless said otherwise, at the start of a page.</summary>
internal sealed class CodeSequence(params uint[] words) : IRegionSource
{
    /// <summary>Where they are.</summary>
    public const uint Start = 0x8010_0000;

    /// <inheritdoc/>
    public bool IsMapped { get; init; }

    /// <summary>Addresses of code that is not warm.</summary>
    public IReadOnlyCollection<uint> Cold { get; init; } = [];

    /// <summary>Addresses of sensitive instructions that have been patched.</summary>
    public HashSet<uint> Patched { get; } = [];

    /// <summary>Whether what calls lead to is small enough to become part of what calls it.</summary>
    public bool HasSmallCallees { get; init; } = true;

    /// <inheritdoc/>
    public IReadOnlyCollection<uint> ComputedTargets { get; init; } = [];

    /// <summary>An instruction.</summary>
    public uint this[int index]
    {
        get => words[index];
        set => words[index] = value;
    }

    /// <summary>The address of an instruction.</summary>
    public static uint At(int index) => Start + 4 * (uint)index;

    /// <inheritdoc/>
    public bool TryRead(uint pc, out uint word)
    {
        uint index = (pc - Start) / 4;
        word = index < words.Length ? words[index] : 0;
        return index < words.Length;
    }

    /// <inheritdoc/>
    public bool Includes(uint pc, bool isCallee) => pc - Start < 4 * words.Length && !Cold.Contains(pc) && (HasSmallCallees || !isCallee);

    /// <summary>The few places that its computed calls and jumps lead to; none if nobody knows.</summary>
    public IReadOnlyList<uint> Likely { get; init; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<uint> LikelyTargets(uint behind) => Likely;

    /// <inheritdoc/>
    public bool IsPatched(uint pc) => Patched.Contains(pc);
}

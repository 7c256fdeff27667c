namespace Dbt.Translator.Regions;

/// <summary>
/// A straight run of instructions in a region, ending before a leader or with a branch and its delay slot.
/// </summary>
/// <param name="pc">Address of the first instruction.</param>
/// <param name="words">The instructions; a branch is the last but one.</param>
/// <param name="endsInBranch">Whether the last two words are a branch and its delay slot.</param>
public sealed class RegionBlock(uint pc, uint[] words, bool endsInBranch)
{
    /// <summary>Address of the first instruction.</summary>
    public uint Pc { get; } = pc;

    /// <summary>The instructions.</summary>
    public IReadOnlyList<uint> Words { get; } = words;

    /// <summary>Whether the last two words are a branch and its delay slot.</summary>
    public bool EndsInBranch { get; } = endsInBranch;

    /// <summary>Bytes of its instructions.</summary>
    public uint Bytes => 4 * (uint)Words.Count;

    /// <summary>
    /// Address of the instruction behind it. Behind the last address is the first: it need not be greater.
    /// </summary>
    public uint End => Pc + Bytes;
}

/// <summary>A piece of the guest's control-flow graph with one entry, to be compiled as one method.</summary>
/// <param name="blocks">The blocks in the order they are to be laid out; the first is the entry.</param>
/// <param name="traps">
/// The sensitive instructions that are not patched: they exit, whatever the patch table says.
/// </param>
/// <param name="usesFloat">Whether it has instructions of floating point.</param>
/// <param name="computedTargets">The blocks that its computed jumps, but for returns, are likely to lead to.</param>
public sealed class Region(
    IReadOnlyList<RegionBlock> blocks, IReadOnlySet<uint> traps, bool usesFloat, IReadOnlySet<uint> computedTargets)
{
    /// <summary>Addresses of the blocks that its computed jumps, but for returns, are likely to lead to.</summary>
    public IReadOnlySet<uint> ComputedTargets { get; } = computedTargets;

    /// <summary>
    /// Whether it has instructions of floating point: to others, the floating-point mode does not matter.
    /// </summary>
    public bool UsesFloat { get; } = usesFloat;

    /// <summary>
    /// Addresses of the sensitive instructions that are not patched: they exit, whatever the patch table says.
    /// </summary>
    public IReadOnlySet<uint> Traps { get; } = traps;

    /// <summary>The blocks; the first is the entry.</summary>
    public IReadOnlyList<RegionBlock> Blocks { get; } = blocks;

    /// <summary>Address of the entry.</summary>
    public uint Entry => Blocks[0].Pc;

    /// <summary>How many instructions it has: no path without a back edge is longer.</summary>
    public int InstructionCount { get; } = blocks.Sum(block => block.Words.Count);

    /// <summary>Whether it has the instruction at <paramref name="pc"/>.</summary>
    public bool Contains(uint pc) => Blocks.Any(block => pc - block.Pc < block.Bytes);
}

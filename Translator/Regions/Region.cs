using Dbt.Translator.Instructions;

namespace Dbt.Translator.Regions;

/// <summary>
/// A straight run of instructions in a region, ending before a leader or with a branch and its delay slot.
/// </summary>
public sealed class RegionBlock
{
    private readonly uint[] _addresses;

    /// <summary>A block.</summary>
    /// <param name="pc">Address of the first instruction; bit 0 says that they are of MIPS16e.</param>
    /// <param name="words">The instructions.</param>
    /// <param name="endsInBranch">Whether the last is a branch, or the delay slot of one.</param>
    public RegionBlock(uint pc, uint[] words, bool endsInBranch)
    {
        (Pc, Words, EndsInBranch) = (pc, words, endsInBranch);
        _addresses = new uint[words.Length + 1];
        for (int i = 0; i <= words.Length; i++)
        {
            _addresses[i] = pc;
            if (i < words.Length)
                pc += (uint)InstructionSet.BytesOf(words[i], pc);
        }
        bool isCompact = endsInBranch && words.Length > 0 && InstructionSet.IsMips16(pc)
            && InstructionSet.Find(words[^1], pc).Has(InstructionFlags.Compact);
        BranchIndex = words.Length - (!endsInBranch ? 0 : isCompact ? 1 : 2);
    }

    /// <summary>Address of the first instruction.</summary>
    public uint Pc { get; }

    /// <summary>The instructions.</summary>
    public IReadOnlyList<uint> Words { get; }

    /// <summary>Whether the last instruction is a branch, or the delay slot of one.</summary>
    public bool EndsInBranch { get; }

    /// <summary>The index of the branch it ends in; that behind the last instruction, if it ends in none.</summary>
    public int BranchIndex { get; }

    /// <summary>Whether the last instruction is in the delay slot of the branch before it.</summary>
    public bool HasDelaySlot => Words.Count - BranchIndex == 2;

    /// <summary>Bytes of its instructions.</summary>
    public uint Bytes => _addresses[^1] - Pc;

    /// <summary>
    /// Address of the instruction behind it. Behind the last address is the first: it need not be greater.
    /// </summary>
    public uint End => _addresses[^1];

    /// <summary>
    /// The few places that the computed call or jump that it ends in has led to; none if nobody knows.
    /// </summary>
    public IReadOnlyList<uint> LikelyTargets { get; init; } = [];

    /// <summary>Address of an instruction, by its index.</summary>
    public uint AddressOf(int index) => _addresses[index];
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

    /// <summary>Numbers of the pages of 4 KB that it has blocks in, but for that of its entry.</summary>
    public IReadOnlyList<uint> FurtherPages { get; } =
    [
        .. blocks.Select(block => PageOf(block.Pc)).Distinct().Where(page => page != PageOf(blocks[0].Pc)),
    ];

    /// <summary>The number of the page of an address.</summary>
    public static uint PageOf(uint pc) => pc >> 12;

    /// <summary>How many instructions it has: no path without a back edge is longer.</summary>
    public int InstructionCount { get; } = blocks.Sum(block => block.Words.Count);

    /// <summary>Whether it has the instruction at <paramref name="pc"/>.</summary>
    public bool Contains(uint pc) => Blocks.Any(block => (pc | block.Pc & 1) - block.Pc < block.Bytes);
}

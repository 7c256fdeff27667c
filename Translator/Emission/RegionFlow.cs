using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Translator.Emission;

/// <summary>How the blocks of a region, in the order they are laid out, lead to each other.</summary>
internal sealed class RegionFlow
{
    private const int MostReturnPoints = 4;

    private readonly Region _region;
    private readonly Dictionary<uint, int> _positions = [];
    private readonly List<uint> _returnPoints = [];
    private readonly HashSet<uint> _continuations = [];

    /// <summary>The flow of a region.</summary>
    public RegionFlow(Region region)
    {
        _region = region;
        for (int i = 0; i < region.Blocks.Count; i++)
            _positions[region.Blocks[i].Pc] = i;
        FindReturnPoints();
        FindContinuations();
    }

    /// <summary>Where calls within the region return to: indirect jumps try those first.</summary>
    public IReadOnlyList<uint> ReturnPoints => _returnPoints;

    /// <summary>
    /// Whether only the block laid out before a block leads to it, falling through: what is known there goes on being
    /// known.
    /// </summary>
    public bool IsContinuation(RegionBlock block) => _continuations.Contains(block.Pc);

    /// <summary>Whether a block begins at <paramref name="target"/>.</summary>
    public bool HasBlock(uint target) => _positions.ContainsKey(target);

    /// <summary>
    /// Whether an edge to a block may close a loop: blocks are laid out so that only one to an earlier block, or to
    /// itself, may.
    /// </summary>
    public bool IsBackEdge(uint target, RegionBlock from) => _positions[target] <= _positions[from.Pc];

    /// <summary>The block laid out behind another.</summary>
    public uint? Next(RegionBlock block) =>
        _positions[block.Pc] + 1 is var next && next < _region.Blocks.Count ? _region.Blocks[next].Pc : null;

    private void FindReturnPoints()
    {
        foreach (RegionBlock block in _region.Blocks)
        {
            if (!block.EndsInBranch || _returnPoints.Count == MostReturnPoints || !HasBlock(block.End))
                continue;
            var targets = BranchTargets.Of(block.Words[^2], block.End - 8);
            if (targets.IsCall && targets.Target is { } callee && HasBlock(callee))
                _returnPoints.Add(block.End);
        }
    }

    private void FindContinuations()
    {
        // What is known at an entry from elsewhere is nothing.
        var entries = new Dictionary<uint, int> { [_region.Entry] = 1 };
        var fallsInto = new HashSet<uint>();
        foreach (RegionBlock block in _region.Blocks)
        {
            foreach (uint successor in SuccessorsOf(block))
                entries[successor] = entries.GetValueOrDefault(successor) + 1;
            if (!block.EndsInBranch || BranchTargets.Of(block.Words[^2], block.End - 8).FallsThrough)
                fallsInto.Add(block.End);
        }
        foreach (uint point in _returnPoints.Concat(_region.ComputedTargets))
            entries[point] = entries.GetValueOrDefault(point) + 1;
        for (int i = 1; i < _region.Blocks.Count; i++)
        {
            uint pc = _region.Blocks[i].Pc;
            if (entries.GetValueOrDefault(pc) == 1 && fallsInto.Contains(pc) && _region.Blocks[i - 1].End == pc)
                _continuations.Add(pc);
        }
    }

    private static IEnumerable<uint> SuccessorsOf(RegionBlock block)
    {
        if (!block.EndsInBranch)
        {
            yield return block.End;
            yield break;
        }
        uint word = block.Words[^2];
        var targets = BranchTargets.Of(word, block.End - 8);
        if (targets.Target is { } target)
            yield return target;
        if (targets.FallsThrough)
            yield return block.End;
        // A nullified slot leads behind it with less known than the slot's own way.
        if (InstructionSet.Find(word).Has(InstructionFlags.Likely))
            yield return block.End;
    }
}

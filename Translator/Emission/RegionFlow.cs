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
    private readonly BranchTargets[] _targets;

    /// <summary>The flow of a region.</summary>
    public RegionFlow(Region region)
    {
        _region = region;
        _targets = [.. region.Blocks.Select(TargetsOf)];
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
        for (int i = 0; i < _targets.Length && _returnPoints.Count < MostReturnPoints; i++)
        {
            BranchTargets targets = _targets[i];
            RegionBlock block = _region.Blocks[i];
            if (HasBlock(block.End) && targets.IsCall && targets.Target is { } callee && HasBlock(callee))
                _returnPoints.Add(block.End);
        }
    }

    private void FindContinuations()
    {
        // What is known at an entry from elsewhere is nothing.
        var entries = new Dictionary<uint, int> { [_region.Entry] = 1 };
        var fallsInto = new HashSet<uint>();
        for (int i = 0; i < _targets.Length; i++)
        {
            RegionBlock block = _region.Blocks[i];
            if (_targets[i].Target is { } target)
                Count(target);
            if (_targets[i].FallsThrough)
            {
                Count(block.End);
                fallsInto.Add(block.End);
            }
            // A nullified slot leads behind it with less known than the slot's own way.
            if (block.EndsInBranch
                && InstructionSet.Find(block.Words[block.BranchIndex], block.Pc).Has(InstructionFlags.Likely))
                Count(block.End);
        }
        foreach (uint point in _returnPoints)
            Count(point);
        foreach (uint point in _region.ComputedTargets)
            Count(point);
        for (int i = 1; i < _region.Blocks.Count; i++)
        {
            uint pc = _region.Blocks[i].Pc;
            if (entries.GetValueOrDefault(pc) == 1 && fallsInto.Contains(pc) && _region.Blocks[i - 1].End == pc)
                _continuations.Add(pc);
        }

        void Count(uint pc) => entries[pc] = entries.GetValueOrDefault(pc) + 1;
    }

    // A block that ends in no branch only falls through.
    private static BranchTargets TargetsOf(RegionBlock block) => block.EndsInBranch
        ? BranchTargets.Of(block)
        : new BranchTargets(null, FallsThrough: true, IsCall: false, IsSwitch: false);
}

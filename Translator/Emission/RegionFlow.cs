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
    private readonly Dictionary<uint, RegionBlock> _before = [];
    private readonly BranchTargets[] _targets;
    private bool[]? _inLoop;

    /// <summary>The flow of a region.</summary>
    public RegionFlow(Region region)
    {
        _region = region;
        _targets = [.. region.Blocks.Select(TargetsOf)];
        for (int i = 0; i < region.Blocks.Count; i++)
            _positions[region.Blocks[i].Pc] = i;
        FindReturnPoints();
        FindBefore();
    }

    /// <summary>Where calls within the region return to: indirect jumps try those first.</summary>
    public IReadOnlyList<uint> ReturnPoints => _returnPoints;

    /// <summary>
    /// The only block that leads to the one at an address, if it is laid out before that: what is known at its end goes
    /// on being known. Null where others lead there, or nobody knows who.
    /// </summary>
    public RegionBlock? Before(uint pc) => _before.GetValueOrDefault(pc);

    /// <summary>
    /// The blocks of the region that a computed call or jump is likely to lead to: it tries those first. None where
    /// there is a table of them.
    /// </summary>
    public uint[] LikelyTargets(RegionBlock block) =>
        _region.ComputedTargets.Count > 0 && _targets[_positions[block.Pc]].IsSwitch
            ? []
            : [.. block.LikelyTargets.Where(HasBlock)];

    /// <summary>Whether a block begins at <paramref name="target"/>.</summary>
    public bool HasBlock(uint target) => _positions.ContainsKey(target);

    /// <summary>
    /// Whether an edge to a block may close a loop: blocks are laid out so that only one to an earlier block, or to
    /// itself, may.
    /// </summary>
    public bool IsBackEdge(uint target, RegionBlock from) => _positions[target] <= _positions[from.Pc];

    /// <summary>Whether a block lies between the beginning and the end of a loop.</summary>
    public bool IsInLoop(RegionBlock block) => (_inLoop ??= FindLoops())[_positions[block.Pc]];

    /// <summary>The block laid out behind another.</summary>
    public uint? Next(RegionBlock block) =>
        _positions[block.Pc] + 1 is var next && next < _region.Blocks.Count ? _region.Blocks[next].Pc : null;

    private void FindReturnPoints()
    {
        for (int i = 0; i < _targets.Length && _returnPoints.Count < MostReturnPoints; i++)
        {
            BranchTargets targets = _targets[i];
            RegionBlock block = _region.Blocks[i];
            bool isWithin = targets.Target is { } callee ? HasBlock(callee) : LikelyTargets(block).Length > 0;
            if (HasBlock(block.End) && targets.IsCall && isWithin)
                _returnPoints.Add(block.End);
        }
    }

    // For each block, whether it is in one.
    private bool[] FindLoops()
    {
        bool[] inLoop = new bool[_targets.Length];
        for (int last = 0; last < _targets.Length; last++)
        {
            RegionBlock block = _region.Blocks[last];
            IEnumerable<uint> targets = _targets[last].Target is { } target ? [target] : LikelyTargets(block);
            foreach (uint begin in targets.Where(begin => HasBlock(begin) && IsBackEdge(begin, block)))
                Array.Fill(inLoop, true, _positions[begin], last - _positions[begin] + 1);
        }
        return inLoop;
    }

    private void FindBefore()
    {
        // The only ways in; null where there are several, or one from nobody knows where.
        var ways = new Dictionary<uint, RegionBlock?>();
        Enter(_region.Entry, null);
        foreach (uint point in _returnPoints)
            Enter(point, null);
        foreach (uint point in _region.ComputedTargets)
            Enter(point, null);
        for (int i = 0; i < _targets.Length; i++)
        {
            RegionBlock block = _region.Blocks[i];
            if (_targets[i].Target is { } target)
                Enter(target, block);
            foreach (uint likely in LikelyTargets(block))
                Enter(likely, block);
            if (_targets[i].FallsThrough)
                Enter(block.End, block);
            // A nullified slot leads behind it with less known than the slot's own way.
            if (block.EndsInBranch
                && InstructionSet.Find(block.Words[block.BranchIndex], block.Pc).Has(InstructionFlags.Likely))
                Enter(block.End, null);
        }
        foreach ((uint pc, RegionBlock? way) in ways)
        {
            if (way is not null && HasBlock(pc) && !IsBackEdge(pc, way))
                _before[pc] = way;
        }

        void Enter(uint pc, RegionBlock? from) => ways[pc] = ways.ContainsKey(pc) ? null : from;
    }

    // A block that ends in no branch only falls through.
    private static BranchTargets TargetsOf(RegionBlock block) => block.EndsInBranch
        ? BranchTargets.Of(block)
        : new BranchTargets(null, FallsThrough: true, IsCall: false, IsSwitch: false);
}

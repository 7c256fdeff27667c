using Dbt.Translator.Instructions;

namespace Dbt.Translator.Regions;

/// <summary>What a region may be made of, as only the runtime knows.</summary>
public interface IRegionSource
{
    /// <summary>
    /// Reads an instruction, of MIPS16e where bit 0 of its address says so; <see langword="false"/> where this region
    /// may not reach.
    /// </summary>
    bool TryRead(uint pc, out uint word);

    /// <summary>Whether each page may be remapped by itself: no block lies on two then.</summary>
    bool IsMapped { get; }

    /// <summary>Whether the code at <paramref name="pc"/> is to be part of a region that begins elsewhere.</summary>
    /// <param name="pc">Where it begins.</param>
    /// <param name="isCallee">Whether a call leads there.</param>
    bool Includes(uint pc, bool isCallee);

    /// <summary>Where computed jumps of the region are likely to lead, as far as that is to be part of it.</summary>
    IReadOnlyCollection<uint> ComputedTargets { get; }

    /// <summary>The few places that a computed call or jump has led to of late; none if nobody knows.</summary>
    /// <param name="behind">The address behind it and its delay slot.</param>
    IReadOnlyList<uint> LikelyTargets(uint behind);

    /// <summary>Whether the sensitive instruction at <paramref name="pc"/> has trapped and been patched.</summary>
    bool IsPatched(uint pc);
}

/// <summary>Forms regions: follows direct branches from an entry through warm code.</summary>
/// <param name="isOneBlock">Whether a region is the basic block at its entry and no more.</param>
public sealed class RegionBuilder(bool isOneBlock = false)
{
    // RyuJIT gives up optimising above about 8,000 local references; registers spill long before.
    private const int LongestRegion = 240;
    private const int LongestBlock = 100;

    // A region has a block, however long that is.
    private readonly int _longest = isOneBlock ? 1 : LongestRegion;

    /// <summary>
    /// Forms the region that begins at <paramref name="entry"/>; null if not even its first unit can be read.
    /// </summary>
    public Region? Build(uint entry, IRegionSource source)
    {
        HashSet<uint> leaders = FindLeaders(entry, source);
        var blocks = new List<RegionBlock>();
        var placed = new HashSet<uint>();
        var waiting = new Stack<(uint Pc, bool IsCallee)>([(entry, false)]);
        int count = 0;
        while (waiting.TryPop(out (uint Pc, bool IsCallee) next) && count < _longest)
        {
            uint pc = next.Pc;
            if (placed.Contains(pc) || pc != entry && !source.Includes(pc, next.IsCallee))
                continue;
            placed.Add(pc);
            RegionBlock? block = ReadBlock(pc, leaders, source);
            if (block is null)
                continue;
            blocks.Add(block);
            count += block.Words.Count;
            // The fall-through is laid out next; what is pushed last is popped first.
            foreach ((uint Pc, bool IsCallee) successor in Successors(block, source))
                waiting.Push(successor);
        }
        return blocks.Count == 0 || blocks[0].Pc != entry
            ? null
            : new Region(blocks, FindTraps(blocks, source), UsesFloat(blocks), FindComputedTargets(blocks, source));
    }

    private static HashSet<uint> FindComputedTargets(List<RegionBlock> blocks, IRegionSource source) =>
        blocks.Any(EndsInSwitch) ? [.. source.ComputedTargets.Intersect(blocks.Select(block => block.Pc))] : [];

    private static bool EndsInSwitch(RegionBlock block) => block.EndsInBranch && TargetsOf(block).IsSwitch;

    private static BranchTargets TargetsOf(RegionBlock block) => BranchTargets.Of(block);

    private static bool UsesFloat(List<RegionBlock> blocks) =>
        blocks.Any(block =>
            block.Words.Any(word => InstructionSet.Find(word, block.Pc).Has(InstructionFlags.Float)));

    /// <summary>
    /// Whether a region's code, and what of it is patched, is what it was when the region was formed.
    /// </summary>
    public static bool IsAsItWas(Region region, IRegionSource source)
    {
        foreach (RegionBlock block in region.Blocks)
        {
            for (int i = 0; i < block.Words.Count; i++)
            {
                if (!source.TryRead(block.AddressOf(i), out uint word) || word != block.Words[i])
                    return false;
            }
        }
        return FindTraps(region.Blocks, source).SetEquals(region.Traps);
    }

    private static HashSet<uint> FindTraps(IReadOnlyList<RegionBlock> blocks, IRegionSource source)
    {
        var traps = new HashSet<uint>();
        foreach (RegionBlock block in blocks)
        {
            for (int i = 0; i < block.Words.Count; i++)
            {
                uint pc = block.AddressOf(i);
                if (InstructionSet.Find(block.Words[i], pc).Has(InstructionFlags.Sensitive) && !source.IsPatched(pc))
                    traps.Add(pc);
            }
        }
        return traps;
    }

    /// <summary>The addresses where blocks begin: the entry and every branch's targets.</summary>
    private HashSet<uint> FindLeaders(uint entry, IRegionSource source)
    {
        var leaders = new HashSet<uint> { entry };
        var waiting = new Queue<(uint Pc, bool IsCallee)>([(entry, false)]);
        var seen = new HashSet<uint>();
        int count = 0;
        while (waiting.TryDequeue(out (uint Pc, bool IsCallee) next) && count < 2 * _longest)
        {
            uint pc = next.Pc;
            if (seen.Contains(pc) || pc != entry && !source.Includes(pc, next.IsCallee))
                continue;
            if (ReadBlock(pc, [], source) is not { } block)
                continue;
            seen.Add(pc);
            count += block.Words.Count;
            foreach ((uint Pc, bool IsCallee) successor in Successors(block, source))
            {
                leaders.Add(successor.Pc);
                waiting.Enqueue(successor);
            }
        }
        return leaders;
    }

    private static IEnumerable<(uint Pc, bool IsCallee)> Successors(RegionBlock block, IRegionSource source)
    {
        if (!block.EndsInBranch)
        {
            yield return (block.End, false);
            yield break;
        }
        BranchTargets targets = TargetsOf(block);
        if (targets.IsCall)
        {
            // The region goes on behind a call only if a callee is part of it.
            uint[] callees = targets.FallsThrough ? [] :
            [
                .. (targets.Target is { } named ? [named] : block.LikelyTargets)
                    .Where(callee => source.Includes(callee, isCallee: true)),
            ];
            if (callees.Length > 0)
                yield return (block.End, false);
            foreach (uint callee in callees)
                yield return (callee, true);
            yield break;
        }
        if (targets.IsSwitch)
        {
            foreach (uint likely in source.ComputedTargets)
                yield return (likely, false);
            // What a function ends with may be a call.
            foreach (uint next in source.ComputedTargets.Count == 0 ? block.LikelyTargets : [])
                yield return (next, true);
        }
        if (targets.FallsThrough && targets.Target is { } taken)
            yield return (taken, false);
        if (targets.FallsThrough)
            yield return (block.End, false);
        if (!targets.FallsThrough && targets.Target is { } target)
            yield return (target, false);
    }

    private static RegionBlock? ReadBlock(uint pc, HashSet<uint> leaders, IRegionSource source)
    {
        var words = new List<uint>();
        uint at = pc;
        while (words.Count < LongestBlock && source.TryRead(at, out uint word))
        {
            InstructionRow row = InstructionSet.Find(word, at);
            if (row.HasDelaySlot)
            {
                // A unit is never cut: without its delay slot the branch stays outside.
                uint inSlot = at + (uint)row.Bytes;
                if (IsApart(at, inSlot, source) || !source.TryRead(inSlot, out uint slot)
                    || InstructionSet.Find(slot, at).Has(InstructionFlags.Branch))
                    break;
                words.Add(word);
                words.Add(slot);
                return EndingInBranch(pc, words, source);
            }
            words.Add(word);
            if (row.Has(InstructionFlags.Branch))
                return EndingInBranch(pc, words, source);
            uint next = at + (uint)row.Bytes;
            if (IsApart(at, next, source) || leaders.Contains(next))
                break;
            at = next;
        }
        return words.Count == 0 ? null : new RegionBlock(pc, [.. words], endsInBranch: false);
    }

    private static RegionBlock EndingInBranch(uint pc, List<uint> words, IRegionSource source)
    {
        var block = new RegionBlock(pc, [.. words], endsInBranch: true);
        return TargetsOf(block).IsComputed
            ? new RegionBlock(pc, [.. words], endsInBranch: true) { LikelyTargets = source.LikelyTargets(block.End) }
            : block;
    }

    // Whether two addresses that follow each other are on pages of which each may be remapped.
    private static bool IsApart(uint pc, uint next, IRegionSource source) =>
        source.IsMapped && Region.PageOf(pc) != Region.PageOf(next);
}

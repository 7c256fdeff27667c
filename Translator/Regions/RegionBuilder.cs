using Dbt.Translator.Instructions;

namespace Dbt.Translator.Regions;

/// <summary>What a region may be made of, as only the runtime knows.</summary>
public interface IRegionSource
{
    /// <summary>Reads an instruction; <see langword="false"/> where this region may not reach.</summary>
    bool TryRead(uint pc, out uint word);

    /// <summary>Whether the code at <paramref name="pc"/> has been seen to run often enough to be worth compiling.</summary>
    bool IsWarm(uint pc);

    /// <summary>Whether a fragment begins at <paramref name="pc"/> already.</summary>
    bool IsTranslated(uint pc);
}

/// <summary>Forms regions: follows direct branches from an entry through warm code.</summary>
/// <param name="rows">The instruction table.</param>
/// <param name="decoder">Its decoder.</param>
public sealed class RegionBuilder(IReadOnlyList<InstructionRow> rows, Decoder decoder)
{
    // RyuJIT gives up optimising above about 8,000 local references; registers spill long before.
    private const int LongestRegion = 240;
    private const int LongestBlock = 100;

    /// <summary>Forms the region that begins at <paramref name="entry"/>; null if not even its first unit can be read.</summary>
    public Region? Build(uint entry, IRegionSource source)
    {
        HashSet<uint> leaders = FindLeaders(entry, source);
        var blocks = new List<RegionBlock>();
        var placed = new HashSet<uint>();
        var waiting = new Stack<uint>([entry]);
        int count = 0;
        while (waiting.TryPop(out uint pc) && count < LongestRegion)
        {
            if (!placed.Add(pc) || pc != entry && Excluded(pc, source))
                continue;
            RegionBlock? block = ReadBlock(pc, leaders, source);
            if (block is null)
                continue;
            blocks.Add(block);
            count += block.Words.Count;
            // The fall-through is laid out next; what is pushed last is popped first.
            foreach (uint successor in Successors(block))
                waiting.Push(successor);
        }
        return blocks.Count == 0 || blocks[0].Pc != entry ? null : new Region(blocks);
    }

    private static bool Excluded(uint pc, IRegionSource source) => source.IsTranslated(pc) || !source.IsWarm(pc);

    /// <summary>The addresses where blocks begin: the entry and every branch's targets.</summary>
    private HashSet<uint> FindLeaders(uint entry, IRegionSource source)
    {
        var leaders = new HashSet<uint> { entry };
        var waiting = new Queue<uint>([entry]);
        var seen = new HashSet<uint>();
        int count = 0;
        while (waiting.TryDequeue(out uint pc) && count < 2 * LongestRegion)
        {
            if (!seen.Add(pc) || pc != entry && Excluded(pc, source) || ReadBlock(pc, [], source) is not { } block)
                continue;
            count += block.Words.Count;
            foreach (uint successor in Successors(block))
            {
                leaders.Add(successor);
                waiting.Enqueue(successor);
            }
        }
        return leaders;
    }

    private IEnumerable<uint> Successors(RegionBlock block)
    {
        if (!block.EndsInBranch)
        {
            yield return block.End;
            yield break;
        }
        uint word = block.Words[^2];
        BranchTargets targets = BranchTargets.Of(rows[decoder.Find(word)], word, block.End - 8);
        if (targets.Target is { } target && !targets.IsCall)
            yield return target;
        if (targets.FallsThrough || targets.IsCall)
            yield return block.End;
    }

    private RegionBlock? ReadBlock(uint pc, HashSet<uint> leaders, IRegionSource source)
    {
        var words = new List<uint>();
        uint at = pc;
        while (words.Count < LongestBlock && source.TryRead(at, out uint word))
        {
            InstructionRow row = rows[decoder.Find(word)];
            if (row.Has(InstructionFlags.Branch))
            {
                // A unit is never cut: without its delay slot the branch stays outside.
                if (!source.TryRead(at + 4, out uint slot) || rows[decoder.Find(slot)].Has(InstructionFlags.Branch))
                    break;
                words.Add(word);
                words.Add(slot);
                return new RegionBlock(pc, [.. words], endsInBranch: true);
            }
            words.Add(word);
            at += 4;
            if (leaders.Contains(at))
                break;
        }
        return words.Count == 0 ? null : new RegionBlock(pc, [.. words], endsInBranch: false);
    }
}

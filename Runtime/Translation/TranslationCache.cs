using System.Runtime.CompilerServices;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Translator.Emission;
using Dbt.Translator.Regions;

namespace Dbt.Runtime.Translation;

/// <summary>The fragments, how they are found, linked and retired. Used on the guest's thread only.</summary>
public sealed unsafe class TranslationCache : IDisposable
{
    private static readonly nint s_giveUp = (nint)(delegate*<nint, nint, nint>)&GiveUp;
    private static readonly nint s_leave = (nint)(delegate*<nint, nint, nint>)&Leave;
    private static readonly nint s_lookUp = (nint)(delegate*<nint, nint, nint>)&LookUp;
    private static readonly nint s_unlinked = (nint)(delegate*<nint, nint, nint>)&Unlinked;

    private readonly BlockCache _blocks;
    private readonly CodeMap _code;
    private readonly PatchSites _sites;
    private readonly LinearWindow _window;
    private readonly int _mostFragments;
    private readonly int _watchedEntries;
    private readonly bool _holdPages, _holdOffsets;
    private readonly TranslationStatistics _statistics;
    private readonly Dictionary<FragmentKey, Fragment> _fragments = [];
    private readonly Dictionary<int, List<Fragment>> _byFrame = [];
    private readonly Dictionary<nint, Fragment> _slots = [];
    private readonly KeyMemory _withoutWindow = new();
    private readonly KeyMemory _withoutHeldPages = new();
    private readonly KeyMemory _withoutHeldOffsets = new();
    private readonly KeyMemory _made = new();

    /// <summary>
    /// A fragment is crowded if all together retire fewer instructions than this for each of its entries.
    /// </summary>
    public const int Crowded = 200;

    // Where a computed jump leads may be entered this much more seldom.
    private const int Seldom = 64;

    /// <summary>What a fragment returns when the interpreter must execute the unit at PC.</summary>
    public const nint GaveUp = 1;

    /// <summary>
    /// What a fragment returns when it leaves for the hypervisor: <see cref="GuestState.Left"/> says why.
    /// </summary>
    public const nint Left = 3;

    /// <summary>What a fragment returns when there is no fragment, or not enough budget, to go on with.</summary>
    public const nint NoFragment = 0;

    /// <summary>A cache for the code in this memory, which counts what becomes of its fragments.</summary>
    public TranslationCache(
        BlockCache blocks, CodeMap code, TranslationOptions options, TranslationStatistics statistics)
    {
        (_blocks, _code, _statistics) = (blocks, code, statistics);
        (_sites, _window, _mostFragments, _watchedEntries) =
            (options.Sites, options.Window, options.MostFragments, options.WatchedEntries);
        (_holdPages, _holdOffsets) = (options.HoldPages, options.HoldOffsets);
    }

    /// <summary>The fragments alive.</summary>
    public IReadOnlyCollection<Fragment> Live => _fragments.Values;

    /// <summary>The fragment that begins at a block that has one.</summary>
    public Fragment FragmentOf(Block* block) => _slots[block->Links + LinkLayout.WindowMiss * LinkLayout.Bytes];

    /// <summary>Every fragment with code at <paramref name="pc"/>, for reports: this looks at all of them.</summary>
    public IReadOnlyList<Fragment> FindAll(uint pc) =>
        [.. _fragments.Values.Where(fragment => fragment.Region.Contains(pc))];

    /// <summary>Publishes a fragment, unless its code has changed, or been patched, since it was read.</summary>
    /// <returns>Whether it was published.</returns>
    public bool Add(Fragment fragment)
    {
        if (HasChanged(fragment) || HasPatchedTrap(fragment))
        {
            Discard(fragment);
            return false;
        }
        if (_fragments.TryGetValue(fragment.Key, out Fragment? existing))
        {
            int wider = fragment.Region.InstructionCount - existing.Region.InstructionCount;
            if (!fragment.Replaces || wider < 0)
            {
                Enter(existing);
                Discard(fragment);
                return false;
            }
            if (wider > 0)
                _statistics.Widened++;
            Retire(existing);
        }
        if (_fragments.Count >= _mostFragments)
            RetireAll();
        _fragments.Add(fragment.Key, fragment);
        foreach ((int frame, _) in fragment.Frames)
        {
            if (!_byFrame.TryGetValue(frame, out List<Fragment>? list))
                _byFrame[frame] = list = [];
            list.Add(fragment);
        }
        var links = (LinkSlot*)fragment.Links;
        links[LinkLayout.GiveUp] = new LinkSlot { Code = s_giveUp };
        links[LinkLayout.Leave] = new LinkSlot { Code = s_leave };
        fragment.WatchPages(_statistics.Translated);
        fragment.WatchMisses(_statistics.Translated);
        fragment.Watch(_watchedEntries, _statistics.Translated);
        for (int i = LinkLayout.WindowMiss; i < fragment.LinkCount; i++)
        {
            _slots[(nint)(links + i)] = fragment;
            Unlink(links + i);
        }
        for (int i = 0; i < fragment.Pages.Count; i++)
            links[LinkLayout.FirstTarget + i].Code = fragment.Pages[i];
        Enter(fragment);
        _statistics.Fragments++;
        if (!_made.Add(fragment.Key) && !fragment.Replaces)
            _statistics.Retranslated++;
        return true;
    }

    /// <summary>
    /// Gives a block that was decoded in a mode the fragment that begins there, if one was made before.
    /// </summary>
    public void Restore(Block* block, TranslationMode mode)
    {
        if (!_fragments.TryGetValue(
            FragmentKey.Of((uint)block->Pc, block->Host, mode, usesFloat: true), out Fragment? fragment)
            && !_fragments.TryGetValue(
                FragmentKey.Of((uint)block->Pc, block->Host, mode, usesFloat: false), out fragment))
            return;
        Enter(fragment, block);
    }

    /// <summary>
    /// Links a slot to the fragment its target has, if that may be reached without asking: in the same page, in one
    /// that the fragment has looked up on its way, or within kseg0, which is never remapped. Any other slot looks in
    /// the block table each time.
    /// </summary>
    public void Link(nint slot, Block* target)
    {
        if (target->Code == 0)
            return;
        Fragment source = _slots[slot];
        uint from = source.Key.Pc, to = (uint)target->Pc;
        bool samePage = Region.PageOf(from) == Region.PageOf(to);
        bool bothUnmapped = (source.Key.Mode & TranslationMode.Kernel) != 0
            && _window.Contains(from) && _window.Contains(to);
        if (!samePage && !bothUnmapped && !source.Region.FurtherPages.Contains(Region.PageOf(to)))
        {
            ((LinkSlot*)slot)->Code = s_lookUp;
            return;
        }
        Fragment fragment = FragmentOf(target);
        source.Outgoing[slot] = fragment;
        fragment.Incoming.Add(slot);
        // Where the source does not care for the mode but the target does, the mode may be another next time.
        bool anyMode = (fragment.Key.ModeMask & ~source.Key.ModeMask) != 0;
        *(LinkSlot*)slot = anyMode
            ? new LinkSlot { Code = s_lookUp }
            : new LinkSlot { Code = fragment.Code, Links = fragment.Links };
        _statistics.Linked++;
    }

    /// <summary>
    /// Notes that a fragment left through <paramref name="slot"/> because a base register did not point where it was
    /// expected to. One that does so again and again, and not seldom, is to be compiled without that expectation.
    /// </summary>
    /// <param name="slot">The slot.</param>
    /// <param name="disappointed">
    /// The fragment, if it had better be compiled anew, for what is expected now: it goes on, as it is, until then.
    /// </param>
    /// <returns>Whether the slot is one for that.</returns>
    public bool NoteWindowMiss(nint slot, out Fragment? disappointed)
    {
        disappointed = null;
        // A miss costs what some 3,000 instructions do, and what is expected saves a tenth of them.
        const int Patience = 32, NearlyAlways = 256, HardlyEver = 32_768;
        Fragment fragment = _slots[slot];
        if (slot != fragment.Links + LinkLayout.WindowMiss * LinkLayout.Bytes)
            return false;
        if (fragment.HasLookedUpPages)
        {
            bool holdsOffsets = fragment.Context.Bases == BaseExpectation.HeldOffsets;
            KeyMemory without = holdsOffsets ? _withoutHeldOffsets : _withoutHeldPages;
            if (fragment.WatchPages(_statistics.Translated) && without.Add(fragment.Key))
                disappointed = fragment;
            return true;
        }
        if (++fragment.WindowMisses < Patience)
            return true;
        long apart = fragment.WatchMisses(_statistics.Translated);
        // A structure that lies across the end of its page, or a copy from elsewhere now and then, is nothing.
        if (apart >= HardlyEver)
            return true;
        // Of a kernel's code, only what is about the base that misses had better do without kseg0: it forms anew. So
        // does what still expects it, though its key is known not to: a wider one came in between.
        bool isKernel = (fragment.Key.Mode & Execution.TranslationMode.Kernel) != 0;
        if (_withoutWindow.Add(fragment.Key) && apart >= NearlyAlways && !isKernel)
            disappointed = fragment;
        else
            Retire(fragment);
        return true;
    }

    /// <summary>Whether code at this key is to be compiled for base registers that point anywhere.</summary>
    public bool IsWithoutWindow(FragmentKey key) => _withoutWindow.Contains(key);

    /// <summary>
    /// Entries of the fragments near one, of its instruction set, that are entered about as often: computed jumps may
    /// lead there. Not round the end of the address space: a switch has a label for all that is between its targets.
    /// </summary>
    /// <param name="fragment">The one.</param>
    /// <param name="hostOf">Where code is in host memory.</param>
    public uint[] CrowdedNear(Fragment fragment, Func<uint, nint> hostOf)
    {
        const int Near = 4096;
        IEnumerable<uint> near =
            from other in _fragments.Values
            let distance = (long)other.Key.Pc - fragment.Key.Pc
            where distance is > -Near and < Near && (distance & 1) == 0
                && other.Key.Host == hostOf(other.Key.Pc) && other.Context.IsLike(fragment.Context)
                && other.IsCrowded(_watchedEntries / Seldom, Seldom * Crowded, _statistics.Translated)
            select other.Key.Pc;
        // Where it was found to lead it does lead, though not as often of late.
        return [.. near.Union(fragment.Region.ComputedTargets).Order()];
    }

    /// <summary>What is expected of the base registers of code at this key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="kernel">Whether the code is a kernel's.</param>
    public BaseExpectation ExpectationOf(FragmentKey key, bool kernel)
    {
        if (IsWithoutWindow(key))
            return BaseExpectation.None;
        if (kernel)
            return BaseExpectation.Kseg0;
        if (!_holdPages || _withoutHeldOffsets.Contains(key))
            return BaseExpectation.OnePage;
        if (!_withoutHeldPages.Contains(key))
            return BaseExpectation.HeldPages;
        // The pages of a guest's kernel segments follow each other in the host, too; a user's often do not.
        return _holdOffsets || _window.Contains(key.Pc) ? BaseExpectation.HeldOffsets : BaseExpectation.OnePage;
    }

    /// <summary>
    /// Retires the fragments in which the instruction at <paramref name="pc"/> is still a trap: it has been patched.
    /// </summary>
    public void Patched(int frame, uint pc)
    {
        if (!_byFrame.TryGetValue(frame, out List<Fragment>? fragments))
            return;
        foreach (Fragment fragment in fragments.Where(fragment => fragment.Region.Traps.Contains(pc)).ToArray())
            Retire(fragment);
    }

    /// <summary>
    /// Retires every fragment with code from a frame. No fragment is running: the guest is in the dispatcher.
    /// </summary>
    public void Invalidate(int frame)
    {
        if (!_byFrame.Remove(frame, out List<Fragment>? fragments))
            return;
        foreach (Fragment fragment in fragments)
            Retire(fragment);
    }

    // What is hot is soon compiled again; what is not was in the way.
    private void RetireAll()
    {
        foreach (Fragment fragment in _fragments.Values.ToArray())
            Retire(fragment);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Fragment fragment in _fragments.Values)
            fragment.Free();
        _fragments.Clear();
    }

    private bool HasChanged(Fragment fragment)
    {
        foreach ((int frame, uint generation) in fragment.Frames)
        {
            if (_code.Generation(frame) != generation)
                return true;
        }
        return false;
    }

    // What was patched while the fragment was compiled is a trap in it: it is to be compiled again.
    private bool HasPatchedTrap(Fragment fragment)
    {
        foreach (uint pc in fragment.Region.Traps)
        {
            if (_sites.Contains(fragment.HostOf(pc)))
                return true;
        }
        return false;
    }

    private void Discard(Fragment fragment)
    {
        _statistics.Discarded++;
        Cool(fragment.Key);
        fragment.Free();
    }

    // One that cares for the mode belongs to a block of that mode, one that does not to all that are at its address.
    private void Enter(Fragment fragment)
    {
        FragmentKey key = fragment.Key;
        for (Block* block = _blocks.Head(key.Pc); block != null; block = _blocks.Behind(block))
        {
            TranslationMode common = key.ModeMask & block->ModeMask;
            if (block->Code == 0 && block->Pc == key.Pc && block->Host == key.Host
                && (key.Mode & common) == (block->Mode & common))
                Enter(fragment, block);
        }
    }

    // A region was not published, or is no longer there: its place may get hot again.
    private void Cool(FragmentKey key)
    {
        for (Block* block = _blocks.Head(key.Pc); block != null; block = _blocks.Behind(block))
        {
            if (block->Code == 0 && block->Pc == key.Pc && block->Host == key.Host)
                block->Heat = 0;
        }
    }

    private void Enter(Fragment fragment, Block* block)
    {
        _blocks.Enter(block, fragment.Code, fragment.Links);
        block->Mode |= fragment.Key.Mode;
        block->ModeMask |= fragment.Key.ModeMask;
    }

    private void Retire(Fragment fragment)
    {
        if (_fragments.GetValueOrDefault(fragment.Key) != fragment)
            return;
        _fragments.Remove(fragment.Key);
        foreach ((int frame, _) in fragment.Frames)
        {
            if (_byFrame.TryGetValue(frame, out List<Fragment>? others))
                others.Remove(fragment);
        }
        _statistics.Retired++;
        for (Block* block = _blocks.Head(fragment.Key.Pc); block != null; block = _blocks.Behind(block))
        {
            // Kept fragments may share their code, but not their links.
            if (block->Links == fragment.Links)
                (block->Code, block->Links) = (0, 0);
        }
        Cool(fragment.Key);
        foreach (nint slot in fragment.Incoming)
        {
            _slots[slot].Outgoing.Remove(slot);
            Unlink((LinkSlot*)slot);
        }
        foreach ((nint slot, Fragment target) in fragment.Outgoing)
            target.Incoming.Remove(slot);
        for (int i = LinkLayout.WindowMiss; i < fragment.LinkCount; i++)
            _slots.Remove((nint)((LinkSlot*)fragment.Links + i));
        fragment.Free();
    }

    private static void Unlink(LinkSlot* slot)
    {
        slot->Code = s_unlinked;
        slot->Links = (nint)slot;
    }

    private static nint GiveUp(nint state, nint links) => GaveUp;

    // To where a change of the mode leads, if that needs no hypervisor, as an indirect jump goes on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Leave(nint address, nint links)
    {
        var state = (GuestState*)address;
        if (state->CarryOut == null || !state->CarryOut(state))
            return Left;
        Block* block = BlockCache.Latest(state, (uint)state->Pc);
        if (block == null || block->Code == 0)
            return NoFragment;
        return ((delegate*<nint, nint, nint>)block->Code)(address, block->Links);
    }

    private static nint Unlinked(nint state, nint links) => links;

    // As an indirect jump goes on, from a slot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint LookUp(nint address, nint links)
    {
        var state = (GuestState*)address;
        Block* block = BlockCache.Latest(state, (uint)state->Pc);
        if (block == null || block->Code == 0)
            return NoFragment;
        return ((delegate*<nint, nint, nint>)block->Code)(address, block->Links);
    }
}

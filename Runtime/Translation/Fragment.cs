using System.Reflection.Emit;
using System.Runtime.InteropServices;
using Dbt.Translator.Emission;
using Dbt.Translator.Regions;

namespace Dbt.Runtime.Translation;

/// <summary>
/// A way out of a fragment: the code to go on with, and the links to hand it. Generated code reads it on every exit.
/// </summary>
public unsafe struct LinkSlot
{
    /// <summary>The function pointer.</summary>
    public nint Code;

    /// <summary>Its second argument.</summary>
    public nint Links;
}

/// <summary>A region compiled to host code.</summary>
public sealed unsafe class Fragment
{
    /// <summary>Where it begins, and what it was compiled for.</summary>
    public required FragmentKey Key { get; init; }

    /// <summary>Keeps the code alive: a function pointer alone does not. Null for code that is never freed.</summary>
    public required DynamicMethod? Method { get; init; }

    /// <summary>The function pointer.</summary>
    public required nint Code { get; init; }

    /// <summary>Its link slots.</summary>
    public required nint Links { get; init; }

    /// <summary>How many link slots it has.</summary>
    public required int LinkCount { get; init; }

    /// <summary>How often it met a base register that did not point into kseg0.</summary>
    public int WindowMisses { get; set; }

    /// <summary>The frames its code was read from, with their generations.</summary>
    public required IReadOnlyList<(int Frame, uint Generation)> Frames { get; init; }

    /// <summary>
    /// The shadow TLB's entry for loads of each page that is looked up on the way into it
    /// (<see cref="RegionLinks.Pages"/>), as the code was read.
    /// </summary>
    public IReadOnlyList<nint> Pages { get; init; } = [];

    /// <summary>The guest code it was compiled from.</summary>
    public required Region Region { get; init; }

    /// <summary>What the translator took for granted.</summary>
    public required TranslationContext Context { get; init; }

    /// <summary>
    /// Whether it was made in place of the one there: of that and what is around it, or to hold fewer pages.
    /// </summary>
    public bool Replaces { get; init; }

    private long _watchedEntries, _watchedSince, _pagesSince, _missesSince;

    private ref long EntriesLeft => ref *(long*)(Links + LinkLayout.EntriesLeft);

    /// <summary>Whether it has looked up as many pages that it did not hold as it may before it is looked at.</summary>
    public bool HasLookedUpPages => PagesLeft < 0;

    private ref long PagesLeft => ref *(long*)(Links + LinkLayout.PagesLeft);

    /// <summary>Slots of fragments that lead here.</summary>
    public HashSet<nint> Incoming { get; } = [];

    /// <summary>Its own slots that are linked, and where to.</summary>
    public Dictionary<nint, Fragment> Outgoing { get; } = [];

    /// <summary>Where an instruction of its was read, in host memory.</summary>
    public nint HostOf(uint pc)
    {
        IReadOnlyList<uint> pages = Context.GuardedPages(Region);
        for (int i = 0; i < pages.Count; i++)
        {
            if (pages[i] == Region.PageOf(pc))
                return Pages[i] + (nint)pc;
        }
        return Key.Host + (int)(pc - Key.Pc);
    }

    /// <summary>Frees its link slots: it is not to be run any more.</summary>
    public void Free() => NativeMemory.Free((void*)Links);

    /// <summary>Counts its entries anew.</summary>
    /// <param name="entries">After how many it asks to be looked at.</param>
    /// <param name="retired">How many instructions fragments have retired.</param>
    public void Watch(long entries, long retired) =>
        (EntriesLeft, _watchedEntries, _watchedSince) = (entries, entries, retired);

    /// <summary>Counts its entries anew, to eight times as many.</summary>
    /// <param name="retired">How many instructions fragments have retired.</param>
    public void WatchLonger(long retired) => Watch(8 * _watchedEntries, retired);

    /// <summary>Counts anew what pages it looks up because it does not hold them.</summary>
    /// <param name="retired">How many instructions fragments have retired.</param>
    /// <returns>Whether they were many, for all that fragments retired meanwhile.</returns>
    public bool WatchPages(long retired)
    {
        const int Pages = 1024, Apart = 256;
        bool isOften = HasLookedUpPages && retired - _pagesSince < Pages * Apart;
        (PagesLeft, _pagesSince) = (isOften ? long.MaxValue : Pages, retired);
        return isOften;
    }

    /// <summary>Counts its <see cref="WindowMisses"/> anew.</summary>
    /// <param name="retired">How many instructions fragments have retired.</param>
    /// <returns>How many they retired for each that was counted.</returns>
    public long WatchMisses(long retired)
    {
        long apart = (retired - _missesSince) / Math.Max(WindowMisses, 1);
        (WindowMisses, _missesSince) = (0, retired);
        return apart;
    }

    /// <summary>
    /// Whether it has been entered this often since it is watched, and all fragments retired few instructions
    /// meanwhile.
    /// </summary>
    /// <param name="entries">How often at least.</param>
    /// <param name="apart">Fewer instructions than this for each entry.</param>
    /// <param name="retired">How many instructions fragments have retired.</param>
    public bool IsCrowded(long entries, int apart, long retired) =>
        _watchedEntries - EntriesLeft is var entered && entered >= entries && retired - _watchedSince < apart * entered;
}

/// <summary>What a fragment was compiled for.</summary>
/// <param name="Pc">Guest address of its entry.</param>
/// <param name="Host">Host address of its entry, which stands for the physical one.</param>
/// <param name="Mode">The mode bits that matter to it.</param>
/// <param name="ModeMask">Which those are.</param>
public readonly record struct FragmentKey(
    uint Pc, nint Host, Execution.TranslationMode Mode, Execution.TranslationMode ModeMask)
{
    /// <summary>The key of a region at an address in a mode.</summary>
    public static FragmentKey Of(uint pc, nint host, Execution.TranslationMode mode, bool usesFloat)
    {
        Execution.TranslationMode mask = Execution.TranslationModes.MaskOf(usesFloat);
        return new FragmentKey(pc, host, mode & mask, mask);
    }
}

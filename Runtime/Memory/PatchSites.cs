using Dbt.Runtime.State;

namespace Dbt.Runtime.Memory;

/// <summary>
/// The sensitive instructions that have trapped once and been patched since, by the place in host memory that stands
/// for their physical address. An engine may carry out without a trap only what is in here, so that a run has the same
/// exits whatever the engine. A word that the guest overwrites is a patch no more.
/// </summary>
/// <param name="ram">The memory the instructions are in.</param>
public sealed unsafe class PatchSites(GuestRam ram) : IHasState
{
    // By frame, the words that were patched.
    private readonly uint[]?[] _words = new uint[]?[ram.Frames];

    /// <summary>How many sites have been patched.</summary>
    public int Count { get; private set; }

    /// <summary>An instruction has been patched: in this frame, at this guest virtual address.</summary>
    public event Action<int, uint>? Added;

    /// <summary>Whether the instruction at a host address has been patched.</summary>
    public bool Contains(nint host) => _words[ram.FrameOf(host)] is { } words && words[WordOf(host)] == *(uint*)host;

    /// <summary>Patches the instruction at a host address, which the guest sees at <paramref name="pc"/>.</summary>
    public void Add(nint host, uint pc)
    {
        int frame = ram.FrameOf(host);
        WordsOf(frame)[WordOf(host)] = *(uint*)host;
        Count++;
        Added?.Invoke(frame, pc);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        Count = walk.Value("count", Count);
        Site[] sites = walk.Sequence<Site>("sites", [.. Sites()]);
        if (!walk.IsReading)
            return;
        Array.Clear(_words);
        foreach (Site site in sites)
            WordsOf(site.Frame)[site.Index] = site.Word;
    }

    private uint[] WordsOf(int frame) => _words[frame] ??= new uint[1 << ShadowTlb.PageShift - 2];

    private IEnumerable<Site> Sites() =>
        from frame in _words.Index()
        where frame.Item is not null
        from word in frame.Item.Index()
        where word.Item != 0
        select new Site(frame.Index, word.Index, word.Item);

    private int WordOf(nint host) => (int)(host - ram.Base & (1 << ShadowTlb.PageShift) - 1) >> 2;

    private readonly record struct Site(int Frame, int Index, uint Word);
}

using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Accounting;

/// <summary>An instruction that has trapped.</summary>
/// <param name="Pc">Where the guest saw it last.</param>
/// <param name="Word">The instruction.</param>
/// <param name="Traps">How often it trapped.</param>
public readonly record struct TrapSite(uint Pc, uint Word, long Traps);

/// <summary>Counts the traps of each sensitive instruction, by its place in memory.</summary>
/// <param name="ram">The memory they are in.</param>
public sealed class SiteAccount(GuestRam ram) : IHasState
{
    private readonly TrapSite[]?[] _frames = new TrapSite[]?[ram.Frames];

    /// <summary>Every instruction that trapped. Another one in the place of an earlier one counts on from it.</summary>
    public IEnumerable<TrapSite> All =>
        _frames.OfType<TrapSite[]>().SelectMany(sites => sites).Where(site => site.Traps > 0);

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        PlacedSite[] sites = walk.Sequence<PlacedSite>("sites", [.. Placed()]);
        if (!walk.IsReading)
            return;
        Array.Clear(_frames);
        foreach (PlacedSite site in sites)
            SitesOf(site.Frame)[site.Index] = site.Site;
    }

    /// <summary>Counts a trap of the instruction at a host address.</summary>
    public void Count(nint host, uint pc, uint word)
    {
        TrapSite[] sites = SitesOf(ram.FrameOf(host));
        int index = (int)(host - ram.Base & (1 << ShadowTlb.PageShift) - 1) >> 2;
        sites[index] = new TrapSite(pc, word, sites[index].Traps + 1);
    }

    private TrapSite[] SitesOf(int frame) => _frames[frame] ??= new TrapSite[1 << ShadowTlb.PageShift - 2];

    private IEnumerable<PlacedSite> Placed() =>
        from frame in _frames.Index()
        where frame.Item is not null
        from site in frame.Item.Index()
        where site.Item.Traps > 0
        select new PlacedSite(frame.Index, site.Index, site.Item);

    private readonly record struct PlacedSite(int Frame, int Index, TrapSite Site);
}

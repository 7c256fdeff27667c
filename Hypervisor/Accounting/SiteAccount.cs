using Dbt.Runtime.Memory;

namespace Dbt.Hypervisor.Accounting;

/// <summary>An instruction that has trapped.</summary>
/// <param name="Pc">Where the guest saw it last.</param>
/// <param name="Word">The instruction.</param>
/// <param name="Traps">How often it trapped.</param>
public readonly record struct TrapSite(uint Pc, uint Word, long Traps);

/// <summary>Counts the traps of each sensitive instruction, by its place in memory.</summary>
/// <param name="ram">The memory they are in.</param>
public sealed class SiteAccount(GuestRam ram)
{
    private readonly TrapSite[]?[] _frames = new TrapSite[]?[ram.Frames];

    /// <summary>Every instruction that trapped. Another one in the place of an earlier one counts on from it.</summary>
    public IEnumerable<TrapSite> All => _frames.OfType<TrapSite[]>().SelectMany(sites => sites).Where(site => site.Traps > 0);

    /// <summary>Counts a trap of the instruction at a host address.</summary>
    public void Count(nint host, uint pc, uint word)
    {
        TrapSite[] sites = _frames[ram.FrameOf(host)] ??= new TrapSite[1 << ShadowTlb.PageShift - 2];
        int index = (int)(host - ram.Base & (1 << ShadowTlb.PageShift) - 1) >> 2;
        sites[index] = new TrapSite(pc, word, sites[index].Traps + 1);
    }
}

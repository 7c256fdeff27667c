using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Accounting;

/// <summary>
/// Counts what each stage of address translation did. Only what the shadow TLB could not serve comes to the stages: a
/// hit there is one load and an addition of translated code, and nobody counts it.
/// </summary>
/// <param name="shadow">The stages' composition, which counts for itself what it loses.</param>
public sealed class AddressAccount(ShadowTlb shadow) : IHasState
{
    private static readonly int s_kinds = Enum.GetValues<AccessKind>().Length;
    private readonly long[] _fills = new long[Enum.GetValues<OperatingMode>().Length * s_kinds];

    /// <summary>Accesses to unmapped segments, which need no TLB.</summary>
    public long Unmapped { get; internal set; }

    /// <summary>Lookups in the guest's TLB that found a translation which allows the access.</summary>
    public long TlbHits { get; internal set; }

    /// <summary>Lookups that found none there, but one in the second-level TLB.</summary>
    public long SecondLevelHits { get; internal set; }

    /// <summary>Lookups that found none.</summary>
    public long TlbMisses { get; internal set; }

    /// <summary>Exceptions delivered because no entry matched.</summary>
    public long Refills { get; internal set; }

    /// <summary>Exceptions delivered because the page that matched is not valid.</summary>
    public long Invalid { get; internal set; }

    /// <summary>Exceptions delivered because the page that matched may not be stored to.</summary>
    public long Modified { get; internal set; }

    /// <summary>Lookups in the guest_pmap that found a host page.</summary>
    public long PmapPages { get; internal set; }

    /// <summary>Lookups that found none: a device's, or nobody's.</summary>
    public long PmapHoles { get; internal set; }

    /// <summary>Host pages put behind guest pages in place of others.</summary>
    public long PmapChanges { get; internal set; }

    /// <summary>Translations entered into the shadow TLB for an access in a mode.</summary>
    public long Fills(OperatingMode mode, AccessKind kind) => _fills[(int)mode * s_kinds + (int)kind];

    /// <summary>Translations entered into the shadow TLB for an access.</summary>
    public long AllFills => _fills.Sum();

    /// <summary>
    /// Translations entered when the guest wrote them to its TLB, for the access that had missed there.
    /// </summary>
    public long FillsAhead { get; internal set; }

    /// <summary>Translations that the shadow TLB dropped, because the guest's TLB or the guest_pmap changed.</summary>
    public long Dropped => shadow.Dropped;

    /// <summary>
    /// How often an address space lost its translations, because it had more than it keeps or gave way to another.
    /// </summary>
    public long Overflows => shadow.Overflows;

    /// <summary>
    /// How often stores to one page or all were taken out of the shadow TLB: code was found there, the page is shared,
    /// given or traced.
    /// </summary>
    public long Revocations => shadow.Revocations;

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Array<long>("fills", _fills);
        Unmapped = walk.Value("unmapped", Unmapped);
        TlbHits = walk.Value("TLB hits", TlbHits);
        SecondLevelHits = walk.Value("second-level hits", SecondLevelHits);
        TlbMisses = walk.Value("TLB misses", TlbMisses);
        Refills = walk.Value("refills", Refills);
        Invalid = walk.Value("invalid", Invalid);
        Modified = walk.Value("modified", Modified);
        PmapPages = walk.Value("pmap pages", PmapPages);
        PmapHoles = walk.Value("pmap holes", PmapHoles);
        PmapChanges = walk.Value("pmap changes", PmapChanges);
        FillsAhead = walk.Value("fills ahead", FillsAhead);
        walk.Part("shadow", shadow);
    }

    internal void CountFill(OperatingMode mode, AccessKind kind) => _fills[(int)mode * s_kinds + (int)kind]++;

    internal void CountException(in GuestException exception)
    {
        if (exception.IsRefill)
            Refills++;
        else if (exception.Code == ExceptionCode.TlbModified)
            Modified++;
        else if (exception.IsTlb)
            Invalid++;
    }
}

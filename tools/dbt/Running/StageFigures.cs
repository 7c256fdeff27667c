using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;

namespace Dbt.Tool.Running;

/// <summary>What each stage of address translation did for what did not get through the shadow TLB.</summary>
/// <param name="Unmapped">Accesses to segments that need no TLB.</param>
/// <param name="TlbHits">Lookups in the guest's TLB that gave a translation.</param>
/// <param name="SecondLevelHits">Lookups that only the second-level TLB had an answer to.</param>
/// <param name="TlbMisses">Lookups that did not.</param>
/// <param name="Refills">Exceptions because no entry matched.</param>
/// <param name="Invalid">Exceptions because the page was not valid.</param>
/// <param name="Modified">Exceptions because the page may not be stored to.</param>
/// <param name="PmapPages">Lookups in the guest_pmap that found a host page.</param>
/// <param name="PmapHoles">Lookups that found none.</param>
/// <param name="PmapChanges">Host pages put in place of others.</param>
/// <param name="Fills">Translations entered into the shadow TLB, by mode and access.</param>
/// <param name="FillsAhead">Translations entered when the guest wrote them to its TLB.</param>
/// <param name="Dropped">Translations it dropped.</param>
/// <param name="Overflows">How often an address space lost its translations, because it was full or gave way to another.</param>
/// <param name="Revocations">How often stores to one page or all were taken out.</param>
/// <param name="Walks">Translations made from the guest's page tables.</param>
/// <param name="WalksDropped">Of those, how many a store to the tables dropped.</param>
/// <param name="TracedPages">Pages that are traced at the end.</param>
/// <param name="TracedWrites">Stores seen to traced pages.</param>
internal sealed record StageFigures(
    long Unmapped,
    long TlbHits,
    long SecondLevelHits,
    long TlbMisses,
    long Refills,
    long Invalid,
    long Modified,
    long PmapPages,
    long PmapHoles,
    long PmapChanges,
    IReadOnlyList<FillFigures> Fills,
    long FillsAhead,
    long Dropped,
    long Overflows,
    long Revocations,
    long Walks,
    long WalksDropped,
    int TracedPages,
    long TracedWrites)
{
    /// <summary>The figures of a processor.</summary>
    public static StageFigures Of(VirtualCpu cpu) => Of(cpu.Memory.Translation.Account, cpu.Memory.FirstStage.PageTables, cpu.Memory.Trace);

    private static StageFigures Of(AddressAccount stages, ShadowPageTables? tables, MemoryTrace trace) => new(
        stages.Unmapped, stages.TlbHits, stages.SecondLevelHits, stages.TlbMisses, stages.Refills, stages.Invalid, stages.Modified,
        stages.PmapPages, stages.PmapHoles, stages.PmapChanges,
        [.. from mode in Enum.GetValues<OperatingMode>()
            from kind in Enum.GetValues<AccessKind>()
            where stages.Fills(mode, kind) > 0
            select new FillFigures(mode.ToString().ToLowerInvariant(), kind.ToString().ToLowerInvariant(), stages.Fills(mode, kind))],
        stages.FillsAhead, stages.Dropped, stages.Overflows, stages.Revocations,
        tables?.Walks ?? 0, tables?.Dropped ?? 0, trace.Frames, trace.Writes);
}

/// <summary>How many translations were entered into the shadow TLB for one kind of access in one mode.</summary>
internal sealed record FillFigures(string Mode, string Access, long Count);

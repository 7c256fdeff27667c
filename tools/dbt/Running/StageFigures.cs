using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;

namespace Dbt.Tool.Running;

/// <summary>What each stage of address translation did for what did not get through the shadow TLB.</summary>
internal sealed record StageFigures
{
    /// <summary>Accesses to segments that need no TLB.</summary>
    public required long Unmapped { get; init; }

    /// <summary>Lookups in the guest's TLB that gave a translation.</summary>
    public required long TlbHits { get; init; }

    /// <summary>Lookups that only the second-level TLB had an answer to.</summary>
    public required long SecondLevelHits { get; init; }

    /// <summary>Lookups that did not.</summary>
    public required long TlbMisses { get; init; }

    /// <summary>Exceptions because no entry matched.</summary>
    public required long Refills { get; init; }

    /// <summary>Exceptions because the page was not valid.</summary>
    public required long Invalid { get; init; }

    /// <summary>Exceptions because the page may not be stored to.</summary>
    public required long Modified { get; init; }

    /// <summary>Lookups in the guest_pmap that found a host page.</summary>
    public required long PmapPages { get; init; }

    /// <summary>Lookups that found none.</summary>
    public required long PmapHoles { get; init; }

    /// <summary>Host pages put in place of others.</summary>
    public required long PmapChanges { get; init; }

    /// <summary>Translations entered into the shadow TLB, by mode and access.</summary>
    public required IReadOnlyList<FillFigures> Fills { get; init; }

    /// <summary>Translations entered when the guest wrote them to its TLB.</summary>
    public required long FillsAhead { get; init; }

    /// <summary>Translations it dropped.</summary>
    public required long Dropped { get; init; }

    /// <summary>How often an address space lost its translations, because it was full or gave way to another.</summary>
    public required long Overflows { get; init; }

    /// <summary>How often stores to one page or all were taken out.</summary>
    public required long Revocations { get; init; }

    /// <summary>Translations made from the guest's page tables.</summary>
    public required long Walks { get; init; }

    /// <summary>Of those, how many a store to the tables dropped.</summary>
    public required long WalksDropped { get; init; }

    /// <summary>Pages that are traced at the end.</summary>
    public required int TracedPages { get; init; }

    /// <summary>Stores seen to traced pages.</summary>
    public required long TracedWrites { get; init; }

    /// <summary>The figures of a processor.</summary>
    public static StageFigures Of(VirtualCpu cpu) =>
        Of(cpu.Memory.Translation.Account, cpu.Memory.FirstStage.PageTables, cpu.Memory.Trace);

    private static StageFigures Of(AddressAccount stages, ShadowPageTables? tables, MemoryTrace trace) => new()
    {
        Unmapped = stages.Unmapped,
        TlbHits = stages.TlbHits,
        SecondLevelHits = stages.SecondLevelHits,
        TlbMisses = stages.TlbMisses,
        Refills = stages.Refills,
        Invalid = stages.Invalid,
        Modified = stages.Modified,
        PmapPages = stages.PmapPages,
        PmapHoles = stages.PmapHoles,
        PmapChanges = stages.PmapChanges,
        Fills =
        [
            .. from mode in Enum.GetValues<OperatingMode>()
               from kind in Enum.GetValues<AccessKind>()
               where stages.Fills(mode, kind) > 0
               select new FillFigures(
                   mode.ToString().ToLowerInvariant(), kind.ToString().ToLowerInvariant(), stages.Fills(mode, kind)),
        ],
        FillsAhead = stages.FillsAhead,
        Dropped = stages.Dropped,
        Overflows = stages.Overflows,
        Revocations = stages.Revocations,
        Walks = tables?.Walks ?? 0,
        WalksDropped = tables?.Dropped ?? 0,
        TracedPages = trace.Frames,
        TracedWrites = trace.Writes,
    };
}

/// <summary>How many translations were entered into the shadow TLB for one kind of access in one mode.</summary>
internal sealed record FillFigures(string Mode, string Access, long Count);

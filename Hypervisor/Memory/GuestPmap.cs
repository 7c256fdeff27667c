using Dbt.Runtime.Boards;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Memory;

/// <summary>What may be done with a guest page.</summary>
[Flags]
public enum PmapFlags
{
    /// <summary>Nothing is there but, perhaps, a device.</summary>
    None = 0,

    /// <summary>A host page is behind it.</summary>
    Present = 1,

    /// <summary>Stores reach the host page; where they do not, they vanish as on a read-only memory.</summary>
    Writable = 2,

    /// <summary>Stores are commands to the device that the bus has there.</summary>
    TakesCommands = 4,
}

/// <summary>A guest page: the host frame behind it, and what may be done with it.</summary>
/// <param name="Frame">Frame number in <see cref="GuestRam"/>.</param>
/// <param name="Flags">What may be done.</param>
public readonly record struct PmapEntry(int Frame, PmapFlags Flags)
{
    /// <summary>Whether a host page is behind it.</summary>
    public bool IsPresent => (Flags & PmapFlags.Present) != 0;

    /// <summary>Whether stores reach the host page.</summary>
    public bool IsWritable => (Flags & PmapFlags.Writable) != 0;

    /// <summary>Whether stores go to a device, which shows a host page to loads.</summary>
    public bool TakesCommands => (Flags & PmapFlags.TakesCommands) != 0;
}

/// <summary>
/// The guest_pmap: from guest physical page to host page, one per machine. The guest never sees it; sharing, tracing,
/// ballooning and migration are flags and changes here.
/// </summary>
public sealed unsafe class GuestPmap : IDisposable, IHasState
{
    private const int PageCount = 1 << 32 - ShadowTlb.PageShift;
    private const int PiecePages = 512;
    private readonly PmapEntry* _entries = SparseTable.Allocate<PmapEntry>(PageCount);
    // Pieces of the table in which there has been something.
    private readonly bool[] _used = new bool[PageCount / PiecePages];

    /// <summary>The guest_pmap of a board: frames in the order of the machine's memory.</summary>
    public GuestPmap(MemoryLayout layout)
    {
        Layout = layout;
        foreach (MemoryRegion region in layout.Regions)
            Show(region);
    }

    /// <summary>Where the board shows memory.</summary>
    public MemoryLayout Layout { get; }

    /// <summary>The entry for a guest physical address.</summary>
    public PmapEntry this[uint address] => _entries[address >> ShadowTlb.PageShift];

    /// <summary>Puts host frames behind guest pages.</summary>
    /// <param name="address">First guest physical address, page-aligned.</param>
    /// <param name="length">Bytes, a multiple of the page size.</param>
    /// <param name="frame">First frame.</param>
    /// <param name="flags">What may be done with them.</param>
    public void Map(uint address, ulong length, int frame, PmapFlags flags)
    {
        uint page = address >> ShadowTlb.PageShift;
        for (int i = 0; i < (int)(length >> ShadowTlb.PageShift); i++)
        {
            _entries[page + i] = new PmapEntry(frame + i, flags);
            _used[(page + i) / PiecePages] = true;
        }
    }

    /// <summary>Puts the frames of a region of the board behind its pages.</summary>
    public void Show(MemoryRegion region)
    {
        PmapFlags flags = PmapFlags.Present | (region.IsWritable ? PmapFlags.Writable : 0)
            | (region.TakesCommands ? PmapFlags.TakesCommands : 0);
        Map(region.Address, region.Bytes, (int)(region.Offset >> ShadowTlb.PageShift), flags);
    }

    /// <summary>Leaves nothing behind the pages of a region but the device.</summary>
    public void Hide(MemoryRegion region) => Map(region.Address, region.Bytes, 0, PmapFlags.None);

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        Run[] runs = walk.Sequence<Run>("runs", [.. Runs()]);
        if (!walk.IsReading)
            return;
        foreach (int piece in Used())
            new Span<PmapEntry>(_entries + piece * PiecePages, PiecePages).Clear();
        foreach (Run run in runs)
            Map((uint)run.Page << ShadowTlb.PageShift, (ulong)run.Pages << ShadowTlb.PageShift, run.Frame, run.Flags);
    }

    /// <inheritdoc/>
    public void Dispose() => SparseTable.Free(_entries, PageCount);

    // Pages that follow each other and have frames that do, too.
    private List<Run> Runs()
    {
        List<Run> runs = [];
        foreach (int page in Used().SelectMany(piece => Enumerable.Range(piece * PiecePages, PiecePages)))
        {
            PmapEntry entry = _entries[page];
            if (entry.Flags == PmapFlags.None)
                continue;
            if (runs is [.., var last] && last.IsFollowedBy(page, entry))
                runs[^1] = last with { Pages = last.Pages + 1 };
            else
                runs.Add(new Run(page, 1, entry.Frame, entry.Flags));
        }
        return runs;
    }

    private IEnumerable<int> Used() => Enumerable.Range(0, _used.Length).Where(piece => _used[piece]);

    private readonly record struct Run(int Page, int Pages, int Frame, PmapFlags Flags)
    {
        public bool IsFollowedBy(int page, PmapEntry entry) =>
            page == Page + Pages && entry == new PmapEntry(Frame + Pages, Flags);
    }
}

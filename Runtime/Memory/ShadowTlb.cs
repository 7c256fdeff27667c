using Dbt.Runtime.State;

namespace Dbt.Runtime.Memory;

/// <summary>
/// The shadow TLB: one pair of flat tables for each (ASID, mode), from guest page number to host address minus guest
/// address. It holds what the guest's own TLB and the guest_pmap together allow, is filled on demand, and is only ever
/// a cache: dropping entries is always safe.
/// </summary>
/// <param name="unmapped">First address of what is never remapped, and so the same in every address space of a
/// mode.</param>
/// <param name="unmappedBytes">How many bytes that is.</param>
/// <param name="worlds">
/// How many worlds have address spaces of their own at a time: world 0, and guests of a virtualization module.
/// </param>
public sealed unsafe class ShadowTlb(uint unmapped = 0, uint unmappedBytes = 0, int worlds = 1) : IDisposable, IHasState
{
    /// <summary>log2 of the page size: 4 KB.</summary>
    public const int PageShift = 12;

    // Translated code rotates the bits of misalignment above the page number: up to two of them, and nothing is ever
    // there.
    private const int PageCount = 1 << 32 - PageShift + 2;
    private readonly Space?[] _spaces = new Space?[worlds * SpacesOfWorld];
    private int _count;
    private long _uses;

    /// <summary>
    /// How many spaces there are at a time. A guest that touches every page of one makes its tables take 16 MB; one
    /// more space takes the tables of the one that was not asked for for longest, of the same mode if there is one, and
    /// with them what is never remapped.
    /// </summary>
    public const int MostSpaces = 64;

    /// <summary>
    /// Whether what may be loaded need not be code, and the other way round: fetches have a table of their own then.
    /// </summary>
    public bool TellsFetches { get; init; }

    /// <summary>
    /// The tables of a space have become another's, or some have entries for stores that are no longer good: whoever
    /// keeps tables asks for them anew.
    /// </summary>
    public event Action? TablesChanged;

    /// <summary>Pages dropped because their translation was no longer good.</summary>
    public long Dropped { get; private set; }

    /// <summary>How often a space lost what it had, because it was full or another took its place.</summary>
    public long Overflows { get; private set; }

    /// <summary>How often store translations were taken away, to one host page or to all.</summary>
    public long Revocations { get; private set; }

    /// <summary>How many operating modes have spaces of their own.</summary>
    public const int Modes = 4;

    private const int SpacesOfWorld = 256 * Modes;

    /// <summary>
    /// The space of one address-space identifier in one operating mode; made where there is none. The two asked for
    /// last are not lost.
    /// </summary>
    /// <param name="asid">The identifier.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="world">The world it is of.</param>
    public Space this[int asid, int mode, int world = 0]
    {
        get
        {
            Space space = _spaces[world * SpacesOfWorld + asid * Modes + mode] ??= Make(mode);
            space.LastUse = ++_uses;
            return space;
        }
    }

    /// <summary>All places for spaces; those where there is none are null.</summary>
    public ReadOnlySpan<Space?> All => _spaces;

    /// <summary>The space of one address-space identifier in one operating mode, if there is one.</summary>
    public Space? Existing(int asid, int mode, int world = 0) =>
        _spaces[world * SpacesOfWorld + asid * Modes + mode];

    /// <summary>How many worlds there are.</summary>
    public int Worlds => worlds;

    /// <summary>The places for the spaces of a world; those where there is none are null.</summary>
    public ReadOnlySpan<Space?> OfWorld(int world) => All.Slice(world * SpacesOfWorld, SpacesOfWorld);

    /// <summary>
    /// Takes away every store translation to the host page at <paramref name="hostPage"/>, in the active space now and
    /// in the others before they are next used.
    /// </summary>
    public void RevokeWrites(Space active, nint hostPage)
    {
        MakeOthersStale(active);
        active.DropWritesTo(hostPage);
    }

    /// <summary>
    /// Takes away every store translation, in the active space now and in the others before they are next used.
    /// </summary>
    public void RevokeWrites(Space active)
    {
        MakeOthersStale(active);
        active.DropWrites();
    }

    /// <inheritdoc/>
    /// <remarks>Its figures only: translations come back when they are asked for.</remarks>
    public void Walk(StateWalk walk)
    {
        Dropped = walk.Value("dropped", Dropped);
        Overflows = walk.Value("overflows", Overflows);
        Revocations = walk.Value("revocations", Revocations);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Space? space in _spaces)
            space?.Free();
        Array.Clear(_spaces);
    }

    /// <summary>
    /// Drops every translation to host memory from <paramref name="host"/> on: something else takes its place.
    /// </summary>
    public void DropHost(nint host, nint bytes)
    {
        foreach (Space? space in _spaces)
            space?.DropHost(host, bytes);
    }

    private Space Make(int mode)
    {
        if (_count < MostSpaces)
        {
            _count++;
            return new Space(this);
        }
        int place = Oldest(mode, Modes);
        bool sameMode = place >= 0;
        if (!sameMode)
            place = Oldest(0, 1);
        Space taken = _spaces[place]!;
        _spaces[place] = null;
        TablesChanged?.Invoke();
        // What is never remapped in one world may lie elsewhere in another.
        if (sameMode && worlds == 1)
            taken.DropMapped();
        else
            taken.Drop();
        return taken;
    }

    // Of every step-th place from the first on; −1 where there is none but the two asked for last.
    private int Oldest(int first, int step)
    {
        int oldest = -1;
        for (int i = first; i < _spaces.Length; i += step)
        {
            if (_spaces[i] is { } space && space.LastUse < _uses - 1
                && (oldest < 0 || space.LastUse < _spaces[oldest]!.LastUse))
                oldest = i;
        }
        return oldest;
    }

    private bool IsUnmapped(uint page) => (page << PageShift) - unmapped < unmappedBytes;

    private void MakeOthersStale(Space active)
    {
        Revocations++;
        TablesChanged?.Invoke();
        foreach (Space? space in _spaces)
        {
            if (space is not null)
                space.WritesStale = space != active;
        }
    }

    /// <summary>The translations of one (ASID, mode).</summary>
    public sealed class Space
    {
        private readonly nint* _read = SparseTable.Allocate<nint>(PageCount);
        private readonly nint* _write = SparseTable.Allocate<nint>(PageCount);
        private readonly nint* _fetch;
        private readonly ShadowTlb _owner;

        // What is never remapped stays when another address space takes the tables.
        private readonly FilledPages _mapped = new(), _unmapped = new();

        internal Space(ShadowTlb owner)
        {
            _owner = owner;
            _fetch = owner.TellsFetches ? SparseTable.Allocate<nint>(PageCount) : _read;
        }

        internal bool WritesStale { get; set; }

        internal long LastUse { get; set; }

        /// <summary>The table for loads.</summary>
        public nint* Read => _read;

        /// <summary>The table for fetches: that for loads, where nothing tells them apart.</summary>
        public nint* Fetch => _fetch;

        /// <summary>The table for stores. Ask at each activation: stale entries are dropped here.</summary>
        public nint* Write
        {
            get
            {
                if (WritesStale)
                    DropWrites();
                return _write;
            }
        }

        /// <summary>The pages it has: guest address, host address and whether stores go through, by address.</summary>
        public IReadOnlyList<(uint Address, nint Host, bool Writable)> Entries
        {
            get
            {
                nint* stores = Write;
                List<(uint, nint, bool)> entries = [];
                uint[] filled = [.. _mapped.All, .. _unmapped.All];
                foreach (uint page in filled.Distinct().Order())
                {
                    if (_read[page] != 0)
                    {
                        entries.Add(
                            (page << PageShift, _read[page] + (nint)((ulong)page << PageShift), stores[page] != 0));
                    }
                }
                return entries;
            }
        }

        /// <summary>
        /// Enters the page of <paramref name="address"/> at the host page <paramref name="host"/>. What may not be
        /// loaded is not entered for stores either: code takes a page that it stores to for one that it may load from.
        /// </summary>
        public void Fill(uint address, nint host, PageRights rights)
        {
            uint page = address >> PageShift;
            nint offset = host - (nint)(address & ~0xfffu);
            if (!Has(page) || OffsetOf(page) != offset)
            {
                FilledPages filled = _owner.IsUnmapped(page) ? _unmapped : _mapped;
                if (filled.IsFull)
                {
                    _owner.Overflows++;
                    Clear(filled);
                }
                filled.Add(page, host);
            }
            nint loads = (rights & PageRights.Load) != 0 ? offset : 0;
            if (_fetch != _read)
                _fetch[page] = (rights & PageRights.Fetch) != 0 ? offset : 0;
            _read[page] = loads;
            _write[page] = (rights & PageRights.Store) != 0 ? loads : 0;
        }

        /// <summary>
        /// Drops the translations of <paramref name="length"/> bytes from <paramref name="address"/>.
        /// </summary>
        public void Drop(uint address, uint length)
        {
            uint first = address >> PageShift;
            uint count = length >> PageShift;
            if (count > 64)
            {
                Drop(_mapped, first, count);
                Drop(_unmapped, first, count);
                return;
            }
            for (uint page = first; page < first + count; page++)
                Drop(page);
        }

        /// <summary>Drops all translations.</summary>
        public void Drop()
        {
            DropMapped();
            Clear(_unmapped);
        }

        /// <summary>Drops the translations to some bytes of host memory, whatever their addresses.</summary>
        /// <param name="first">The first host page.</param>
        /// <param name="length">Bytes from there on.</param>
        public void DropHost(nint first, nint length)
        {
            DropHost(_mapped, first, length);
            DropHost(_unmapped, first, length);
        }

        internal void DropWritesTo(nint hostPage)
        {
            DropWritesTo(_mapped, hostPage);
            DropWritesTo(_unmapped, hostPage);
        }

        internal void DropWrites()
        {
            DropWrites(_mapped);
            DropWrites(_unmapped);
            WritesStale = false;
        }

        internal void Free()
        {
            SparseTable.Free(_read, PageCount);
            SparseTable.Free(_write, PageCount);
            if (_fetch != _read)
                SparseTable.Free(_fetch, PageCount);
        }

        /// <summary>Drops all translations but those of what is never remapped.</summary>
        internal void DropMapped()
        {
            _owner.Overflows++;
            Clear(_mapped);
        }

        private void Clear(FilledPages filled)
        {
            foreach (uint page in filled.All)
                _read[page] = _write[page] = _fetch[page] = 0;
            filled.Clear();
        }

        private void Drop(FilledPages filled, uint first, uint count)
        {
            foreach (uint page in filled.All)
            {
                if (page - first < count)
                    Drop(page);
            }
        }

        private void DropHost(FilledPages filled, nint first, nint length)
        {
            if (length >> PageShift > FilledPages.Most)
            {
                foreach (uint page in filled.All)
                {
                    if (Has(page) && (nuint)(HostOf(page) - first) < (nuint)length)
                        Drop(page);
                }
                return;
            }
            for (nint host = first; host < first + length; host += 1 << PageShift)
            {
                for (int i = filled.LastAt(host); i >= 0; i = filled.Before(i))
                {
                    uint page = filled[i];
                    if (Has(page) && HostOf(page) == host)
                        Drop(page);
                }
            }
        }

        private void DropWritesTo(FilledPages filled, nint hostPage)
        {
            for (int i = filled.LastAt(hostPage); i >= 0; i = filled.Before(i))
            {
                uint page = filled[i];
                if (_write[page] + (nint)((ulong)page << PageShift) == hostPage)
                    _write[page] = 0;
            }
        }

        private void DropWrites(FilledPages filled)
        {
            foreach (uint page in filled.All)
                _write[page] = 0;
        }

        private void Drop(uint page)
        {
            if (!Has(page))
                return;
            _read[page] = _write[page] = _fetch[page] = 0;
            _owner.Dropped++;
        }

        private bool Has(uint page) => OffsetOf(page) != 0;

        private nint OffsetOf(uint page) => _read[page] | _fetch[page];

        private nint HostOf(uint page) => OffsetOf(page) + (nint)((ulong)page << PageShift);
    }
}

namespace Dbt.Runtime.Memory;

/// <summary>
/// The guest pages that tables of the shadow TLB have been filled with, and which of them led to a host page. One that
/// was dropped since stays until all go.
/// </summary>
internal sealed class FilledPages
{
    /// <summary>How many there may be.</summary>
    public const int Most = 4096;

    private const int First = 64, HostClasses = 1024;

    private uint[] _pages = new uint[First];

    // Places in _pages: the last one that has led to a host page of a class, and from each the one before it; plus one.
    private readonly short[] _last = new short[HostClasses];
    private short[] _before = new short[First];
    private int _count;

    /// <summary>Whether there is no place for another.</summary>
    public bool IsFull => _count == Most;

    /// <summary>All of them, in the order in which they were filled.</summary>
    public ReadOnlySpan<uint> All => _pages.AsSpan(0, _count);

    /// <summary>The page at a place.</summary>
    public uint this[int place] => _pages[place];

    /// <summary>Adds a page, which leads to the host page at <paramref name="host"/>.</summary>
    public void Add(uint page, nint host)
    {
        if (_count == _pages.Length)
        {
            Array.Resize(ref _pages, 2 * _count);
            Array.Resize(ref _before, 2 * _count);
        }
        _pages[_count] = page;
        ref short last = ref _last[ClassOf(host)];
        _before[_count++] = last;
        last = (short)_count;
    }

    /// <summary>
    /// The place of the last page that may have led to the host page at <paramref name="host"/>; −1 if none has.
    /// </summary>
    public int LastAt(nint host) => _last[ClassOf(host)] - 1;

    /// <summary>The place of the one that may have done so before; −1 if none has.</summary>
    public int Before(int place) => _before[place] - 1;

    /// <summary>All go.</summary>
    public void Clear()
    {
        if (_count == 0)
            return;
        _count = 0;
        Array.Clear(_last);
    }

    private static int ClassOf(nint host) => (int)(host >> ShadowTlb.PageShift) & HostClasses - 1;
}

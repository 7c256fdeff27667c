namespace Dbt.Runtime.Memory;

/// <summary>
/// Host pages that frames of several machines map at the same time, copy-on-write: a file in the host's memory. Pages
/// are counted by the frames that map them, and given back to the host when none does.
/// </summary>
public sealed unsafe class SharedPages : IDisposable
{
    private const int PageBytes = 1 << ShadowTlb.PageShift;
    private const int Capacity = 1 << 22;

    private readonly nint _window;
    private readonly List<int> _references = [];
    private readonly Stack<int> _free = new();

    private SharedPages(int file, nint window) => (File, _window) = (file, window);

    /// <summary>
    /// An empty store; null on a host that cannot map single pages, see <see cref="HostMapping.IsAvailable"/>.
    /// </summary>
    public static SharedPages? Create()
    {
        const long Length = (long)Capacity << ShadowTlb.PageShift;
        if (!HostMapping.IsAvailable)
            return null;
        int file = HostMapping.CreateFile(Length);
        if (file < 0)
            return null;
        nint window = HostMapping.MapFile(file, Length);
        if (window != 0)
            return new SharedPages(file, window);
        HostMapping.CloseFile(file);
        return null;
    }

    /// <summary>Pages in use.</summary>
    public int Count => _references.Count - _free.Count;

    /// <summary>Frames that map one of them.</summary>
    public long References { get; private set; }

    internal int File { get; }

    /// <summary>The contents of a page.</summary>
    public ReadOnlySpan<byte> this[int page] => new((void*)Address(page), PageBytes);

    /// <summary>Keeps a copy of a page, which nobody maps yet; −1 if there is no room.</summary>
    public int Add(ReadOnlySpan<byte> contents)
    {
        if (!_free.TryPop(out int page))
        {
            if (_references.Count == Capacity)
                return -1;
            page = _references.Count;
            _references.Add(0);
        }
        contents.CopyTo(new Span<byte>((void*)Address(page), PageBytes));
        return page;
    }

    /// <summary>Another frame maps a page.</summary>
    public void Acquire(int page)
    {
        _references[page]++;
        References++;
    }

    /// <summary>A frame no longer maps a page.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool Release(int page)
    {
        References--;
        if (--_references[page] > 0)
            return false;
        // Frames that have a copy of their own since keep it.
        HostMapping.Punch(File, (long)page << ShadowTlb.PageShift, PageBytes);
        _free.Push(page);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        HostMapping.Release(_window, (nuint)Capacity << ShadowTlb.PageShift);
        HostMapping.CloseFile(File);
    }

    private nint Address(int page) => _window + ((nint)page << ShadowTlb.PageShift);
}

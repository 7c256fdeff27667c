using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Memory;

/// <summary>
/// The host pages behind a machine's memory: RAM and, after it, read-only memory. Pages are 4 KB frames, numbered from
/// the start; where the guest sees them is the guest_pmap's business. Frames always follow each other in the host's
/// address space, whatever page is behind each: translated code counts on it.
/// </summary>
public sealed unsafe class GuestRam : IDisposable, IHasState
{
    private const int PageBytes = 1 << ShadowTlb.PageShift;
    private const int Own = -1;
    private const int HugePageBytes = 2 << 20;

    private readonly byte* _base;
    // The page of the shared file that is mapped at a frame, Own where none is; made when the first is.
    private int[]? _mapped;

    /// <summary>Allocates zeroed memory.</summary>
    /// <param name="length">Bytes; a multiple of 4 KB.</param>
    /// <param name="extraFrames">Frames behind that which are not memory of the machine's, but that the guest may be
    /// shown.</param>
    /// <exception cref="GuestSetupException">The host has not enough memory.</exception>
    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope",
        Justification = "where memory is short, the process ends")]
    public GuestRam(ulong length, int extraFrames = 0)
    {
        Length = length;
        Frames = (int)(length >> ShadowTlb.PageShift) + extraFrames;
        Guard = new StoreGuard(Frames);
        Code = new CodeMap(Frames, Guard);
        _base = (byte*)Allocate(HostBytes);
        if (_base == null)
        {
            throw new GuestSetupException(
                $"the host cannot give the guest {length >> 20} MB of memory: ask for less with --memory");
        }
    }

    /// <summary>Bytes of RAM and read-only memory.</summary>
    public ulong Length { get; }

    /// <summary>How many frames there are, the extra ones included.</summary>
    public int Frames { get; }

    /// <summary>Which of these pages hold decoded or translated code.</summary>
    public CodeMap Code { get; }

    /// <summary>Frames to which stores must not go unseen.</summary>
    public StoreGuard Guard { get; }

    /// <summary>Address of the first host page.</summary>
    public nint Base => (nint)_base;

    /// <summary>
    /// Neighbouring frames that are not neighbours in the same file: as many more mappings the host has to keep, of
    /// which it allows a process only so many.
    /// </summary>
    public int Seams { get; private set; }

    /// <summary>The host page of a frame.</summary>
    public nint HostPage(int frame) => (nint)(_base + ((long)frame << ShadowTlb.PageShift));

    /// <summary>The frame that holds a host address.</summary>
    public int FrameOf(nint host) => (int)(host - (nint)_base >> ShadowTlb.PageShift);

    /// <summary>A piece of this memory as bytes.</summary>
    public Span<byte> Slice(ulong offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + (ulong)length, Length);
        return new Span<byte>(_base + offset, length);
    }

    /// <summary>A frame's bytes.</summary>
    public Span<byte> Page(int frame) => Slice((ulong)frame << ShadowTlb.PageShift, PageBytes);

    /// <summary>
    /// Puts zeros into a frame, and gives its page back to the host where the host takes single pages.
    /// </summary>
    public void Discard(int frame)
    {
        if (!HostMapping.IsAvailable)
            Page(frame).Clear();
        else if (_mapped is null || _mapped[frame] == Own)
            HostMapping.Discard(HostPage(frame), PageBytes);
        else if (HostMapping.Renew(HostPage(frame), PageBytes))
            Note(frame, Own);
        else
            Page(frame).Clear();
    }

    /// <summary>Puts a shared page behind a frame; a store to it afterwards makes a copy of the frame's own.</summary>
    /// <returns>Whether the host allowed it.</returns>
    public bool Share(int frame, SharedPages pages, int page)
    {
        if (!HostMapping.MapCopy(HostPage(frame), PageBytes, pages.File, (long)page << ShadowTlb.PageShift))
            return false;
        Note(frame, page);
        return true;
    }

    /// <summary>Gives a frame a page of its own with the same contents, now rather than at the next store.</summary>
    public void Separate(int frame)
    {
        ref byte first = ref Page(frame)[0];
        Volatile.Write(ref first, Volatile.Read(ref first));
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        // Most of it is zeros, and zeros are what new memory holds.
        if (walk.IsReading)
            Clear();
        foreach (int frame in walk.Sequence<int>("frames", walk.IsReading ? [] : [.. Used()]))
            walk.Array($"frame {frame}", Page(frame));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Code.Dispose();
        Guard.Dispose();
        if (HostMapping.IsAvailable)
            HostMapping.Release(Base, HostBytes);
        else
            NativeMemory.AlignedFree(_base);
    }

    // Rounded up: the host puts huge pages only behind what is as large as some of them.
    private nuint HostBytes => ((nuint)Frames << ShadowTlb.PageShift) + HugePageBytes - 1 & ~(nuint)(HugePageBytes - 1);

    private static nint Allocate(nuint length)
    {
        if (HostMapping.IsAvailable)
            return HostMapping.Reserve(length);
        try
        {
            void* memory = NativeMemory.AlignedAlloc(length, PageBytes);
            NativeMemory.Clear(memory, length);
            return (nint)memory;
        }
        catch (OutOfMemoryException)
        {
            return 0;
        }
    }

    private int OwnFrames => (int)(Length >> ShadowTlb.PageShift);

    // The frames that hold something. To look into one that nobody has used would make the host find a page for it.
    private List<int> Used()
    {
        bool[]? touched = HostMapping.Touched(Base, OwnFrames);
        List<int> used = [];
        for (int frame = 0; frame < OwnFrames; frame++)
        {
            bool isFresh = touched is not null && !touched[frame] && (_mapped is null || _mapped[frame] == Own);
            if (!isFresh && Page(frame).ContainsAnyExcept((byte)0))
                used.Add(frame);
        }
        return used;
    }

    private void Clear()
    {
        if (HostMapping.IsAvailable && _mapped is null)
        {
            HostMapping.Discard(Base, (nuint)Length);
            return;
        }
        for (int frame = 0; frame < OwnFrames; frame++)
            Discard(frame);
    }

    private void Note(int frame, int page)
    {
        if (_mapped is null)
        {
            _mapped = new int[Frames];
            Array.Fill(_mapped, Own);
        }
        Seams -= SeamsAround(frame);
        _mapped[frame] = page;
        Seams += SeamsAround(frame);
    }

    private int SeamsAround(int frame) => (IsSeam(frame) ? 1 : 0) + (IsSeam(frame + 1) ? 1 : 0);

    private bool IsSeam(int frame)
    {
        if (frame == 0 || frame == Frames)
            return false;
        int before = _mapped![frame - 1], page = _mapped[frame];
        return page == Own ? before != Own : before != page - 1;
    }
}

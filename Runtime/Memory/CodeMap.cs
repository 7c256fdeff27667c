using System.Runtime.InteropServices;

namespace Dbt.Runtime.Memory;

/// <summary>
/// Which memory holds code that an engine has decoded, by frame and, within it, by granule of 64 bytes. A store to a
/// granule with code ends the frame's generation: everything decoded from it is void.
/// </summary>
public sealed unsafe class CodeMap : IDisposable
{
    private const int GranuleShift = 6;
    private readonly ulong[] _granules;
    private readonly uint* _generations;
    private readonly StoreGuard _guard;

    /// <summary>A map of memory without code.</summary>
    /// <param name="frames">How many frames there are.</param>
    /// <param name="guard">Where it says which of them hold code.</param>
    public CodeMap(int frames, StoreGuard guard)
    {
        _granules = new ulong[frames];
        _generations = (uint*)NativeMemory.AllocZeroed((nuint)frames, sizeof(uint));
        _guard = guard;
    }

    /// <summary>
    /// Counts the generations that have ended, over all frames: a cheap test for "has any code changed".
    /// </summary>
    public ulong Changes { get; private set; }

    /// <summary>The first code was decoded from a frame: stores to it must no longer go unseen.</summary>
    public event Action<int>? Found;

    /// <summary>A frame's code is void.</summary>
    public event Action<int>? Invalidated;

    /// <summary>Whether a frame holds code.</summary>
    public bool HoldsCode(int frame) => _granules[frame] != 0;

    /// <summary>A frame's generation: code decoded under an earlier one is void.</summary>
    public uint Generation(int frame) => _generations[frame];

    /// <summary>Where a frame's generation is kept.</summary>
    public uint* GenerationAddress(int frame) => _generations + frame;

    /// <summary>Notes that code was decoded from a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="offset">Byte offset of the first instruction.</param>
    /// <param name="length">Bytes; the end lies in the same frame.</param>
    public void Mark(int frame, int offset, int length)
    {
        bool first = !HoldsCode(frame);
        _granules[frame] |= GranuleMask(offset, length);
        _guard.Set(frame, GuardReason.Code);
        if (first)
            Found?.Invoke(frame);
    }

    /// <summary>Notes a store; ends the frame's generation if it touches code.</summary>
    public void Store(int frame, int offset, int length)
    {
        if ((_granules[frame] & GranuleMask(offset, length)) != 0)
            Invalidate(frame);
    }

    /// <summary>Ends a frame's generation: it holds no code until some is decoded again.</summary>
    public void Invalidate(int frame)
    {
        _granules[frame] = 0;
        _guard.Clear(frame, GuardReason.Code);
        _generations[frame]++;
        Changes++;
        Invalidated?.Invoke(frame);
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_generations);

    private static ulong GranuleMask(int offset, int length)
    {
        int first = offset >> GranuleShift;
        int last = offset + length - 1 >> GranuleShift;
        return ulong.MaxValue >> 63 - last & ulong.MaxValue << first;
    }
}

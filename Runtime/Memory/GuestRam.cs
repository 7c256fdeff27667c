using System.Runtime.InteropServices;

namespace Dbt.Runtime.Memory;

/// <summary>
/// The host pages behind a machine's memory: RAM and, after it, read-only memory. Pages are 4 KB frames, numbered from
/// the start; where the guest sees them is the guest_pmap's business.
/// </summary>
public sealed unsafe class GuestRam : IDisposable
{
    private readonly byte* _base;

    /// <summary>Allocates zeroed memory.</summary>
    /// <param name="length">Bytes; a multiple of 4 KB.</param>
    /// <exception cref="GuestSetupException">The host has not enough memory.</exception>
    public GuestRam(ulong length)
    {
        Length = length;
        Code = new CodeMap((int)(length >> ShadowTlb.PageShift));
        try
        {
            _base = (byte*)NativeMemory.AllocZeroed((nuint)length);
        }
        catch (OutOfMemoryException e)
        {
            throw new GuestSetupException($"the host cannot give the guest {length >> 20} MB of memory: ask for less with --memory", e);
        }
    }

    /// <summary>Bytes.</summary>
    public ulong Length { get; }

    /// <summary>Which of these pages hold decoded or translated code.</summary>
    public CodeMap Code { get; }

    /// <summary>Address of the first host page.</summary>
    public nint Base => (nint)_base;

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

    /// <inheritdoc/>
    public void Dispose()
    {
        Code.Dispose();
        NativeMemory.Free(_base);
    }
}

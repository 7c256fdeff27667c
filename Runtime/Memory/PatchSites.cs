namespace Dbt.Runtime.Memory;

/// <summary>
/// The sensitive instructions that have trapped once and been patched since, by the place in host memory that stands for
/// their physical address. An engine may carry out without a trap only what is in here, so that a run has the same exits
/// whatever the engine. A word that the guest overwrites is a patch no more.
/// </summary>
/// <param name="ram">The memory the instructions are in.</param>
public sealed unsafe class PatchSites(GuestRam ram)
{
    // By frame, the words that were patched.
    private readonly uint[]?[] _words = new uint[]?[ram.Frames];

    /// <summary>How many sites have been patched.</summary>
    public int Count { get; private set; }

    /// <summary>An instruction has been patched: in this frame, at this guest virtual address.</summary>
    public event Action<int, uint>? Added;

    /// <summary>Whether the instruction at a host address has been patched.</summary>
    public bool Contains(nint host) => _words[ram.FrameOf(host)] is { } words && words[WordOf(host)] == *(uint*)host;

    /// <summary>Patches the instruction at a host address, which the guest sees at <paramref name="pc"/>.</summary>
    public void Add(nint host, uint pc)
    {
        int frame = ram.FrameOf(host);
        uint[] words = _words[frame] ??= new uint[1 << ShadowTlb.PageShift - 2];
        words[WordOf(host)] = *(uint*)host;
        Count++;
        Added?.Invoke(frame, pc);
    }

    private int WordOf(nint host) => (int)(host - ram.Base & (1 << ShadowTlb.PageShift) - 1) >> 2;
}

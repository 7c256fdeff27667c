using System.Runtime.InteropServices;

namespace Dbt.Runtime.Memory;

/// <summary>Why stores to a frame must not go unseen.</summary>
[Flags]
public enum GuardReason : byte
{
    /// <summary>They may.</summary>
    None = 0,

    /// <summary>Code was decoded from it.</summary>
    Code = 1,

    /// <summary>Its host page is not its own: another machine's too, or the page of zeros that nobody owns.</summary>
    Shared = 2,

    /// <summary>The guest gave it to the host.</summary>
    Given = 4,

    /// <summary>Somebody wants to know.</summary>
    Traced = 8,
}

/// <summary>
/// A byte for each frame, not 0 where a store must not go unseen: translated code reads it, and the shadow TLB has no
/// store entry there.
/// </summary>
public sealed unsafe class StoreGuard : IDisposable
{
    private readonly byte* _reasons;

    /// <summary>Guards nothing yet.</summary>
    /// <param name="frames">How many frames there are.</param>
    public StoreGuard(int frames) => _reasons = (byte*)NativeMemory.AllocZeroed((nuint)frames);

    /// <summary>The first frame's byte.</summary>
    public byte* Bytes => _reasons;

    /// <summary>Why a frame is guarded.</summary>
    public GuardReason this[int frame] => (GuardReason)_reasons[frame];

    /// <summary>Guards a frame. Store entries that the shadow TLB already has are the caller's to revoke.</summary>
    public void Set(int frame, GuardReason reason) => _reasons[frame] |= (byte)reason;

    /// <summary>Takes a reason back.</summary>
    public void Clear(int frame, GuardReason reason) => _reasons[frame] &= (byte)~reason;

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_reasons);
}

using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Memory;

/// <summary>What an access does.</summary>
public enum AccessKind
{
    /// <summary>A data load.</summary>
    Load,

    /// <summary>A data store.</summary>
    Store,

    /// <summary>An instruction fetch.</summary>
    Fetch,

    /// <summary>
    /// An operation on the cache by address: it translates as a load does, and no inhibit keeps it out.
    /// </summary>
    Touch,
}

/// <summary>
/// A memory access that the shadow TLB could not serve, predecoded so that nobody has to fetch the instruction again
/// (the syndrome of ARM's HSR).
/// </summary>
/// <param name="Kind">What it does.</param>
/// <param name="Address">The guest virtual address.</param>
/// <param name="Size">How wide it is.</param>
/// <param name="Register">The general register it loads or stores, −1 when it is no plain load or store.</param>
/// <param name="Signed">Whether a load sign-extends.</param>
/// <param name="IsPart">
/// Whether it is about a part of the aligned word that its address lies in (LWL, LWR): what faults is the address, what
/// is loaded is the word.
/// </param>
public readonly record struct MemoryAccess(
    AccessKind Kind, ulong Address, AccessSize Size, int Register = -1, bool Signed = false, bool IsPart = false)
{
    /// <summary>Whether it is an address error wherever it leads.</summary>
    public bool IsMisaligned => !IsPart && Offset != 0;

    /// <summary>Bytes from the first that is accessed to its address.</summary>
    public uint Offset => (uint)Address & (uint)Size - 1;
}

/// <summary>
/// Who knows the guest's memory beyond the shadow TLB: the hypervisor. Called on the slow path only. Where it answers
/// <see langword="false"/>, it has noted a guest exception, and the engine leaves with <see cref="ExitReason.Memory"/>.
/// </summary>
public interface IMemorySystem
{
    /// <summary>
    /// Carries out a load; on success fills the shadow TLB if the page allows it. The value is a number, zero-extended.
    /// </summary>
    bool Load(in MemoryAccess access, out ulong value);

    /// <summary>Carries out a store of a number; on success fills the shadow TLB if the page allows it.</summary>
    bool Store(in MemoryAccess access, ulong value);

    /// <summary>
    /// Makes the page of an instruction of a size, or of half of one, readable through the shadow TLB.
    /// </summary>
    bool Fetch(ulong address, AccessSize size);
}

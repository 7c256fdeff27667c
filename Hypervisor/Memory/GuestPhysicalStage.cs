using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// The stage behind that of a guest's context: what the guest takes for physical goes through the TLB of its root, all
/// 32 bits of it, and root alone hears of it where there is no way (MD00846, "Root TLB").
/// </summary>
/// <param name="root">Whose TLB.</param>
public sealed class GuestPhysicalStage(PrivilegedContext root) : ITranslationStage
{
    /// <inheritdoc/>
    public PrivilegedContext Context => root;

    /// <summary>The guest whose entries are looked at; 0 where root's ASID tells guests apart.</summary>
    public int GuestId { get; set; }

    /// <inheritdoc/>
    public bool TryTranslate(in MemoryAccess access, out uint address, out bool writable, out GuestException exception)
    {
        uint from = (uint)access.Address;
        bool store = access.Kind == AccessKind.Store;
        StageStep step = Look(from, root.Asid);
        (address, writable, exception) = (step.Address, step.Writable, default);
        if (step.IsTranslated && (!store || writable))
            return true;
        ExceptionCode missed = store ? ExceptionCode.TlbStore : ExceptionCode.TlbLoad;
        exception = new GuestException(
            step.IsTranslated ? ExceptionCode.TlbModified : missed, step.By == StageAnswer.Refill, from);
        return false;
    }

    /// <inheritdoc/>
    public StageStep Walk(uint address, int asid, OperatingMode mode) => Look(address, asid);

    // Entries with a GuestID are the guest's in whatever address space of root's.
    private StageStep Look(uint address, int asid)
    {
        int index = root.Tlb.Find(address, GuestId == 0 ? asid : null, GuestId);
        if (index < 0)
            return new StageStep(StageAnswer.Refill, index, 0, false);
        TlbEntry entry = root.Tlb[index];
        uint half = entry.Half(address);
        return new StageStep(
            TlbEntry.IsValid(half) ? StageAnswer.GuestTlb : StageAnswer.Invalid, index,
            entry.Physical(half, address), TlbEntry.IsDirty(half));
    }
}

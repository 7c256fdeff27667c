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
    public bool TryTranslate(
        in MemoryAccess access, out uint address, out PageRights rights, out GuestException exception)
    {
        uint from = (uint)access.Address;
        StageStep step = Walk(from, root.Asid, root.Mode);
        (address, rights, exception) = (step.Address, step.Rights, default);
        if (step.By == StageAnswer.Refill)
        {
            ExceptionCode missed =
                access.Kind == AccessKind.Store ? ExceptionCode.TlbStore : ExceptionCode.TlbLoad;
            exception = new GuestException(missed, IsRefill: true, from);
        }
        else if (TlbEntry.Refusal(
            root.Tlb[step.Index].Half(from), access.Kind, root.Cop0[Cop0Register.PageGrain]) is { } code)
            exception = new GuestException(code, BadAddress: from);
        return exception == default;
    }

    /// <inheritdoc/>
    public StageStep Walk(uint address, int asid, OperatingMode mode)
    {
        // Entries with a GuestID are the guest's in whatever address space of root's.
        int index = root.Tlb.Find(address, GuestId == 0 ? asid : null, GuestId);
        if (index < 0)
            return new StageStep(StageAnswer.Refill, index, 0, PageRights.None);
        TlbEntry entry = root.Tlb[index];
        uint half = entry.Half(address);
        return new StageStep(
            TlbEntry.IsValid(half) ? StageAnswer.GuestTlb : StageAnswer.Invalid, index,
            entry.Physical(half, address), TlbEntry.RightsOf(half));
    }
}

using Dbt.Hypervisor.Memory;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// The instructions about a context's TLB: they go by its registers. Where entries of several guests share it, each
/// instruction is about those of one.
/// </summary>
/// <param name="context">The context.</param>
/// <param name="stage">The stage that its TLB is of.</param>
/// <param name="memory">The way to memory.</param>
public sealed class TlbInstructions(PrivilegedContext context, ContextStage stage, MemoryPath memory)
{
    private const uint NotFound = 0x8000_0000;

    private readonly Cop0 _cop0 = context.Cop0;

    private int IndexedEntry => (int)_cop0[Cop0Register.Index] & context.Tlb.Size - 1;

    // Of a TLB that is shared, what root keeps is none of the guest's.
    private bool IsThere(int index) => index < _cop0.TlbEntries;

    /// <summary>TLBP.</summary>
    /// <param name="guestId">Whose entries; 0 for root's own.</param>
    public void Probe(int guestId = 0)
    {
        // Whatever address space of root's a guest's entry was written in, it is the guest's.
        int found = guestId != 0 || context.Model.IsGuest
            ? context.Tlb.Find(_cop0[EntryHi], context.Model.IsGuest ? context.Asid : null, guestId)
            : stage.Probe(_cop0[EntryHi], context.Asid);
        _cop0[Cop0Register.Index] = found >= 0 ? (uint)found : NotFound;
    }

    /// <summary>TLBR.</summary>
    /// <param name="onlyOf">The guest that sees its own entries only; null where all are to be seen.</param>
    /// <returns>The GuestID of the entry.</returns>
    public int Read(int? onlyOf = null)
    {
        TlbEntry entry = IsThere(IndexedEntry) ? stage.Read(IndexedEntry) : TlbEntry.Nothing;
        if (entry.IsInvalid || onlyOf is not null && entry.GuestId != onlyOf)
        {
            (_cop0[PageMask], _cop0[EntryLo0], _cop0[EntryLo1]) = (0, 0, 0);
            _cop0.Write(EntryHi, TlbEntry.Invalid);
            return entry.GuestId;
        }
        uint global = entry.IsGlobal ? 1u : 0;
        _cop0[PageMask] = entry.PageMask;
        _cop0[EntryLo0] = entry.EntryLo0 & ~1u | global;
        _cop0[EntryLo1] = entry.EntryLo1 & ~1u | global;
        _cop0.Write(EntryHi, entry.EntryHi);
        return entry.GuestId;
    }

    /// <summary>TLBWI and TLBWR.</summary>
    /// <param name="random">Whether the processor chooses which.</param>
    /// <param name="guestId">Whose entry it is from now on; 0 for root's own.</param>
    public void Write(bool random, int guestId = 0)
    {
        int index = random ? (int)_cop0.NextRandom() : IndexedEntry;
        if (!IsThere(index))
            return;
        // A store to a register page that the guest sees may have left anything in EntryHi and EntryLo.
        uint high = context.Model.CanInvalidate ? _cop0[EntryHi] : _cop0[EntryHi] & ~TlbEntry.Invalid;
        uint used = context.Model.HasInhibits ? uint.MaxValue : ~ProcessorModel.Inhibits;
        TlbEntry entry = TlbEntry.Of(_cop0[PageMask], high, _cop0[EntryLo0] & used, _cop0[EntryLo1] & used) with
        {
            GuestId = guestId
        };
        if (context.Model.IsGuest)
            stage.Replace(index, entry, 1ul << index);
        else
            memory.ReplaceEntry(index, entry, random ? _cop0.RandomChoices : 1ul << index);
    }

    /// <summary>TLBINV and TLBINVF.</summary>
    /// <param name="all">Whether all, or those of the current address space that are not global.</param>
    /// <param name="guestId">Whose entries; 0 for root's own.</param>
    public void Invalidate(bool all, int guestId = 0)
    {
        for (int index = 0; index < context.Tlb.Size; index++)
        {
            TlbEntry entry = context.Tlb[index];
            if (!entry.IsInvalid && entry.GuestId == guestId && (all || !entry.IsGlobal && entry.Asid == context.Asid))
                stage.Replace(index, entry with { EntryHi = entry.EntryHi | TlbEntry.Invalid }, 1ul << index);
        }
    }
}

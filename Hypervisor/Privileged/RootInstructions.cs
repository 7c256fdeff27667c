using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Execution;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// The instructions by which root looks into a guest's context and writes there (MD00846, "Instructions"): none of them
/// ends in a guest's exit, and what the guest has not reads as 0.
/// </summary>
/// <param name="state">The registers.</param>
/// <param name="module">The contexts.</param>
/// <param name="memory">The way to memory.</param>
public sealed unsafe class RootInstructions(GuestState* state, VirtualizationModule module, MemoryPath memory)
{
    private readonly GuestState* _state = state;
    private readonly TlbInstructions _tlb = new(module.Guest, memory.GuestStage!, memory);

    /// <summary>The guest whose entries root's TLB instructions are about; 0 for root's own.</summary>
    public int GuestId => module.RootGuestId;

    private LeftUnit Unit => new(_state);

    /// <summary>MFGC0.</summary>
    internal void MoveFrom() => Unit.SetRegister(Unit.Word.Rt, module.Guest.Cop0.Read(Unit.Cop0Operand));

    /// <summary>MTGC0.</summary>
    internal void MoveTo() => module.Guest.Cop0.WriteFromRoot(Unit.Cop0Operand, Unit.Register(Unit.Word.Rt));

    /// <summary>TLBGP.</summary>
    internal void TlbProbe() => _tlb.Probe(GuestId);

    /// <summary>TLBGR.</summary>
    internal void TlbRead() => NoteOwner(_tlb.Read());

    /// <summary>TLBGWI and TLBGWR.</summary>
    internal void TlbWrite(bool random) => _tlb.Write(random, GuestId);

    /// <summary>TLBGINV and TLBGINVF.</summary>
    internal void TlbInvalidate(bool all) => _tlb.Invalidate(all, GuestId);

    /// <summary>TLBR and TLBGR tell whose entry they have read.</summary>
    internal void NoteOwner(int guestId) => module.RootGuestId = guestId;
}

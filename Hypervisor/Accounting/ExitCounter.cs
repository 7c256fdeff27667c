namespace Dbt.Hypervisor.Accounting;

/// <summary>What an exit is counted under. The names are those of Linux KVM's MIPS counters where it has one.</summary>
public enum ExitCounter
{
#pragma warning disable CS1591 // The names are the counters'.
    Wait,
    Cache,
    Interrupt,
    CopUnusable,
    TlbMod,
    TlbMissLoad,
    TlbMissStore,
    AddressErrorStore,
    AddressErrorLoad,
    Syscall,
    ReservedInstruction,
    Break,
    Trap,
    FloatingPoint,
    Mfc0,
    Mtc0,
    DiEi,
    TlbOperation,
    Eret,
    Rdhwr,
    ShadowFill,
    MmioLoad,
    MmioStore,
    CodeStore,
    CopyOnWrite,
    Hypercall,
    GuestContext,
    VzGpsi,
    VzGsfc,
    VzHc,
    VzGrr,
    VzGhfc,
    VzGpa,
    Budget,
#pragma warning restore CS1591
}

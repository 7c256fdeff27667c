namespace Dbt.Hypervisor.Accounting;

/// <summary>What an exit is counted under. The names are those of Linux KVM's MIPS counters where it has one.</summary>
public enum ExitCounter
{
#pragma warning disable CS1591 // The names are the counters'.
    Wait,
    Cache,
    Signal,
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
    Hypercall,
    Budget,
#pragma warning restore CS1591
}

/// <summary>Counts every exit of a virtual processor by reason.</summary>
public sealed class ExitAccount
{
    private readonly long[] _counts = new long[Enum.GetValues<ExitCounter>().Length];

    /// <summary>How many exits a reason has caused.</summary>
    public long this[ExitCounter counter] => _counts[(int)counter];

    /// <summary>Counts one.</summary>
    public void Count(ExitCounter counter) => _counts[(int)counter]++;

    /// <summary>Every reason and its count.</summary>
    public IEnumerable<(ExitCounter Counter, long Count)> All => Enum.GetValues<ExitCounter>().Select(counter => (counter, this[counter]));

    /// <summary>The counter's name as KVM writes it, or ours in the same spelling.</summary>
    public static string NameOf(ExitCounter counter) => counter switch
    {
        ExitCounter.Wait => "wait",
        ExitCounter.Cache => "cache",
        ExitCounter.Signal => "signal",
        ExitCounter.Interrupt => "interrupt",
        ExitCounter.CopUnusable => "cop_unusable",
        ExitCounter.TlbMod => "tlbmod",
        ExitCounter.TlbMissLoad => "tlbmiss_ld",
        ExitCounter.TlbMissStore => "tlbmiss_st",
        ExitCounter.AddressErrorStore => "addrerr_st",
        ExitCounter.AddressErrorLoad => "addrerr_ld",
        ExitCounter.Syscall => "syscall",
        ExitCounter.ReservedInstruction => "resvd_inst",
        ExitCounter.Break => "break_inst",
        ExitCounter.Trap => "trap_inst",
        ExitCounter.FloatingPoint => "fpe",
        ExitCounter.Mfc0 => "mfc0",
        ExitCounter.Mtc0 => "mtc0",
        ExitCounter.DiEi => "di_ei",
        ExitCounter.TlbOperation => "tlb_op",
        ExitCounter.Eret => "eret",
        ExitCounter.Rdhwr => "rdhwr",
        ExitCounter.ShadowFill => "shadow_fill",
        ExitCounter.MmioLoad => "mmio_ld",
        ExitCounter.MmioStore => "mmio_st",
        ExitCounter.CodeStore => "code_store",
        ExitCounter.Hypercall => "hypercall",
        _ => "budget",
    };
}

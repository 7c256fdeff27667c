namespace Dbt.Hypervisor.Privileged;

/// <summary>Cause.ExcCode (MD00090, table "Cause Register ExcCode Field").</summary>
public enum ExceptionCode
{
    /// <summary>Interrupt.</summary>
    Interrupt = 0,

    /// <summary>Store to a page that is not dirty.</summary>
    TlbModified = 1,

    /// <summary>No valid translation for a load or fetch.</summary>
    TlbLoad = 2,

    /// <summary>No valid translation for a store.</summary>
    TlbStore = 3,

    /// <summary>Misaligned or forbidden address of a load or fetch.</summary>
    AddressLoad = 4,

    /// <summary>Misaligned or forbidden address of a store.</summary>
    AddressStore = 5,

    /// <summary>Bus error on a fetch.</summary>
    BusFetch = 6,

    /// <summary>Bus error on data.</summary>
    BusData = 7,

    /// <summary>SYSCALL.</summary>
    Syscall = 8,

    /// <summary>BREAK.</summary>
    Breakpoint = 9,

    /// <summary>Reserved instruction.</summary>
    ReservedInstruction = 10,

    /// <summary>Coprocessor unusable; Cause.CE tells which.</summary>
    CoprocessorUnusable = 11,

    /// <summary>Integer overflow.</summary>
    Overflow = 12,

    /// <summary>A trap instruction.</summary>
    Trap = 13,

    /// <summary>Floating point; FCSR tells which.</summary>
    FloatingPoint = 15,

    /// <summary>A load from a page whose entry has RI; only with PageGrain.IEC.</summary>
    TlbReadInhibit = 19,

    /// <summary>A fetch from a page whose entry has XI; only with PageGrain.IEC.</summary>
    TlbExecuteInhibit = 20,

    /// <summary>A guest's exit to root; GuestCtl0.GExcCode tells why.</summary>
    GuestExit = 27,
}

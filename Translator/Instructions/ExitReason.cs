namespace Dbt.Translator.Instructions;

/// <summary>
/// Why execution left the engine. The translator and the runtime only name what they met; what it means is for the
/// hypervisor to say.
/// </summary>
public enum ExitReason
{
    /// <summary>Nothing: execution goes on.</summary>
    None,

    /// <summary>The instruction budget is used up.</summary>
    Budget,

    /// <summary>A memory access or fetch raised an exception, which the memory system has noted.</summary>
    Memory,

    /// <summary>SYSCALL.</summary>
    Syscall,

    /// <summary>BREAK.</summary>
    Break,

    /// <summary>SDBBP.</summary>
    DebugBreak,

    /// <summary>A conditional trap whose condition held.</summary>
    Trap,

    /// <summary>Signed overflow of ADD, ADDI or SUB.</summary>
    Overflow,

    /// <summary>A word that is no instruction, or a branch in a delay slot.</summary>
    ReservedInstruction,

    /// <summary>An instruction of a coprocessor that is absent or not enabled; the word's opcode tells which.</summary>
    CoprocessorUnusable,

    /// <summary>A floating-point operation whose exception is enabled; FCSR.Cause tells which.</summary>
    FloatingPoint,

    /// <summary>MFC0.</summary>
    Mfc0,

    /// <summary>MTC0.</summary>
    Mtc0,

    /// <summary>RDPGPR: a register of the previous shadow set.</summary>
    Rdpgpr,

    /// <summary>WRPGPR.</summary>
    Wrpgpr,

    /// <summary>DI.</summary>
    Di,

    /// <summary>EI.</summary>
    Ei,

    /// <summary>TLBR.</summary>
    Tlbr,

    /// <summary>TLBWI.</summary>
    Tlbwi,

    /// <summary>TLBWR.</summary>
    Tlbwr,

    /// <summary>TLBP.</summary>
    Tlbp,

    /// <summary>ERET.</summary>
    Eret,

    /// <summary>DERET.</summary>
    Deret,

    /// <summary>WAIT.</summary>
    Wait,

    /// <summary>CACHE.</summary>
    Cache,

    /// <summary>SYNCI.</summary>
    Synci,

    /// <summary>RDHWR.</summary>
    Rdhwr,

    /// <summary>HYPCALL.</summary>
    Hypcall,

    /// <summary>TLBINV: invalidates the entries of an address space.</summary>
    Tlbinv,

    /// <summary>TLBINVF: invalidates all entries.</summary>
    Tlbinvf,

    /// <summary>MFGC0: a register of the guest's coprocessor 0.</summary>
    Mfgc0,

    /// <summary>MTGC0.</summary>
    Mtgc0,

    /// <summary>TLBGR: an entry of the guest's TLB.</summary>
    Tlbgr,

    /// <summary>TLBGWI.</summary>
    Tlbgwi,

    /// <summary>TLBGWR.</summary>
    Tlbgwr,

    /// <summary>TLBGP.</summary>
    Tlbgp,

    /// <summary>TLBGINV.</summary>
    Tlbginv,

    /// <summary>TLBGINVF.</summary>
    Tlbginvf,
}

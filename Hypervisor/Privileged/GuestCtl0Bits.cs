namespace Dbt.Hypervisor.Privileged;

/// <summary>Bits of GuestCtl0 and GuestCtl0Ext (MD00846, "GuestCtl0 Register").</summary>
public static class GuestCtl0Bits
{
    /// <summary>GM: with root at no exception level, code runs as the guest's.</summary>
    public const uint Gm = 1u << 31;

    /// <summary>RI: reserved instructions of the guest are root's to handle.</summary>
    public const uint Ri = 1 << 30;

    /// <summary>MC: changes of Status.EXL by hardware are reported to root.</summary>
    public const uint Mc = 1 << 29;

    /// <summary>CP0: the guest's kernel may use coprocessor 0.</summary>
    public const uint Cp0 = 1 << 28;

    /// <summary>AT, bits 27–26: 1 for a guest whose TLB root looks after, 3 for one that does itself.</summary>
    public const uint AtMask = 3 << 26;

    /// <summary>AT: root looks after the guest's TLB.</summary>
    public const uint AtOfRoot = 1 << 26;

    /// <summary>AT: the guest looks after its TLB.</summary>
    public const uint AtOfGuest = 3 << 26;

    /// <summary>GT: the guest may use Count and Compare.</summary>
    public const uint Gt = 1 << 25;

    /// <summary>CG: the guest may use CACHE by address.</summary>
    public const uint Cg = 1 << 24;

    /// <summary>CF: the guest may write Config registers.</summary>
    public const uint Cf = 1 << 23;

    /// <summary>G1: GuestCtl1 is there, and with it GuestIDs.</summary>
    public const uint HasGuestCtl1 = 1 << 22;

    /// <summary>G0E: GuestCtl0Ext is there.</summary>
    public const uint HasExtension = 1 << 19;

    /// <summary>PIP, bits 15–10: the interrupt inputs IP2 to IP7 that the guest sees.</summary>
    public const uint PipMask = 0x3f << PipShift;

    /// <summary>The lowest bit of PIP: where IP2 is in Cause.</summary>
    public const int PipShift = 10;

    /// <summary>RAD: there are no GuestIDs, and root's ASID tells guests apart.</summary>
    public const uint RootAsidDealiases = 1 << 9;

    /// <summary>
    /// DRG: root's loads and stores are translated as those of the guest that GuestCtl1.RID names. Where there are
    /// GuestIDs.
    /// </summary>
    public const uint Drg = 1 << 8;

    /// <summary>G2: GuestCtl2 is there.</summary>
    public const uint HasGuestCtl2 = 1 << 7;

    /// <summary>GExcCode, bits 6–2: why a guest exited.</summary>
    public const int GExcCodeShift = 2;

    /// <summary>GExcCode.</summary>
    public const uint GExcCodeMask = 0x1f << GExcCodeShift;

    /// <summary>SFC1: changes of Status.CU1 are the guest's own.</summary>
    public const uint Sfc1 = 1 << 0;

    /// <summary>What of GuestCtl0 root can write.</summary>
    public const uint Writable = Gm | Ri | Mc | Cp0 | AtMask | Gt | Cg | Cf | PipMask | Sfc1;

    /// <summary>GuestCtl0Ext.CGI: with CG, the guest may invalidate caches by index, too.</summary>
    public const uint Cgi = 1 << 4;

    /// <summary>GuestCtl0Ext.FCD: what would be reported as a change of a field is not.</summary>
    public const uint Fcd = 1 << 3;

    /// <summary>What of GuestCtl0Ext root can write.</summary>
    public const uint ExtensionWritable = Cgi | Fcd;
}

/// <summary>GuestCtl0.GExcCode: why a guest exited.</summary>
public enum GuestExit
{
    /// <summary>GPSI: an instruction that is sensitive as root has set things.</summary>
    SensitiveInstruction = 0,

    /// <summary>GSFC: a write to a field of a register that software changes and root looks after.</summary>
    FieldChange = 1,

    /// <summary>HC: HYPCALL.</summary>
    Hypercall = 2,

    /// <summary>GRR: a reserved instruction, which root has asked for.</summary>
    ReservedInstruction = 3,

    /// <summary>
    /// GVA: an exception of root's TLB, about the guest's virtual address; where the processor says no more.
    /// </summary>
    VirtualAddress = 8,

    /// <summary>GHFC: hardware has changed a field that root looks after.</summary>
    HardwareFieldChange = 9,

    /// <summary>GPA: an exception of root's TLB, about the guest's physical address.</summary>
    PhysicalAddress = 10,
}

/// <summary>What root may change of a guest's Config1.</summary>
public static class GuestConfig1Bits
{
    /// <summary>MMUSize, bits 30–25: the entries of the guest's TLB, less one; where it shares root's.</summary>
    public const uint MmuSize = 0x3fu << MmuSizeShift;

    /// <summary>The lowest bit of MMUSize.</summary>
    public const int MmuSizeShift = 25;

    /// <summary>FP: the guest has coprocessor 1.</summary>
    public const uint Fp = 1 << 0;

    /// <summary>WR: the guest has the watchpoints.</summary>
    public const uint Wr = 1 << 3;
}

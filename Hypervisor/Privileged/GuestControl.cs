namespace Dbt.Hypervisor.Privileged;

/// <summary>What root lets a guest do by itself (MD00846, "GuestCtl0 Register", "GuestCtl0Ext Register").</summary>
/// <param name="GuestCtl0">GuestCtl0, by <see cref="GuestCtl0Bits"/>.</param>
/// <param name="Extension">GuestCtl0Ext.</param>
public readonly record struct GuestControl(uint GuestCtl0, uint Extension)
{
    private const uint HitOperations = 0xffff_0000u;
    private const uint IndexInvalidateInstructions = 1u << 0, IndexWriteBackInvalidateData = 1u << 1;

    /// <summary>Whether the guest's kernel has coprocessor 0 (CP0).</summary>
    public bool OwnsCop0 => Has(GuestCtl0Bits.Cp0);

    /// <summary>Whether the guest looks after its TLB (AT).</summary>
    public bool OwnsTlb => (GuestCtl0 & GuestCtl0Bits.AtMask) != GuestCtl0Bits.AtOfRoot;

    /// <summary>Whether the guest has Count and Compare (GT).</summary>
    public bool OwnsTimer => Has(GuestCtl0Bits.Gt);

    /// <summary>Whether the guest may write Config registers (CF).</summary>
    public bool OwnsConfiguration => Has(GuestCtl0Bits.Cf);

    /// <summary>Whether changes of Status.CU1 are the guest's own (SFC1).</summary>
    public bool OwnsCoprocessor1 => Has(GuestCtl0Bits.Sfc1);

    /// <summary>Whether reserved instructions of the guest are root's to handle (RI).</summary>
    public bool HandlesReserved => Has(GuestCtl0Bits.Ri);

    /// <summary>
    /// Whether root wants to hear of changes that exceptions and ERET make to Status.EXL (MC, without FCD).
    /// </summary>
    public bool ReportsHardwareChange => Has(GuestCtl0Bits.Mc) && ReportsFieldChange;

    /// <summary>Whether root wants to hear of changes to fields that it looks after (without FCD).</summary>
    public bool ReportsFieldChange => (Extension & GuestCtl0Bits.Fcd) == 0;

    /// <summary>
    /// The operations of CACHE that the guest may carry out, bit n for operation n: by address with CG, and by index
    /// what makes a line void with CGI.
    /// </summary>
    public uint CacheOperations
    {
        get
        {
            if (!OwnsCop0 || !Has(GuestCtl0Bits.Cg))
                return 0;
            return (Extension & GuestCtl0Bits.Cgi) != 0
                ? HitOperations | IndexInvalidateInstructions | IndexWriteBackInvalidateData
                : HitOperations;
        }
    }

    private bool Has(uint bit) => (GuestCtl0 & bit) != 0;
}

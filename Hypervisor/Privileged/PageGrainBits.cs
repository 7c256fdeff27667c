namespace Dbt.Hypervisor.Privileged;

/// <summary>Bits of PageGrain (MD00090, "PageGrain Register").</summary>
public static class PageGrainBits
{
    /// <summary>RIE: software can set RI of EntryLo, which is the same bit there.</summary>
    public const uint Rie = 1u << 31;

    /// <summary>XIE: software can set XI of EntryLo, which is the same bit there.</summary>
    public const uint Xie = 1u << 30;

    /// <summary>IEC: what RI and XI refuse are exceptions of their own.</summary>
    public const uint Iec = 1u << 27;
}

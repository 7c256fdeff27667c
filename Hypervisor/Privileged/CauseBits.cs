namespace Dbt.Hypervisor.Privileged;

/// <summary>Bits of Cause (MD00090, "Cause Register").</summary>
public static class CauseBits
{
    /// <summary>ExcCode, bits 6–2.</summary>
    public const int ExcCodeShift = 2;

    /// <summary>ExcCode.</summary>
    public const uint ExcCodeMask = 0x1f << ExcCodeShift;

    /// <summary>Lowest bit of the pending interrupts IP0–IP7.</summary>
    public const int IpShift = 8;

    /// <summary>The software interrupts IP0 and IP1.</summary>
    public const uint SoftwareIpMask = 3 << IpShift;

    /// <summary>Interrupts use their own vector.</summary>
    public const uint Iv = 1 << 23;

    /// <summary>Count is stopped.</summary>
    public const uint Dc = 1 << 27;

    /// <summary>The coprocessor of a coprocessor-unusable exception, bits 29–28.</summary>
    public const int CeShift = 28;

    /// <summary>The timer interrupt is pending.</summary>
    public const uint Ti = 1 << 30;

    /// <summary>The exception was in a delay slot.</summary>
    public const uint Bd = 1u << 31;
}

namespace Dbt.Hypervisor.Privileged;

/// <summary>Bits of Status (MD00090, "Status Register").</summary>
public static class StatusBits
{
    /// <summary>Interrupt enable.</summary>
    public const uint Ie = 1 << 0;

    /// <summary>Exception level.</summary>
    public const uint Exl = 1 << 1;

    /// <summary>Error level.</summary>
    public const uint Erl = 1 << 2;

    /// <summary>Base operating mode: 0 kernel, 1 supervisor, 2 user.</summary>
    public const int KsuShift = 3;

    /// <summary>Interrupt mask, one bit for each of Cause.IP.</summary>
    public const uint ImMask = 0xff00;

    /// <summary>Boot exception vectors.</summary>
    public const uint Bev = 1 << 22;

    /// <summary>Floating-point registers are 64 bits wide.</summary>
    public const uint Fr = 1 << 26;

    /// <summary>Coprocessor 0 is usable in user mode.</summary>
    public const uint Cu0 = 1 << 28;

    /// <summary>Coprocessor 1 is usable.</summary>
    public const uint Cu1 = 1 << 29;

    /// <summary>
    /// Of a guest, what its root looks after: which coprocessors are usable and how, power, resets, boot vectors
    /// (CU1, RP, FR, MX, BEV, SR, NMI).
    /// </summary>
    public const uint RootsFields = Cu1 | 1 << 27 | Fr | 1 << 24 | Bev | 1 << 20 | 1 << 19;
}

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// The register page as a guest sees it (KVM's commpage): register rd, select sel at rd × 32 + sel × 4. It is the
/// memory that the registers are kept in, so that an access to it is no exit and has no side effects.
/// </summary>
public static class RegisterPage
{
    /// <summary>
    /// Bytes of it: a page as large as the guest's pages are. Behind the registers it is plain memory.
    /// </summary>
    public const uint Bytes = 0x4000;

    /// <summary>Its guest physical address: where the board has nothing.</summary>
    public const uint PhysicalAddress = 0x1fb0_0000;
}

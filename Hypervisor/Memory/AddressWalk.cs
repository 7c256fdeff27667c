using Dbt.Hypervisor.Privileged;

namespace Dbt.Hypervisor.Memory;

/// <summary>What makes a virtual address physical, or why nothing does.</summary>
public enum FirstStage
{
    /// <summary>The mode may not use the address.</summary>
    AddressError,

    /// <summary>No entry of the TLB matches.</summary>
    Refill,

    /// <summary>The page that matches is not valid.</summary>
    Invalid,

    /// <summary>The segment: it needs no TLB.</summary>
    Unmapped,

    /// <summary>The register page lies there.</summary>
    RegisterPage,

    /// <summary>An entry of the guest's TLB.</summary>
    GuestTlb,

    /// <summary>An entry of the second-level TLB.</summary>
    SecondLevelTlb,
}

/// <summary>The three stages of an address, as they are now.</summary>
/// <param name="Address">The guest virtual address.</param>
/// <param name="Asid">Its address space.</param>
/// <param name="Mode">The mode it is used in.</param>
/// <param name="By">What makes it physical.</param>
/// <param name="Index">The entry of the guest's TLB that matches; −1 for none.</param>
/// <param name="Physical">The guest physical address; meaningless where there is none.</param>
/// <param name="Writable">Whether the first stage allows stores.</param>
/// <param name="Page">What the guest_pmap has there.</param>
/// <param name="ShadowLoads">Whether the shadow TLB has it for loads and fetches.</param>
/// <param name="ShadowStores">Whether it has it for stores.</param>
public readonly record struct AddressWalk(
    uint Address, int Asid, OperatingMode Mode, FirstStage By, int Index, uint Physical, bool Writable, PmapEntry Page, bool ShadowLoads, bool ShadowStores)
{
    /// <summary>Whether there is a guest physical address.</summary>
    public bool IsTranslated => By >= FirstStage.Unmapped;
}

using Dbt.Runtime.Memory;

namespace Dbt.Hypervisor.Memory;

/// <summary>What of a stage translates an address, or why nothing does.</summary>
public enum StageAnswer
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

    /// <summary>An entry of the context's TLB.</summary>
    GuestTlb,

    /// <summary>An entry of its second-level TLB.</summary>
    SecondLevelTlb,
}

/// <summary>What one stage makes of an address.</summary>
/// <param name="By">What translates it.</param>
/// <param name="Index">The entry of the TLB that matches; −1 for none.</param>
/// <param name="Address">The address for the next stage; meaningless where there is none.</param>
/// <param name="Rights">What the stage lets through.</param>
public readonly record struct StageStep(StageAnswer By, int Index, uint Address, PageRights Rights)
{
    /// <summary>Whether there is an address for the next stage.</summary>
    public bool IsTranslated => By >= StageAnswer.Unmapped;

    /// <summary>Whether it lets stores through.</summary>
    public bool Writable => (Rights & PageRights.Store) != 0;
}

/// <summary>All stages of an address, as they are now.</summary>
/// <param name="Address">The guest virtual address.</param>
/// <param name="Steps">What each stage makes of it, up to the first that has no way.</param>
/// <param name="Page">What the guest_pmap has at the guest physical address.</param>
/// <param name="ShadowLoads">Whether the shadow TLB has it for loads.</param>
/// <param name="ShadowStores">Whether it has it for stores.</param>
public readonly record struct AddressWalk(
    uint Address, IReadOnlyList<StageStep> Steps, PmapEntry Page, bool ShadowLoads, bool ShadowStores)
{
    /// <summary>What makes it physical, or the stage that does not: the last one that was asked.</summary>
    public StageStep Last => Steps[^1];

    /// <summary>The guest physical address; meaningless where there is none.</summary>
    public uint Physical => Last.Address;

    /// <summary>Whether there is a guest physical address.</summary>
    public bool IsTranslated => Last.IsTranslated;

    /// <summary>Whether all stages let stores through.</summary>
    public bool Writable => Steps.All(step => step.Writable);
}

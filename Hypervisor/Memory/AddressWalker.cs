using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;

namespace Dbt.Hypervisor.Memory;

/// <summary>Shows the stages of an address, for reports: looking changes nothing.</summary>
/// <param name="translation">The stages.</param>
/// <param name="shadow">What is kept of their composition.</param>
/// <param name="composition">Knows whose spaces are in use.</param>
public sealed unsafe class AddressWalker(
    AddressTranslation translation, ShadowTlb shadow, ShadowComposition composition)
{
    /// <summary>All stages of an address in an address space and a mode, as they are now.</summary>
    public AddressWalk Walk(uint address, int asid, OperatingMode mode)
    {
        IReadOnlyList<StageStep> steps = translation.Walk(address, asid, mode);
        ShadowTlb.Space? space = shadow.Existing(asid, (int)mode, composition.World);
        uint page = address >> ShadowTlb.PageShift;
        return new AddressWalk(
            address, steps, steps[^1].IsTranslated ? translation.PageAt(steps[^1].Address) : default,
            space is not null && space.Read[page] != 0, space is not null && space.Write[page] != 0);
    }
}

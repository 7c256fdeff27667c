using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// The way of an address: through any number of stages, of which the first takes the guest's virtual address, to a
/// guest physical one, and by the guest_pmap to a host page. What has no host page is a device's, or nobody's.
/// </summary>
/// <param name="stages">The stages, in the order in which an address passes them.</param>
/// <param name="pmap">What lies behind guest physical pages.</param>
/// <param name="account">Counts what each stage does.</param>
public sealed class AddressTranslation(IReadOnlyList<ITranslationStage> stages, GuestPmap pmap, AddressAccount account)
{
    // Of loads and stores, and of fetches: a root can have a guest's way for the one and its own for the other.
    private ITranslationStage[] _stages = [.. stages], _ofFetches = [.. stages];

    /// <summary>What each stage did.</summary>
    public AddressAccount Account => account;

    /// <summary>The exception noted by the access that failed last.</summary>
    public GuestException Pending { get; private set; }

    /// <summary>The context that is to take it.</summary>
    public PrivilegedContext PendingFor { get; private set; } = stages[0].Context;

    /// <summary>The virtual address of that access.</summary>
    public uint PendingAddress { get; private set; }

    /// <summary>From now on addresses go another way: that of a guest, or that of its root.</summary>
    /// <param name="others">The stages, in the order in which an address passes them.</param>
    /// <param name="ofFetches">Those of fetches.</param>
    public void Use(ITranslationStage[] others, ITranslationStage[] ofFetches) =>
        (_stages, _ofFetches) = (others, ofFetches);

    /// <summary>Guest virtual to guest physical, and what is there; notes the exception if there is no way.</summary>
    /// <param name="access">The access.</param>
    /// <param name="physical">The guest physical address.</param>
    /// <param name="rights">What all stages let through.</param>
    /// <param name="page">What the guest_pmap has there.</param>
    public bool TryTranslate(in MemoryAccess access, out uint physical, out PageRights rights, out PmapEntry page)
    {
        (physical, rights, page) = ((uint)access.Address, PageRights.All, default);
        foreach (ITranslationStage stage in access.Kind == AccessKind.Fetch ? _ofFetches : _stages)
        {
            MemoryAccess here = access with { Address = physical };
            if (!stage.TryTranslate(here, out physical, out PageRights ofStage, out GuestException exception))
            {
                Note(exception, stage.Context);
                PendingAddress = (uint)access.Address;
                return false;
            }
            rights &= ofStage;
        }
        page = pmap[physical];
        if (page.IsPresent)
            account.PmapPages++;
        else
            account.PmapHoles++;
        return true;
    }

    /// <summary>A fetch found no memory at its physical address.</summary>
    public void NoteBusError() => Note(new GuestException(ExceptionCode.BusFetch), _ofFetches[0].Context);

    /// <summary>
    /// Every stage of an address in an address space and a mode of the first. Nothing is counted and nothing changed.
    /// </summary>
    /// <param name="address">The guest virtual address.</param>
    /// <param name="asid">Its address space.</param>
    /// <param name="mode">The mode it is used in.</param>
    /// <returns>What each stage makes of it, up to the first that has no way.</returns>
    public IReadOnlyList<StageStep> Walk(uint address, int asid, OperatingMode mode)
    {
        var steps = new List<StageStep> { _stages[0].Walk(address, asid, mode) };
        foreach (ITranslationStage stage in _stages.Skip(1).TakeWhile(_ => steps[^1].IsTranslated))
            steps.Add(stage.Walk(steps[^1].Address, stage.Context.Asid, stage.Context.Mode));
        return steps;
    }

    /// <summary>
    /// What is behind an address that the first stage has left. Nothing is counted and nothing changed; no page where
    /// there is no way.
    /// </summary>
    /// <param name="address">What the first stage made of the virtual address.</param>
    /// <param name="rights">What the stages behind it let through.</param>
    public PmapEntry BehindFirst(uint address, out PageRights rights)
    {
        rights = PageRights.All;
        foreach (ITranslationStage stage in _stages.AsSpan(1))
        {
            StageStep step = stage.Walk(address, stage.Context.Asid, stage.Context.Mode);
            if (!step.IsTranslated)
                return default;
            (address, rights) = (step.Address, rights & step.Rights);
        }
        return pmap[address];
    }

    /// <summary>What the guest_pmap has at a guest physical address. Nothing is counted.</summary>
    public PmapEntry PageAt(uint physical) => pmap[physical];

    private void Note(in GuestException exception, PrivilegedContext context) =>
        (Pending, PendingFor) = (exception, context);
}

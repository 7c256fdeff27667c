using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// Carries out the accesses that the shadow TLB could not serve: sends their addresses through the stages, loads from
/// and stores to the host frame or the device that is there, and enters the page in the shadow TLB.
/// </summary>
/// <param name="translation">The stages.</param>
/// <param name="shadow">Their composition.</param>
/// <param name="frames">Host pages.</param>
/// <param name="devices">What has none.</param>
/// <param name="exits">Times each access.</param>
public sealed class Mmu(
    AddressTranslation translation, ShadowComposition shadow, FrameAccess frames, DeviceAccess devices,
    ExitAccount exits) : IMemorySystem
{
    /// <inheritdoc/>
    public bool Load(in MemoryAccess access, out ulong value)
    {
        long began = exits.Begin();
        bool done = LoadSlowly(access, out value);
        exits.End(began);
        return done;
    }

    /// <inheritdoc/>
    public bool Store(in MemoryAccess access, ulong value)
    {
        long began = exits.Begin();
        bool done = StoreSlowly(access, value);
        exits.End(began);
        return done;
    }

    /// <inheritdoc/>
    public bool Fetch(ulong address, AccessSize size)
    {
        long began = exits.Begin();
        bool done = FetchSlowly(address, size);
        exits.End(began);
        return done;
    }

    /// <summary>
    /// Whether the address of a cache operation translates as a load's would, if nothing inhibits that; enters it in
    /// the shadow TLB, or notes the exception.
    /// </summary>
    public bool Touch(uint address)
    {
        if (shadow.Has(address))
            return true;
        var access = new MemoryAccess(AccessKind.Touch, address, AccessSize.Byte);
        if (!translation.TryTranslate(access, out _, out PageRights rights, out PmapEntry page))
            return false;
        if (page.IsPresent)
            shadow.Fill(AccessKind.Load, address, page, rights);
        return true;
    }

    private bool LoadSlowly(in MemoryAccess access, out ulong value)
    {
        value = 0;
        if (!translation.TryTranslate(access, out uint physical, out PageRights rights, out PmapEntry page))
            return false;
        physical -= access.Offset;
        if (!page.IsPresent)
        {
            value = devices.Read(physical, (int)access.Size);
            return true;
        }
        shadow.Fill(AccessKind.Load, (uint)access.Address, page, rights);
        value = frames.Load(page.Frame, physical, access.Size);
        return true;
    }

    private bool StoreSlowly(in MemoryAccess access, ulong value)
    {
        if (!translation.TryTranslate(access, out uint physical, out PageRights rights, out PmapEntry page))
            return false;
        if (!page.IsPresent || page.TakesCommands)
        {
            devices.Write(physical, (int)access.Size, value);
            return true;
        }
        if (!page.IsWritable)
            return true;
        frames.Store(page.Frame, physical, access.Size, value);
        shadow.Fill(AccessKind.Store, (uint)access.Address, page, rights);
        return true;
    }

    private bool FetchSlowly(ulong address, AccessSize size)
    {
        var access = new MemoryAccess(AccessKind.Fetch, address, size);
        if (!translation.TryTranslate(access, out _, out PageRights rights, out PmapEntry page))
            return false;
        if (!page.IsPresent)
        {
            translation.NoteBusError();
            return false;
        }
        shadow.Fill(AccessKind.Fetch, (uint)address, page, rights);
        return true;
    }
}

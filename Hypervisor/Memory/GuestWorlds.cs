using Dbt.Runtime.Memory;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// The worlds that the shadow TLB has spaces of: 0 is root's own, each of the others is of the guest that has been
/// given it last. A guest is known by its GuestID, or where it has none, by the address space of root's that it runs
/// in. There are fewer worlds than guests: the one that has not run for longest loses what is kept of it.
/// </summary>
/// <param name="shadow">The shadow TLB.</param>
/// <param name="composition">Drops of it what a guest's entries translate.</param>
/// <param name="hardware">What is behind the pages that root's entries lead to.</param>
public sealed class GuestWorlds(ShadowTlb shadow, ShadowComposition composition, MachineHardware hardware)
{
    /// <summary>How many worlds there are.</summary>
    public const int Count = 5;

    // Of a guest without GuestID: bits above the largest of those.
    private const int ByAsid = 0x100;

    // Pages of root's larger than this are not looked at piece by piece.
    private const uint LargePage = 64 << 10;

    private const int Nobody = -1;

    // In the order in which they have run, the last one first.
    private readonly List<(int World, int Guest)> _guests =
        [.. Enumerable.Range(1, Count - 1).Select(world => (world, Nobody))];

    /// <summary>The world of a guest; one that another had is empty.</summary>
    /// <param name="guestId">Its GuestID; 0 for none.</param>
    /// <param name="rootAsid">The address space of root's that it runs in.</param>
    public int Of(int guestId, int rootAsid)
    {
        int guest = guestId == 0 ? ByAsid | rootAsid : guestId;
        if (_guests[0].Guest == guest)
            return _guests[0].World;
        int place = _guests.FindIndex(one => one.Guest == guest);
        if (place < 0)
        {
            place = _guests.Count - 1;
            Empty(_guests[place].World);
        }
        int world = _guests[place].World;
        _guests.RemoveAt(place);
        _guests.Insert(0, (world, guest));
        return world;
    }

    /// <summary>An entry of the guests' TLB translates nothing from now on.</summary>
    public void Drop(TlbEntry entry)
    {
        foreach ((int world, int guest) in _guests)
        {
            if (IsOf(entry, guest))
                composition.Drop(entry, world);
        }
    }

    /// <summary>
    /// An entry of root's TLB translates nothing from now on: neither do the addresses of its guest that went through
    /// it, wherever those are.
    /// </summary>
    public void DropBehind(TlbEntry entry)
    {
        foreach ((int world, int guest) in _guests)
        {
            if (!IsOf(entry, guest))
                continue;
            if (entry.PageSize > LargePage)
            {
                Empty(world);
                continue;
            }
            DropBehind(world, entry, entry.EntryLo0);
            DropBehind(world, entry, entry.EntryLo1);
        }
    }

    private void DropBehind(int world, TlbEntry entry, uint half)
    {
        const uint Page = 1 << ShadowTlb.PageShift;
        if (!TlbEntry.IsValid(half))
            return;
        uint physical = entry.Physical(half, 0);
        for (uint offset = 0, length; offset < entry.PageSize; offset += length)
        {
            length = Page;
            if (hardware.Pmap[physical + offset] is not { IsPresent: true, Frame: var frame })
                continue;
            // Frames that follow each other are dropped in one go.
            while (offset + length < entry.PageSize
                && hardware.Pmap[physical + offset + length].Frame == frame + (int)(length / Page))
                length += Page;
            foreach (ShadowTlb.Space? space in shadow.OfWorld(world))
                space?.DropHost(hardware.Ram.HostPage(frame), (nint)length);
        }
    }

    private static bool IsOf(TlbEntry entry, int guest) =>
        entry.GuestId == 0 ? guest >= ByAsid : guest == entry.GuestId;

    private void Empty(int world)
    {
        foreach (ShadowTlb.Space? space in shadow.OfWorld(world))
            space?.Drop();
    }
}

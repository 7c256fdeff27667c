using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.State;
using Dbt.Runtime.Storage;

namespace Dbt.Runtime.Boards.Malta;

/// <summary>
/// A card of virtio devices that a Malta never had, in the place of its audio chip, whose interrupt all its functions
/// share: disks, then the source of random numbers and the console, where they are wanted.
/// </summary>
internal sealed class VirtioSlot
{
    /// <summary>How many disks there may be: as many functions as a slot has, but for the other two.</summary>
    public const int MostDisks = 6;

    private const int Slot = 12;

    /// <summary>Puts what is wanted in.</summary>
    /// <param name="spaces">The port space and the memory space of the bus.</param>
    /// <param name="connections">What is wanted, and RAM for it.</param>
    /// <param name="bus">Where it is put.</param>
    public VirtioSlot((AddressSpace Ports, AddressSpace Memory) spaces, BoardConnections connections, PciBus bus)
    {
        List<(string Name, VirtioDevice Device)> devices = [];
        foreach (DriveMedium medium in connections.Drives.Where(medium => medium.Configuration.IsVirtio))
        {
            string name = $"disk-{medium.Configuration.Slot}";
            devices.Add((name, new VirtioBlock(name, medium, (connections.Clock, connections.LivesInHostTime))));
        }
        if (connections.HasEntropy)
            devices.Add(("entropy", new VirtioEntropy(connections.LivesInHostTime)));
        if (connections.HasVirtioConsole)
            devices.Add(("console", new VirtioConsole()));
        List<(string, IHasState)> parts = [];
        foreach ((int function, (string name, VirtioDevice device)) in devices.Index())
        {
            VirtioPci card = new(
                name, device, spaces, connections.Memory, connections.Order, multifunction: devices.Count > 1);
            bus.Attach(Slot, function, card.Function);
            parts.Add((name, card));
        }
        (Parts, Consoles) = (parts, [.. devices.Select(device => device.Device).OfType<VirtioConsole>()]);
    }

    /// <summary>The console, if it is wanted.</summary>
    public IReadOnlyList<VirtioConsole> Consoles { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<(string Name, IHasState Part)> Parts { get; }
}

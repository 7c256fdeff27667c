using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Boards.Malta;

/// <summary>
/// A Malta's network cards: a first PCnet is the board's own (Malta User's Manual, MD00048), the others are in its PCI
/// connectors.
/// </summary>
internal sealed class NetworkSlots
{
    /// <summary>How many there may be: as many as there are connectors.</summary>
    public const int Most = 4;

    private const int OwnSlot = 11, FirstConnector = 18;

    /// <summary>Puts cards in.</summary>
    /// <param name="clock">The machine's time.</param>
    /// <param name="ports">The port space.</param>
    /// <param name="pciMemory">PCI memory space.</param>
    /// <param name="connections">The cards, and RAM for them.</param>
    /// <param name="bus">Where they are put.</param>
    public NetworkSlots(
        Clock clock, AddressSpace ports, AddressSpace pciMemory, BoardConnections connections, PciBus bus)
    {
        List<EthernetPort> sockets = [];
        List<(string, IHasState)> parts = [];
        int connector = FirstConnector;
        for (int i = 0; i < connections.Network.Count; i++)
        {
            NetworkCard card = connections.Network[i];
            EthernetPort port = new(card.Address, card.LinkUp);
            string name = $"net-{i}";
            (PciFunction function, IHasState device) = card.Model switch
            {
                CardModel.E1000 => MakeE1000(),
                CardModel.Virtio => MakeVirtio(),
                _ => MakePcnet(),
            };
            int slot = i == 0 && card.Model == CardModel.Pcnet ? OwnSlot : connector++;
            bus.Attach(slot, 0, function);
            sockets.Add(port);
            parts.Add((name, device));

            (PciFunction, IHasState) MakePcnet()
            {
                Pcnet made = new(clock, name, ports, pciMemory, connections.Memory, port);
                return (made.Function, made);
            }

            (PciFunction, IHasState) MakeE1000()
            {
                E1000 made = new(name, ports, pciMemory, connections.Memory, port);
                return (made.Function, made);
            }

            (PciFunction, IHasState) MakeVirtio()
            {
                VirtioPci made = new(
                    name, new VirtioNet(port), (ports, pciMemory), connections.Memory, connections.Order);
                return (made.Function, made);
            }
        }
        (Sockets, Parts) = (sockets, parts);
    }

    /// <summary>Their sockets, in the order of the cards.</summary>
    public IReadOnlyList<EthernetPort> Sockets { get; }

    /// <summary>All of them that hold something.</summary>
    public IReadOnlyList<(string Name, IHasState Part)> Parts { get; }
}

using Dbt.Runtime.Network;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A transceiver on a card's MII (IEEE 802.3, clause 22): 32 registers of 16 bits, numbered as there. It agrees at once
/// with whoever is at the other end, on the best that both can, while the cable is in.
/// </summary>
public sealed class EthernetPhy : IHasState
{
    private const uint Reset = 0x8000, Restart = 0x0200, LinkStatus = 0x0004, NegotiationComplete = 0x0020;
    private const uint Partner = 0xc1e1;

    private readonly EthernetPort _port;
    private readonly RegisterBank _registers;
    private readonly Register _status;

    // A link that was lost reads as down once, even if it is back.
    private bool _wasLost;

    /// <summary>Creates a transceiver.</summary>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="port">Where its cable is.</param>
    /// <param name="identity">Registers 2 and 3: the maker and the model.</param>
    /// <param name="status">Register 1: what it can do, with no link.</param>
    /// <param name="control">Register 0 after reset.</param>
    public EthernetPhy(string name, EthernetPort port, uint identity, uint status, uint control)
    {
        _port = port;
        _registers = new RegisterBank(name, 64);
        _registers.Add(0, "CONTROL", 2, control, mask: 0x7dff);
        _status = _registers.Add(2, "STATUS", 2, status, mask: 0, read: ReadStatus);
        _registers.Add(4, "PHYID1", 2, identity >> 16, mask: 0);
        _registers.Add(6, "PHYID2", 2, identity & 0xffff, mask: 0);
        _registers.Add(8, "ADVERTISEMENT", 2, reset: 0x01e1);
        _registers.Add(10, "PARTNER", 2, mask: 0, read: () => _port.LinkUp ? Partner : 0u);
        _registers.Add(12, "EXPANSION", 2, mask: 0, read: () => _port.LinkUp ? 1u : 0);
        port.LinkChanged += () => _wasLost |= !_port.LinkUp;
    }

    /// <summary>Declares another register, which only this model has.</summary>
    public Register Add(
        int number, string name, uint reset = 0, uint mask = 0xffff, Func<uint>? read = null) =>
        _registers.Add(2 * number, name, 2, reset, mask, read: read);

    /// <summary>Reads a register, 0 where there is none.</summary>
    public uint Read(uint number) => _registers.Read(2 * (number & 31), 2);

    /// <summary>Writes a register.</summary>
    public void Write(uint number, uint value)
    {
        if (number == 0 && (value & Reset) != 0)
            _registers.Reset();
        else
            _registers.Write(2 * (number & 31), 2, number == 0 ? value & ~(Reset | Restart) : value);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _registers);
        walk.Value("link was lost", ref _wasLost);
    }

    private uint ReadStatus()
    {
        bool up = _port.LinkUp && !_wasLost;
        _wasLost = false;
        return _status.Value | (up ? LinkStatus | NegotiationComplete : 0);
    }
}

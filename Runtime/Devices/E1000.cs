using Dbt.Runtime.Bus;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// Intel's 82540EM, a gigabit network card for PCI (PCI/PCI-X Family of Gigabit Ethernet Controllers Software
/// Developer's Manual, 317453): registers in memory, and behind a pair of ports; rings of descriptors, with segments
/// and check sums made by the card.
/// </summary>
public sealed class E1000 : IBusTarget, IHasState
{
    private const uint MemoryBytes = 0x2_0000;
    private const int RegisterBytes = 0x6000, PortBytes = 8, Groups = 0x5200, Vlans = 0x5600, TableBytes = 0x200;
    private const uint Reset = 1u << 26, PhyReset = 1u << 31;
    private const uint LinkUp = 0x0002, FullDuplexGigabit = 0x0081;
    private const uint EepromClock = 0x01, EepromSelect = 0x02, EepromIn = 0x04, EepromOut = 0x08, EepromRequest = 0x40,
        EepromGrant = 0x80, EepromPresent = 0x100;
    private const uint EepromStart = 0x01, EepromDone = 0x10;
    private const uint MdioWrite = 1, MdioRead = 2, MdioReady = 1u << 28, MdioError = 1u << 30, PhyAddress = 1;
    private const uint LinkChanged = 0x04, MdioDone = 0x0200;

    // Registers that only remember, with what is in them after reset.
    private static readonly (int Offset, string Name, uint Reset)[] s_plain =
    [
        (0x018, "CTRL_EXT", 0), (0x028, "FCAL", 0x00c2_8001), (0x02c, "FCAH", 0x0100), (0x030, "FCT", 0x8808),
        (0x038, "VET", 0x8100), (0x0c4, "ITR", 0), (0x170, "FCTTV", 0), (0x178, "TXCW", 0), (0x180, "RXCW", 0),
        (0x410, "TIPG", 0), (0x458, "AIT", 0), (0xe00, "LEDCTL", 0x0706_8302), (0x1000, "PBA", 0x0010_0030),
        (0x2160, "FCRTL", 0), (0x2168, "FCRTH", 0), (0x2820, "RDTR", 0), (0x2828, "RXDCTL", 0), (0x282c, "RADV", 0),
        (0x2c00, "RSRPD", 0), (0x3820, "TIDV", 0), (0x3828, "TXDCTL", 0), (0x382c, "TADV", 0), (0x3830, "TSPMT", 0),
        (0x5000, "RXCSUM", 0), (0x5800, "WUC", 0), (0x5808, "WUFC", 0), (0x5810, "WUS", 0), (0x5820, "MANC", 0),
    ];

    private readonly EthernetPort _port;
    private readonly RegisterBank _registers;
    private readonly RegisterBank _ports;
    private readonly Register _control, _eepromControl, _eepromRead, _mdio, _address;
    private readonly MicrowireEeprom _eeprom;
    private readonly EthernetPhy _phy;
    private readonly E1000Receiver _receiver;
    private readonly E1000Transmitter _transmitter;
    private readonly uint[] _groups = new uint[TableBytes / sizeof(uint)], _vlans = new uint[TableBytes / sizeof(uint)];
    private uint _causes, _enabled;

    /// <summary>Creates the card.</summary>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="ports">The port space of its bus.</param>
    /// <param name="pciMemory">The memory space of its bus.</param>
    /// <param name="ram">What it reads and writes by itself.</param>
    /// <param name="port">Its socket.</param>
    public E1000(string name, AddressSpace ports, AddressSpace pciMemory, IBusMemory ram, EthernetPort port)
    {
        _port = port;
        _registers = new RegisterBank(name, RegisterBytes);
        Function = new PciFunction(name, new(0x8086, 0x100e, 0x020000, 0x03), status: 0x0230, interruptPin: 1);
        Function.AddMemory(0, MemoryBytes, pciMemory, this);
        _ports = new RegisterBank(name + "-ports", PortBytes);
        _address = _ports.Add(0, "IOADDR", 4);
        _ports.Add(
            4, "IODATA", 4, read: () => Read(_address.Value, 4), written: value => Write(_address.Value, 4, value));
        Function.AddPorts(1, 64, ports, _ports);
        _eeprom = new MicrowireEeprom(ContentsFor(port.Address));
        _phy = PhyOf(name, port);

        foreach ((int offset, string register, uint reset) in s_plain)
            _registers.Add(offset, register, 4, reset);
        _control = _registers.Add(0x000, "CTRL", 4, reset: 0x0014_0240, written: Control);
        _registers.Add(0x008, "STATUS", 4, mask: 0, read: () => FullDuplexGigabit | (_port.LinkUp ? LinkUp : 0));
        _eepromControl = _registers.Add(0x010, "EECD", 4, mask: 0x77, read: ReadEepromPins, written: DriveEeprom);
        _eepromRead = _registers.Add(0x014, "EERD", 4, written: ReadEeprom);
        _mdio = _registers.Add(0x020, "MDIC", 4, reset: MdioReady, written: AccessPhy);
        _registers.Add(0x0c0, "ICR", 4, read: TakeCauses, written: value => Lower(value));
        _registers.Add(0x0c8, "ICS", 4, read: () => _causes, written: Raise);
        _registers.Add(0x0d0, "IMS", 4, read: () => _enabled, written: value => Enable(_enabled | value));
        _registers.Add(0x0d8, "IMC", 4, read: () => _enabled, written: value => Enable(_enabled & ~value));
        var memory = new PciMaster(Function, ram);
        _receiver = new E1000Receiver(_registers, memory, port, _groups, Raise);
        _transmitter = new E1000Transmitter(_registers, memory, port, Raise);
        port.LinkChanged += () => Raise(LinkChanged);
        _receiver.SetAddress();
    }

    /// <summary>The function's configuration space.</summary>
    public PciFunction Function { get; }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) =>
        TableAt(offset) is { } table && bytes == sizeof(uint)
            ? table[offset % TableBytes / sizeof(uint)]
            : _registers.Read(offset, bytes);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        if (TableAt(offset) is { } table && bytes == sizeof(uint))
            table[offset % TableBytes / sizeof(uint)] = value;
        else
            _registers.Write(offset, bytes, value);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _registers);
        walk.Part("ports", _ports);
        walk.Part("eeprom", _eeprom);
        walk.Part("phy", _phy);
        walk.Part("transmitter", _transmitter);
        walk.Part("port", _port);
        walk.Array<uint>("groups", _groups);
        walk.Array<uint>("vlans", _vlans);
        walk.Value("causes", ref _causes);
        walk.Value("enabled", ref _enabled);
    }

    // The EEPROM's words: the address, what the chip loads from it, and a sum of 0xbaba (manual, "EEPROM Interface").
    private static ushort[] ContentsFor(MacAddress address)
    {
        const ushort sum = 0xbaba;
        ushort[] words = new ushort[MicrowireEeprom.Words];
        for (int i = 0; i < 3; i++)
            words[i] = (ushort)(address[2 * i] | address[2 * i + 1] << 8);
        (words[8], words[9], words[10], words[11], words[12], words[13], words[14]) =
            (0x3000, 0x1000, 0x6403, 0x100e, 0x8086, 0x100e, 0x8086);
        words[^1] = (ushort)(sum - words.Sum(word => word));
        return words;
    }

    // Marvell's 88E1000, on the same chip: gigabit, and what its own registers say of the link.
    private static EthernetPhy PhyOf(string name, EthernetPort port)
    {
        EthernetPhy phy = new(name + "-phy", port, 0x0141_0c20, status: 0x7949, control: 0x1140);
        phy.Add(9, "GIGABIT CONTROL", reset: 0x0e00);
        phy.Add(10, "GIGABIT STATUS", mask: 0, read: () => port.LinkUp ? 0x3c00u : 0);
        phy.Add(15, "EXTENDED STATUS", reset: 0x3000, mask: 0);
        phy.Add(16, "SPECIFIC CONTROL", reset: 0x0360);
        phy.Add(17, "SPECIFIC STATUS", mask: 0, read: () => port.LinkUp ? 0xac00u : 0);
        phy.Add(18, "INTERRUPT ENABLE");
        phy.Add(19, "INTERRUPT STATUS", mask: 0);
        phy.Add(20, "EXTENDED CONTROL", reset: 0x0d60);
        phy.Add(21, "RECEIVE ERRORS", mask: 0);
        return phy;
    }

    private uint[]? TableAt(uint offset) => offset switch
    {
        >= Groups and < Groups + TableBytes => _groups,
        >= Vlans and < Vlans + TableBytes => _vlans,
        _ => null,
    };

    private void Control(uint value)
    {
        _control.Set(Reset | PhyReset, false);
        if ((value & PhyReset) != 0)
            _phy.Write(0, 0x8000);
        if ((value & Reset) == 0)
            return;
        uint eeprom = _eepromControl.Value;
        _registers.Reset();
        _eepromControl.Value = eeprom;
        (_causes, _enabled) = (0, 0);
        _transmitter.Reset();
        _receiver.SetAddress();
        _port.Drop();
        Update();
    }

    private uint ReadEepromPins() =>
        _eepromControl.Value | EepromPresent | (_eeprom.Output ? EepromOut : 0)
        | ((_eepromControl.Value & EepromRequest) != 0 ? EepromGrant : 0);

    private void DriveEeprom(uint value) =>
        _eeprom.Drive((value & EepromSelect) != 0, (value & EepromClock) != 0, (value & EepromIn) != 0);

    private void ReadEeprom(uint value)
    {
        if ((value & EepromStart) != 0)
            _eepromRead.Value = value & 0xff00 | EepromDone | (uint)_eeprom[(int)(value >> 8 & 0xff)] << 16;
    }

    private void AccessPhy(uint value)
    {
        uint operation = value >> 26 & 3, number = value >> 16 & 31;
        if ((value >> 21 & 31) != PhyAddress)
            _mdio.Value = value | MdioReady | MdioError;
        else if (operation == MdioRead)
            _mdio.Value = value & 0xffff_0000 | MdioReady | _phy.Read(number);
        else
            _mdio.Value = value | MdioReady;
        if (operation == MdioWrite && (value >> 21 & 31) == PhyAddress)
            _phy.Write(number, value & 0xffff);
        if ((value >> 29 & 1) != 0)
            Raise(MdioDone);
    }

    private uint TakeCauses()
    {
        uint causes = _causes;
        _causes = 0;
        Update();
        return causes;
    }

    private void Raise(uint causes)
    {
        _causes |= causes;
        Update();
    }

    private void Lower(uint causes)
    {
        _causes &= ~causes;
        Update();
    }

    private void Enable(uint causes)
    {
        _enabled = causes;
        Update();
    }

    private void Update() => Function.Interrupt?.Set((_causes & _enabled) != 0);
}

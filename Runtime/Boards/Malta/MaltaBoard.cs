using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Boards.Malta;

/// <summary>
/// The MIPS Malta board with a CoreLV card (Malta User's Manual, MD00048): everything but the processor and its RAM.
/// This constructor is the schematic.
/// </summary>
public sealed class MaltaBoard : Board
{
    /// <summary>The size of the boot ROM.</summary>
    public const int RomBytes = 4 << 20;

    private const int RomRevision = 0x10;
    private const uint CoreLvRevision = 0x420;
    private const int Pic8259Pin = 2, CbusUartPin = 4;
    private const int SouthBridgeSlot = 10;
    private const long CbusUartBaud = 230_400;

    private readonly ByteOrder _order;
    private readonly CfiFlash _flash;
    private readonly Rom _rom;

    /// <summary>
    /// Builds the board. Its devices drive the processor's pins 2 (the 8259s) and 4 (the CBUS serial port).
    /// </summary>
    public MaltaBoard(BoardConnections connections) : base(connections)
    {
        (Clock clock, _, Action<int, bool> setInterruptPin, _, ByteOrder order) = connections;
        (_order, _rom) = (order, new Rom(RomBytes, order));
        _flash = new CfiFlash(RomBytes, order) { IsProtected = connections.ProtectsFlash };
        var ports = new AddressSpace("pci-io", unmapped: uint.MaxValue);
        var pciMemory = new AddressSpace("pci-memory", unmapped: 0);

        var pins = new InterruptLine(level => setInterruptPin(Pic8259Pin, level));
        var south = new SouthBridge(connections, ports, pins, RequestReset, RequestPowerOff);
        var bus = new PciBus(RouteInterrupt, south.SetWire);
        bus.Attach(0, 0, Gt64120.HostBridge());
        for (int function = 0; function < south.Functions.Count; function++)
            bus.Attach(SouthBridgeSlot, function, south.Functions[function]);
        var network = new NetworkSlots(clock, ports, pciMemory, connections, bus);
        NetworkPorts = network.Sockets;
        var virtio = new VirtioSlot((ports, pciMemory), connections, bus);

        // The processor's bus: flash, boot ROM, the CBUS, and the north bridge with its windows into PCI.
        Fpga = new MaltaFpga(RequestReset, order);
        var cbusInterrupt = new InterruptLine(level => setInterruptPin(CbusUartPin, level));
        var cbusSerial = new Uart16550(clock, "serial-2", cbusInterrupt, CbusUartBaud);
        PhysicalBus.Map("flash", 0x1e00_0000, RomBytes, _flash);
        PhysicalBus.Map("malta-fpga", 0x1f00_0000, 0x1000, Fpga);
        PhysicalBus.Map("serial-2", 0x1f00_0900, 0x40, new SpacedRegisters(cbusSerial, 8));
        PhysicalBus.Map("boot-rom", 0x1fc0_0000, RomBytes, _rom);
        var northBridge = new Gt64120(PhysicalBus, ports, pciMemory, bus, south.AcknowledgeInterrupt, order);
        SerialPorts = [.. south.SerialPorts, cbusSerial, .. virtio.Consoles];
        LoadRom([]);

        Parts =
        [
            ("pci ports", ports), ("pci memory", pciMemory), ("pci", bus), ("flash", _flash), ("boot rom", _rom),
            ("fpga", Fpga), ("north bridge", northBridge), .. south.Parts,
            ("serial-2", cbusSerial), ("serial-2 interrupt", cbusInterrupt), .. network.Parts, .. virtio.Parts,
        ];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<(string Name, IHasState Part)> Parts { get; }

    /// <summary>
    /// ISA ports 0x3f8 and 0x2f8 (ttyS0, ttyS1), the CBUS port (ttyS2), and a virtio console (hvc0) if it has one.
    /// </summary>
    public override IReadOnlyList<ISerialPort> SerialPorts { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<EthernetPort> NetworkPorts { get; }

    /// <summary>The board's switches, LEDs and display.</summary>
    public MaltaFpga Fpga { get; }

    /// <summary>The boot ROM at physical 0x1fc00000, and the flash at 0x1e000000: 4 MB each.</summary>
    public override IReadOnlyList<IMappedContents> MappedContents => [_rom, _flash];

    /// <inheritdoc/>
    public override CfiFlash Flash => _flash;

    /// <inheritdoc/>
    public override void LoadRom(ReadOnlySpan<byte> image)
    {
        _flash.Load(0, image);
        _rom.Program(0, image);
        AddRevision();
    }

    /// <inheritdoc/>
    public override void StartInFlash()
    {
        ShowFlash(0, RomBytes);
        _flash.Changed += ShowFlash;
    }

    // The boot ROM is the same chips, seen a second time. Commands reach them where they are seen first.
    private void ShowFlash(int offset, int bytes)
    {
        _rom.Program(offset, _flash.Contents.Span.Slice(offset, bytes));
        if (offset < RomRevision + sizeof(uint) && offset + bytes > RomRevision)
            AddRevision();
    }

    // The revision register shows through the ROM: core card 1 is CoreLV, whose system controller is a GT-64120.
    private void AddRevision()
    {
        Span<byte> revision = stackalloc byte[sizeof(uint)];
        _order.WriteWord(revision, CoreLvRevision);
        _rom.Program(RomRevision, revision);
    }

    // Interrupt pins to the PIIX4's wires A to D (manual, table "PCI interrupts").
    private static int RouteInterrupt(int slot, int pin) => slot switch
    {
        SouthBridgeSlot => 3,
        11 => 1,
        12 => 2,
        >= 18 and <= 21 => slot - 18 + pin & 3,
        _ => pin,
    };
}

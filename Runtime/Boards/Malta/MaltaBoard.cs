using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Memory;
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
    private const long IsaUartBaud = 115_200, CbusUartBaud = 230_400;

    private readonly ByteOrder _order;
    private readonly CfiFlash _flash;
    private readonly Rom _rom;

    /// <summary>Builds the board. Its devices drive the processor's pins 2 (the 8259s) and 4 (the CBUS serial port).</summary>
    public MaltaBoard(BoardConnections connections) : base(connections)
    {
        (Clock clock, _, Action<int, bool> setInterruptPin, DateTime rtcStart, ByteOrder order) = connections;
        (_order, _flash, _rom) = (order, new CfiFlash(RomBytes, order), new Rom(RomBytes, order));
        var ports = new AddressSpace("pci-io", unmapped: uint.MaxValue);
        var pciMemory = new AddressSpace("pci-memory", unmapped: 0);

        // Interrupts: sixteen ISA lines into two 8259s, whose output is the processor's pin 2.
        var pics = new I8259Pair(new InterruptLine(level => setInterruptPin(Pic8259Pin, level)));
        InterruptLine[] irq = pics.Lines;

        // The south bridge, slot 10.
        var isa = new Piix4IsaBridge(irq, RequestReset);
        var ide = new Piix4Ide(ports);
        var uhci = new Piix4Uhci(clock, ports);
        var power = new Piix4Power(clock, ports, RequestPowerOff);
        var bus = new PciBus(RouteInterrupt, isa.SetWire);
        bus.Attach(0, 0, Gt64120.HostBridge());
        bus.Attach(10, 0, isa.Function);
        bus.Attach(10, 1, ide.Function);
        bus.Attach(10, 2, uhci.Function);
        bus.Attach(10, 3, power.Function);

        // What the south bridge and the super-I/O put on ISA. The last mapped is found first, so the busiest come last.
        var firstDma = new Dma8237("dma-0", spacing: 1);
        var secondDma = new Dma8237("dma-1", spacing: 2);
        RegisterBank dmaPages = Dma8237.PageRegisters();
        var pit = new I8254(clock, irq[0]);
        var keyboard = new I8042(irq[1], irq[12], RequestReset);
        var rtc = new Mc146818(clock, irq[8], rtcStart);
        var serial0 = new Uart16550(clock, "serial-0", irq[4], IsaUartBaud);
        var serial1 = new Uart16550(clock, "serial-1", irq[3], IsaUartBaud);
        ports.Map("dma-0", 0x000, 0x10, firstDma.Ports);
        ports.Map("dma-page", 0x080, 0x10, dmaPages);
        ports.Map("dma-1", 0x0c0, 0x20, secondDma.Ports);
        ports.Map("ide-0", 0x1f0, 8, Piix4Ide.EmptyChannel(8));
        ports.Map("ide-0-control", 0x3f6, 1, Piix4Ide.EmptyChannel(1));
        ports.Map("ide-1", 0x170, 8, Piix4Ide.EmptyChannel(8));
        ports.Map("ide-1-control", 0x376, 1, Piix4Ide.EmptyChannel(1));
        ports.Map("apm", 0x0b2, 2, power.AdvancedPower);
        ports.Map("piix4-gpe", 0xafe0, 4, power.GeneralPurposeEvents);
        ports.Map("reset-control", 0xcf9, 1, isa.ResetControl);
        ports.Map("i8042-data", 0x060, 1, keyboard.Data);
        ports.Map("i8042-command", 0x064, 1, keyboard.Command);
        ports.Map("speaker", 0x061, 1, pit.SpeakerPort);
        ports.Map("pit", 0x040, 4, pit);
        ports.Map("elcr-0", 0x4d0, 1, pics.Master.EdgeLevel);
        ports.Map("elcr-1", 0x4d1, 1, pics.Slave.EdgeLevel);
        ports.Map("pic-0", 0x020, 2, pics.Master);
        ports.Map("pic-1", 0x0a0, 2, pics.Slave);
        ports.Map("serial-1", 0x2f8, 8, serial1);
        ports.Map("serial-0", 0x3f8, 8, serial0);
        ports.Map("rtc", 0x070, 2, rtc);

        // The processor's bus: flash, boot ROM, the CBUS, and the north bridge with its windows into PCI.
        Fpga = new MaltaFpga(RequestReset, order);
        var cbusInterrupt = new InterruptLine(level => setInterruptPin(CbusUartPin, level));
        var cbusSerial = new Uart16550(clock, "serial-2", cbusInterrupt, CbusUartBaud);
        PhysicalBus.Map("flash", 0x1e00_0000, RomBytes, _flash);
        PhysicalBus.Map("malta-fpga", 0x1f00_0000, 0x1000, Fpga);
        PhysicalBus.Map("serial-2", 0x1f00_0900, 0x40, new SpacedRegisters(cbusSerial, 8));
        PhysicalBus.Map("boot-rom", 0x1fc0_0000, RomBytes, _rom);
        var northBridge = new Gt64120(PhysicalBus, ports, pciMemory, bus, pics.Acknowledge, order);
        SerialPorts = [serial0, serial1, cbusSerial];
        LoadRom([]);

        Parts =
        [
            ("pci ports", ports), ("pci memory", pciMemory), ("pci", bus), ("pic", pics), ("flash", _flash), ("boot rom", _rom),
            ("fpga", Fpga), ("north bridge", northBridge), ("isa bridge", isa), ("ide", ide), ("uhci", uhci), ("power", power),
            ("dma-0", firstDma), ("dma-1", secondDma), ("dma pages", dmaPages), ("pit", pit), ("keyboard", keyboard), ("rtc", rtc),
            ("serial-0", serial0), ("serial-1", serial1), ("serial-2", cbusSerial), ("serial-2 interrupt", cbusInterrupt),
        ];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<(string Name, IHasState Part)> Parts { get; }

    /// <summary>ISA ports 0x3f8 and 0x2f8 (ttyS0, ttyS1) and the CBUS port (ttyS2).</summary>
    public override IReadOnlyList<Uart16550> SerialPorts { get; }

    /// <summary>The board's switches, LEDs and display.</summary>
    public MaltaFpga Fpga { get; }

    /// <summary>The boot ROM at physical 0x1fc00000: 4 MB.</summary>
    public override ReadOnlyMemory<byte> BootRom => _rom.Contents;

    /// <inheritdoc/>
    public override void LoadRom(ReadOnlySpan<byte> image)
    {
        _flash.Load(0, image);
        _rom.Program(0, image);
        // The revision register shows through the ROM: core card 1 is CoreLV, whose system controller is a GT-64120.
        Span<byte> revision = stackalloc byte[sizeof(uint)];
        _order.WriteWord(revision, CoreLvRevision);
        _rom.Program(RomRevision, revision);
    }

    // Interrupt pins to the PIIX4's wires A to D (manual, table "PCI interrupts").
    private static int RouteInterrupt(int slot, int pin) => slot switch
    {
        10 => 3,
        11 => 1,
        12 => 2,
        >= 18 and <= 21 => slot - 18 + pin & 3,
        _ => pin,
    };
}

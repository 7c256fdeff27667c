using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Boards.Malta;

/// <summary>
/// The PIIX4 and what it and the super-I/O put on the port space: the ISA half of the schematic (Malta User's Manual,
/// MD00048).
/// </summary>
internal sealed class SouthBridge
{
    private const long UartBaud = 115_200;

    private readonly I8259Pair _pics;
    private readonly Piix4IsaBridge _isa;

    /// <summary>Builds it and maps its ports.</summary>
    /// <param name="connections">What the board is connected to.</param>
    /// <param name="ports">The port space.</param>
    /// <param name="interrupt">What the 8259s drive.</param>
    /// <param name="reset">Called when the guest resets the machine.</param>
    /// <param name="powerOff">Called when the guest switches the power off.</param>
    public SouthBridge(
        BoardConnections connections, AddressSpace ports, InterruptLine interrupt, Action reset, Action powerOff)
    {
        Clock clock = connections.Clock;
        // Interrupts: sixteen ISA lines into two 8259s.
        _pics = new I8259Pair(interrupt);
        InterruptLine[] irq = _pics.Lines;

        _isa = new Piix4IsaBridge(irq, reset);
        var ide = new Piix4Ide(
            (clock, connections.LivesInHostTime), ports, connections.Memory, connections.Drives, irq[14], irq[15]);
        var uhci = new Piix4Uhci(clock, ports);
        var power = new Piix4Power(clock, ports, powerOff);
        Functions = [_isa.Function, ide.Function, uhci.Function, power.Function];

        var firstDma = new Dma8237("dma-0", spacing: 1);
        var secondDma = new Dma8237("dma-1", spacing: 2);
        RegisterBank dmaPages = Dma8237.PageRegisters();
        var pit = new I8254(clock, irq[0]);
        var keyboard = new I8042(irq[1], irq[12], reset);
        var rtc = new Mc146818(clock, irq[8], connections.Start);
        var serial0 = new Uart16550(clock, "serial-0", irq[4], UartBaud);
        var serial1 = new Uart16550(clock, "serial-1", irq[3], UartBaud);
        SerialPorts = [serial0, serial1];

        // The last mapped is found first, so the busiest come last.
        ports.Map("dma-0", 0x000, 0x10, firstDma.Ports);
        ports.Map("dma-page", 0x080, 0x10, dmaPages);
        ports.Map("dma-1", 0x0c0, 0x20, secondDma.Ports);
        ports.Map("ide-0", 0x1f0, 8, ide.CommandPorts(0));
        ports.Map("ide-0-control", 0x3f6, 1, ide.ControlPort(0));
        ports.Map("ide-1", 0x170, 8, ide.CommandPorts(1));
        ports.Map("ide-1-control", 0x376, 1, ide.ControlPort(1));
        ports.Map("apm", 0x0b2, 2, power.AdvancedPower);
        ports.Map("piix4-gpe", 0xafe0, 4, power.GeneralPurposeEvents);
        ports.Map("reset-control", 0xcf9, 1, _isa.ResetControl);
        ports.Map("i8042-data", 0x060, 1, keyboard.Data);
        ports.Map("i8042-command", 0x064, 1, keyboard.Command);
        ports.Map("speaker", 0x061, 1, pit.SpeakerPort);
        ports.Map("pit", 0x040, 4, pit);
        ports.Map("elcr-0", 0x4d0, 1, _pics.Master.EdgeLevel);
        ports.Map("elcr-1", 0x4d1, 1, _pics.Slave.EdgeLevel);
        ports.Map("pic-0", 0x020, 2, _pics.Master);
        ports.Map("pic-1", 0x0a0, 2, _pics.Slave);
        ports.Map("serial-1", 0x2f8, 8, serial1);
        ports.Map("serial-0", 0x3f8, 8, serial0);
        ports.Map("rtc", 0x070, 2, rtc);

        Parts =
        [
            ("pic", _pics), ("isa bridge", _isa), ("ide", ide), ("uhci", uhci), ("power", power),
            ("dma-0", firstDma), ("dma-1", secondDma), ("dma pages", dmaPages), ("pit", pit), ("keyboard", keyboard),
            ("rtc", rtc), ("serial-0", serial0), ("serial-1", serial1),
        ];
    }

    /// <summary>Its functions on the PCI bus, from function 0 on: ISA bridge, IDE, USB, power management.</summary>
    public IReadOnlyList<PciFunction> Functions { get; }

    /// <summary>ISA ports 0x3f8 and 0x2f8.</summary>
    public IReadOnlyList<Uart16550> SerialPorts { get; }

    /// <summary>All in it that holds something.</summary>
    public IReadOnlyList<(string Name, IHasState Part)> Parts { get; }

    /// <summary>Drives one of the wires that PCI interrupts arrive on.</summary>
    public void SetWire(int wire, bool level) => _isa.SetWire(wire, level);

    /// <summary>The vector of the interrupt that the 8259s ask for, which they take as acknowledged.</summary>
    public uint AcknowledgeInterrupt() => _pics.Acknowledge();
}

using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// Function 0 of the Intel PIIX4 (82371AB §4): the PCI-to-ISA bridge, with the routing of the PCI interrupts to the
/// interrupt controllers and the reset control port.
/// </summary>
public sealed class Piix4IsaBridge : IHasState
{
    private const int Wires = 4;
    private const uint ResetCpu = 0x04;

    private readonly InterruptLine[] _lines;
    private readonly Register[] _routes = new Register[Wires];
    private readonly int[] _asserted = new int[Wires];
    private uint _driven;

    /// <summary>Creates the bridge.</summary>
    /// <param name="lines">The sixteen inputs of the interrupt controllers.</param>
    /// <param name="reset">Pulls the board's reset.</param>
    public Piix4IsaBridge(InterruptLine[] lines, Action reset)
    {
        _lines = lines;
        Function = new PciFunction("piix4-isa", new(0x8086, 0x7110, 0x060100), status: 0x0200, multifunction: true);
        RegisterBank configuration = Function.Configuration;
        configuration.Add(0x4c, "IORT", reset: 0x4d);
        configuration.Add(0x4e, "XBCS", 2, reset: 0x0003);
        // What the board's firmware leaves in the route registers: A and B on IRQ 10, C and D on IRQ 11.
        ReadOnlySpan<uint> routes = [10, 10, 11, 11];
        for (int i = 0; i < Wires; i++)
        {
            _routes[i] =
                configuration.Add(0x60 + i, "PIRQRC" + (char)('A' + i), reset: routes[i], written: _ => Route());
        }
        configuration.Add(0x69, "TOM", reset: 0x02);
        configuration.Add(0x70, "MSTAT", reset: 0x80);
        configuration.Add(0x76, "MBDMA0", reset: 0x0c);
        configuration.Add(0x77, "MBDMA1", reset: 0x0c);
        configuration.Add(0x78, "PCSC", reset: 0x02);
        configuration.Add(0xa0, "SMICNTL", reset: 0x08);
        configuration.Add(0xa8, "CTLTMR", reset: 0x0f);
        ResetControl = new RegisterBank("reset-control", 1);
        ResetControl.Add(0, "RCR", mask: 0x06, written: value =>
        {
            if ((value & ResetCpu) != 0)
                reset();
        });
    }

    /// <summary>The function's configuration space.</summary>
    public PciFunction Function { get; }

    /// <summary>Port 0xcf9 (§4.2.6.1).</summary>
    public RegisterBank ResetControl { get; }

    /// <summary>One more, or one fewer, function pulls PCI interrupt wire 0 to 3.</summary>
    public void SetWire(int wire, bool level)
    {
        _asserted[wire] += level ? 1 : -1;
        Route();
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("reset control", ResetControl);
        walk.Array<int>("asserted", _asserted);
        walk.Value("driven", ref _driven);
    }

    // A controller input is up while any wire routed to it is (§4.1.10); routes of 0x80 and more are off.
    private void Route()
    {
        uint wanted = 0;
        for (int i = 0; i < Wires; i++)
        {
            if (_asserted[i] > 0 && _routes[i].Value < 16)
                wanted |= 1u << (int)_routes[i].Value;
        }
        uint changed = wanted ^ _driven;
        _driven = wanted;
        for (int irq = 0; irq < _lines.Length; irq++)
        {
            if ((changed >> irq & 1) != 0)
                _lines[irq].Set((wanted >> irq & 1) != 0);
        }
    }
}

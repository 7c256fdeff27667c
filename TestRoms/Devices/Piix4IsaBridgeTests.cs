using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Xunit;

namespace Dbt.TestRoms.Devices;

public sealed class Piix4IsaBridgeTests
{
    private readonly bool[] _irq = new bool[16];
    private readonly Piix4IsaBridge _bridge;

    public Piix4IsaBridgeTests()
    {
        var lines = new InterruptLine[16];
        for (int i = 0; i < lines.Length; i++)
        {
            int line = i;
            lines[i] = new InterruptLine(level => _irq[line] = level);
        }
        _bridge = new Piix4IsaBridge(lines, () => { });
    }

    [Fact]
    public void Two_wires_on_one_interrupt_are_ored()
    {
        _bridge.SetWire(0, true);
        _bridge.SetWire(1, true);
        Assert.True(_irq[10]);
        _bridge.SetWire(0, false);
        Assert.True(_irq[10]);
        _bridge.SetWire(1, false);
        Assert.False(_irq[10]);
    }

    [Fact]
    public void Two_functions_may_pull_one_wire()
    {
        _bridge.SetWire(3, true);
        _bridge.SetWire(3, true);
        _bridge.SetWire(3, false);
        Assert.True(_irq[11]);
    }

    [Fact]
    public void A_new_route_takes_the_request_along_and_0x80_switches_it_off()
    {
        _bridge.SetWire(2, true);
        Assert.True(_irq[11]);
        _bridge.Function.Configuration.Write(0x62, 1, 5);
        Assert.False(_irq[11]);
        Assert.True(_irq[5]);
        _bridge.Function.Configuration.Write(0x62, 1, 0x80);
        Assert.False(_irq[5]);
    }
}

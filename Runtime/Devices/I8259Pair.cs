using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>The PC's sixteen interrupts: a slave 8259A on pin 2 of a master.</summary>
public sealed class I8259Pair : IHasState
{
    private const int Cascade = 2, Spurious = 7;

    /// <summary>Creates the pair.</summary>
    /// <param name="output">The master's INT pin.</param>
    public I8259Pair(InterruptLine output)
    {
        // The timer, the keyboard and the cascade, the clock and the coprocessor are edges always.
        Master = new I8259("pic-master", output, levelCapable: 0xf8, cascadePin: Cascade);
        Slave = new I8259("pic-slave", new InterruptLine(level => Master.SetPin(Cascade, level)), levelCapable: 0xde);
        for (int i = 0; i < Lines.Length; i++)
        {
            int line = i;
            Lines[i] = new InterruptLine(level => (line < 8 ? Master : Slave).SetPin(line & 7, level));
        }
    }

    /// <summary>The controller at port 0x20.</summary>
    public I8259 Master { get; }

    /// <summary>The controller at port 0xa0.</summary>
    public I8259 Slave { get; }

    /// <summary>IRQ 0 to 15. IRQ 2 is the cascade and takes no device.</summary>
    public InterruptLine[] Lines { get; } = new InterruptLine[16];

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("master", Master);
        walk.Part("slave", Slave);
        for (int i = 0; i < Lines.Length; i++)
            walk.Part($"line {i}", Lines[i]);
    }

    /// <summary>An interrupt acknowledge cycle: the vector of the interrupt that is served from now on.</summary>
    public uint Acknowledge()
    {
        int pin = Master.Highest();
        if (pin < 0)
            return Master.VectorBase + Spurious;
        if (pin != Cascade)
        {
            Master.Acknowledge(pin);
            return Master.VectorBase + (uint)pin;
        }
        int slavePin = Slave.Highest();
        if (slavePin >= 0)
            Slave.Acknowledge(slavePin);
        Master.Acknowledge(Cascade);
        return Slave.VectorBase + (uint)(slavePin >= 0 ? slavePin : Spurious);
    }
}

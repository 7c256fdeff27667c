using Dbt.Runtime.Bus;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// Function 2 of the PIIX4 (82371AB §6): a UHCI USB controller with two empty ports. It keeps the frame number while
/// it runs; schedules are not executed, since there is nothing to talk to.
/// </summary>
public sealed class Piix4Uhci : IHasState
{
    private const uint Run = 0x01, HostReset = 0x02, GlobalReset = 0x04;
    private const uint Halted = 0x20, StatusFlags = 0x1f;
    private const uint PortAlwaysOne = 0x80, PortMask = 0x1244, PortChanges = 0x0a;
    private const long FrameNanoseconds = 1_000_000;

    private readonly Clock _clock;
    private readonly RegisterBank _registers = new("piix4-uhci", 32);
    private readonly Register _command, _status, _frame;
    private long _runningSince = -1;

    /// <summary>Creates the controller.</summary>
    /// <param name="clock">The machine's time.</param>
    /// <param name="ports">The port space its registers are mapped into.</param>
    public Piix4Uhci(Clock clock, AddressSpace ports)
    {
        _clock = clock;
        _command = _registers.Add(0x00, "USBCMD", 2, mask: 0xff, written: Control);
        _status = _registers.Add(0x02, "USBSTS", 2, reset: Halted, mask: 0, clearMask: StatusFlags);
        _registers.Add(0x04, "USBINTR", 2, mask: 0x0f);
        _frame = _registers.Add(0x06, "FRNUM", 2, mask: 0x7ff, read: Frame);
        _registers.Add(0x08, "FLBASEADD", 4, mask: 0xffff_f000);
        _registers.Add(0x0c, "SOFMOD", reset: 0x40);
        _registers.Add(0x10, "PORTSC1", 2, PortAlwaysOne, PortMask, PortChanges);
        _registers.Add(0x12, "PORTSC2", 2, PortAlwaysOne, PortMask, PortChanges);
        // QEMU's controller has two ports and reads as all ones where a third would be.
        for (int i = 0x14; i < 0x20; i++)
            _registers.Add(i, $"NO PORT {i:x}", reset: 0xff, mask: 0);

        Function = new PciFunction("piix4-uhci", new(0x8086, 0x7112, 0x0c0300, 0x01), interruptPin: 4);
        Function.Configuration.Add(0x60, "SBRNUM", reset: 0x10);
        Function.Configuration.Add(0x6a, "MSCSUP", reset: 0x01);
        Function.AddPorts(4, 32, ports, _registers);
    }

    /// <summary>The function's configuration space.</summary>
    public PciFunction Function { get; }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _registers);
        walk.Value("running since", ref _runningSince);
    }

    private void Control(uint value)
    {
        if ((value & (HostReset | GlobalReset)) != 0)
        {
            _registers.Reset();
            _runningSince = -1;
            _command.Value = value & GlobalReset;
            return;
        }
        bool run = (value & Run) != 0;
        if (run && _runningSince < 0)
        {
            _runningSince = _clock.Now;
        }
        else if (!run && _runningSince >= 0)
        {
            _frame.Value = Frame();
            _runningSince = -1;
        }
        _status.Set(Halted, !run);
    }

    // One frame a millisecond while the schedule runs (§6.1.4).
    private uint Frame()
    {
        long frames = _runningSince < 0 ? 0 : (_clock.Now - _runningSince) / FrameNanoseconds;
        return (uint)(_frame.Value + frames) & 0x7ff;
    }
}

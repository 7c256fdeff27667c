using Dbt.Runtime.Bus;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// Function 3 of the PIIX4 (82371AB §7): power management, the 3.58 MHz timer and the SMBus host. Writing SLP_EN with a
/// sleep type of 0 switches the power off.
/// </summary>
public sealed class Piix4Power : IHasState
{
    private const long TimerFrequency = 3_579_545;
    private const uint TimerOverflow = 0x0001, EnableMask = 0x0521, ControlMask = 0x1c03;
    private const uint SleepEnable = 0x2000, SleepTypes = 0x1c00;
    private const uint SmbusStart = 0x40, SmbusDeviceError = 0x04;

    private readonly Clock _clock;
    private readonly RegisterBank _power = new("piix4-pm", 64);
    private readonly RegisterBank _smbus = new("piix4-smbus", 64);
    private readonly Register _status, _smbusStatus;
    private readonly AddressSpace.Window _powerWindow, _smbusWindow;
    private readonly Register _powerBase, _powerEnable, _smbusBase, _smbusEnable;
    private readonly Action _powerOff;

    // Bit 23 of the timer has toggled once already when the machine starts, as on QEMU.
    private long _nextOverflow;

    /// <summary>Creates the function.</summary>
    /// <param name="clock">The machine's time.</param>
    /// <param name="ports">The port space its registers are mapped into.</param>
    /// <param name="powerOff">Switches the power off.</param>
    public Piix4Power(Clock clock, AddressSpace ports, Action powerOff)
    {
        _clock = clock;
        _powerOff = powerOff;
        _status = _power.Add(0x00, "PMSTS", 2, read: () => HasOverflowed ? TimerOverflow : 0, written: ClearStatus);
        _power.Add(0x02, "PMEN", 2, mask: EnableMask);
        _power.Add(0x04, "PMCNTRL", 2, mask: ControlMask | SleepEnable, written: Control);
        _power.Add(0x08, "PMTMR", 4, mask: 0, read: () => (uint)Ticks & 0xff_ffff);
        GeneralPurposeEvents = new RegisterBank("piix4-gpe", 4);
        GeneralPurposeEvents.Add(0, "GPSTS", 2, mask: 0, clearMask: 0xffff);
        GeneralPurposeEvents.Add(2, "GPEN", 2);

        AdvancedPower = new RegisterBank("apm", 2);
        AdvancedPower.Add(0, "APMC");
        AdvancedPower.Add(1, "APMS");

        _smbusStatus = _smbus.Add(0, "SMBHSTSTS", mask: 0, clearMask: 0x1e);
        _smbus.Add(1, "SMBSLVSTS", mask: 0, clearMask: 0x3c);
        _smbus.Add(2, "SMBHSTCNT", mask: 0x1f | SmbusStart, written: StartTransfer);
        _smbus.Add(3, "SMBHSTCMD");
        _smbus.Add(4, "SMBHSTADD");
        _smbus.Add(5, "SMBHSTDAT0");
        _smbus.Add(6, "SMBHSTDAT1");
        _smbus.Add(7, "SMBBLKDAT");

        Function = new PciFunction("piix4-pm", new(0x8086, 0x7113, 0x068000, 0x03), status: 0x0280, interruptPin: 1);
        RegisterBank configuration = Function.Configuration;
        _powerBase = configuration.Add(0x40, "PMBA", 4, reset: 1, written: _ => Place());
        // Device resources as QEMU sets them: which ports wake the chip.
        configuration.Add(0x5b, "DEVACTB", reset: 0x02);
        configuration.Add(0x5f, "DEVRESA", reset: 0x90);
        configuration.Add(0x63, "DEVRESB", reset: 0x60);
        configuration.Add(0x67, "DEVRESC", reset: 0x98);
        _powerEnable = configuration.Add(0x80, "PMREGMISC", reset: 0, mask: 0x01, written: _ => Place());
        _smbusBase = configuration.Add(0x90, "SMBBA", 4, reset: 0x1101, written: _ => Place());
        _smbusEnable = configuration.Add(0xd2, "SMBHSTCFG", reset: 0x09, written: _ => Place());

        _powerWindow = ports.Map("piix4-pm", 0, 0, _power);
        _smbusWindow = ports.Map("piix4-smbus", 0, 0, _smbus);
        Place();
    }

    /// <summary>The function's configuration space.</summary>
    public PciFunction Function { get; }

    /// <summary>The general purpose events, at port 0xafe0 on QEMU's board.</summary>
    public RegisterBank GeneralPurposeEvents { get; }

    /// <summary>Ports 0xb2 and 0xb3, through which a PC talks to its firmware; here they only remember.</summary>
    public RegisterBank AdvancedPower { get; }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("power", _power);
        walk.Part("smbus", _smbus);
        walk.Part("general purpose events", GeneralPurposeEvents);
        walk.Part("advanced power", AdvancedPower);
        walk.Value("next overflow", ref _nextOverflow);
    }

    private long Ticks => (long)((Int128)_clock.Now * TimerFrequency / 1_000_000_000);

    private void Place()
    {
        _powerWindow.Start = _powerBase.Value & 0xffc0;
        _powerWindow.Length = (_powerEnable.Value & 1) != 0 ? 64ul : 0;
        _smbusWindow.Start = _smbusBase.Value & 0xfff0;
        _smbusWindow.Length = (_smbusEnable.Value & 1) != 0 ? 64ul : 0;
    }

    // The only flag of PMSTS that anything here sets.
    private bool HasOverflowed => Ticks >= _nextOverflow;

    private void ClearStatus(uint flags)
    {
        _status.Value = 0;
        if ((flags & TimerOverflow) != 0 && HasOverflowed)
            _nextOverflow = (Ticks + 0x80_0000) & ~0x7f_ffffL;
    }

    private void Control(uint value)
    {
        if ((value & SleepEnable) != 0 && (value & SleepTypes) == 0)
            _powerOff();
    }

    // Nobody on the bus acknowledges an address.
    private void StartTransfer(uint value)
    {
        if ((value & SmbusStart) != 0)
            _smbusStatus.Set(SmbusDeviceError);
    }
}

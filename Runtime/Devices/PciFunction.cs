using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// One function on a PCI bus: its 256 bytes of configuration space (PCI 2.1, chapter 6) and the windows its base
/// address registers open. The header is as this constructor says; bytes from 0x40 on are plain memory until declared.
/// </summary>
public sealed class PciFunction : IHasState
{
    private const uint IoEnable = 1, MemoryEnable = 2, MasterEnable = 4;

    // I/O, memory, bus master, SERR and INTx disable can be changed.
    private const uint CommandMask = 0x0507;
    private const uint StatusErrors = 0xf900;

    // The identity QEMU gives every device that has none of its own.
    private const uint SubsystemOfQemu = 0x11001af4;

    private readonly Register _command;
    private readonly List<Action> _bars = [];

    /// <summary>Creates a function.</summary>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="identity">What a driver knows it by.</param>
    /// <param name="status">Status register after reset.</param>
    /// <param name="interruptPin">0 for none, 1 to 4 for INTA to INTD.</param>
    /// <param name="multifunction">Whether the device has further functions.</param>
    public PciFunction(
        string name, PciIdentity identity, uint status = 0, uint interruptPin = 0, bool multifunction = false)
    {
        InterruptPin = interruptPin;
        Configuration = new RegisterBank(name, 256);
        Configuration.Add(0x00, "VENDOR/DEVICE", 4, identity.Device << 16 | identity.Vendor, mask: 0);
        _command = Configuration.Add(0x04, "COMMAND", 2, mask: CommandMask, written: _ => MoveBars());
        Configuration.Add(0x06, "STATUS", 2, status, mask: 0, clearMask: StatusErrors);
        Configuration.Add(0x08, "CLASS/REVISION", 4, identity.ClassCode << 8 | identity.Revision, mask: 0);
        Configuration.Add(0x0c, "CACHE LINE SIZE");
        Configuration.Add(0x0e, "HEADER TYPE", reset: multifunction ? 0x80u : 0, mask: 0);
        Configuration.Add(0x2c, "SUBSYSTEM", 4, SubsystemOfQemu, mask: 0);
        Configuration.Add(0x3c, "INTERRUPT LINE");
        Configuration.Add(0x3d, "INTERRUPT PIN", reset: interruptPin, mask: 0);
        for (int i = 0x40; i < 0x100; i++)
            Configuration.Add(i, "BYTE" + i);
    }

    /// <summary>The configuration space. Declaring a register again replaces what was there.</summary>
    public RegisterBank Configuration { get; }

    /// <summary>0 for none, 1 to 4 for INTA to INTD.</summary>
    public uint InterruptPin { get; }

    /// <summary>Whether the guest lets it read and write memory by itself.</summary>
    public bool IsMaster => _command.Has(MasterEnable);

    /// <summary>The interrupt wire, connected when the function is put on a bus.</summary>
    public InterruptLine? Interrupt { get; internal set; }

    /// <summary>Declares base address register <paramref name="index"/> as a window of I/O ports.</summary>
    /// <param name="index">0 to 5.</param>
    /// <param name="bytes">Size, a power of two.</param>
    /// <param name="ports">The port space of the bus.</param>
    /// <param name="target">Who answers in the window.</param>
    public void AddPorts(int index, uint bytes, AddressSpace ports, IBusTarget target)
    {
        AddressSpace.Window window = ports.Map(Configuration.Name, 0, 0, target);
        Register bar = Configuration.Add(
            0x10 + 4 * index, "BAR" + index, 4, reset: 1, mask: ~(bytes - 1), written: _ => MoveBars());
        // While a driver sizes the register the address is nonsense: a port space has 64 KB.
        _bars.Add(() => Move(window, IoEnable, bar.Value & ~(bytes - 1), bytes, 0x10000));
    }

    /// <summary>Declares base address register <paramref name="index"/> as a window of memory.</summary>
    /// <param name="index">0 to 5.</param>
    /// <param name="bytes">Size, a power of two.</param>
    /// <param name="memory">The memory space of the bus.</param>
    /// <param name="target">Who answers in the window.</param>
    public void AddMemory(int index, uint bytes, AddressSpace memory, IBusTarget target)
    {
        AddressSpace.Window window = memory.Map(Configuration.Name, 0, 0, target);
        Register bar = Configuration.Add(
            0x10 + 4 * index, "BAR" + index, 4, mask: ~(bytes - 1), written: _ => MoveBars());
        _bars.Add(() => Move(window, MemoryEnable, bar.Value, bytes, uint.MaxValue));
    }

    /// <inheritdoc/>
    /// <remarks>Where its windows are, the spaces say.</remarks>
    public void Walk(StateWalk walk)
    {
        walk.Part("configuration", Configuration);
        if (Interrupt is not null)
            walk.Part("interrupt", Interrupt);
    }

    private void MoveBars()
    {
        foreach (Action bar in _bars)
            bar();
    }

    private void Move(AddressSpace.Window window, uint enable, uint address, uint bytes, uint end)
    {
        bool open = _command.Has(enable) && address != 0 && address <= end - bytes;
        window.Start = open ? address : 0;
        window.Length = open ? bytes : 0;
    }
}

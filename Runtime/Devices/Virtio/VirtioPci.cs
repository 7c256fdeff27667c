using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A virtio device as a function on a PCI bus (Virtio 1.2, 4.1), a transitional one: ports for legacy drivers, and
/// registers in memory, which capabilities lead to, for all others. It has one interrupt pin and no MSI-X.
/// </summary>
public sealed class VirtioPci : IBusTarget, IHasState
{
    private const uint Vendor = 0x1af4, HasCapabilities = 0x0010;
    private const int MemoryBar = 4, SmallCapability = 16, LargeCapability = 20;
    private const byte VendorSpecific = 0x09;
    private const int FirstCapability = 0x40, WindowCapability = 0x84;

    // The registers in memory: each structure on a page of its own.
    private const uint MemoryBytes = 0x4000, PageBytes = 0x1000, PortBytes = 0x80;
    private const int CommonPage = 0, CausePage = 1, DevicePage = 2, NotifyPage = 3, NotifyStep = 4;

    private readonly VirtioDevice _device;
    private readonly VirtioRegisters _common;
    private readonly VirtioPorts _ports;
    private readonly Register _windowBar, _windowOffset, _windowLength;

    /// <summary>Creates the function.</summary>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="device">The device.</param>
    /// <param name="bus">The port space and the memory space of its bus.</param>
    /// <param name="ram">What it reads and writes by itself.</param>
    /// <param name="order">The processor's byte order, which legacy drivers write in.</param>
    /// <param name="multifunction">Whether there are further functions in its slot.</param>
    public VirtioPci(
        string name, VirtioDevice device, (AddressSpace Ports, AddressSpace Memory) bus, IBusMemory ram,
        ByteOrder order, bool multifunction = false)
    {
        _device = device;
        Function = new PciFunction(
            name, new(Vendor, device.Type.TransitionalId, device.Type.ClassCode), HasCapabilities, interruptPin: 1,
            multifunction);
        Function.Configuration.Add(0x2c, "SUBSYSTEM", 4, device.Type.Number << 16 | Vendor, mask: 0);
        Function.Configuration.Add(0x34, "CAPABILITIES", reset: FirstCapability, mask: 0);
        AddCapability(0x40, 0x50, 1, CommonPage, SmallCapability);
        AddCapability(0x50, 0x60, 3, CausePage, SmallCapability);
        AddCapability(0x60, 0x70, 4, DevicePage, SmallCapability);
        AddCapability(0x70, WindowCapability, 2, NotifyPage, LargeCapability);
        Function.Configuration.Add(0x80, "NOTIFY STEP", 4, NotifyStep, mask: 0);
        AddCapability(WindowCapability, 0, 5, CommonPage, LargeCapability);
        _windowBar = Function.Configuration.Add(WindowCapability + 4, "WINDOW BAR");
        _windowOffset = Function.Configuration.Add(WindowCapability + 8, "WINDOW OFFSET", 4);
        _windowLength = Function.Configuration.Add(WindowCapability + 12, "WINDOW LENGTH", 4);
        Function.Configuration.Add(
            WindowCapability + 16, "WINDOW DATA", 4, read: ReadWindow, written: WriteWindow);

        device.Connect(new PciMaster(Function, ram), order, level => Function.Interrupt?.Set(level));
        _common = new VirtioRegisters(name, device);
        _ports = new VirtioPorts(name, device, order);
        Function.AddPorts(0, PortBytes, bus.Ports, _ports);
        Function.AddMemory(MemoryBar, MemoryBytes, bus.Memory, this);
    }

    /// <summary>The function's configuration space.</summary>
    public PciFunction Function { get; }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes)
    {
        uint at = offset % PageBytes;
        return (offset / PageBytes) switch
        {
            CommonPage => _common.Read(at, bytes),
            CausePage => at == 0 ? _device.TakeCauses() : 0,
            DevicePage => ReadConfiguration(_device, at, bytes, ByteOrder.Little),
            _ => 0,
        };
    }

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        uint at = offset % PageBytes;
        switch (offset / PageBytes)
        {
            case CommonPage: _common.Write(at, bytes, value); break;
            case NotifyPage: _device.Notify((int)(at / NotifyStep)); break;
        }
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _common);
        walk.Part("ports", _ports);
        walk.Part("device", _device);
    }

    /// <summary>What some bytes of the device's own configuration are, as a number of PCI's.</summary>
    internal static uint ReadConfiguration(VirtioDevice device, uint offset, int bytes, ByteOrder order)
    {
        Span<byte> all = stackalloc byte[VirtioDevice.ConfigurationBytes];
        all.Clear();
        device.FillConfiguration(all, order);
        return offset + (uint)bytes <= all.Length
            ? (uint)ByteOrder.Little.Read(all.Slice((int)offset, bytes))
            : 0;
    }

    // 4.1.4: what it is, where the next is, how long it is; which structure, in which BAR, where, and how long that is.
    private void AddCapability(int at, uint next, uint kind, int page, uint bytes)
    {
        RegisterBank configuration = Function.Configuration;
        string name = $"CAPABILITY {kind}";
        configuration.Add(at, name, 4, kind << 24 | bytes << 16 | next << 8 | VendorSpecific, mask: 0);
        configuration.Add(at + 4, name + " BAR", 4, MemoryBar, mask: 0);
        configuration.Add(at + 8, name + " OFFSET", 4, (uint)page * PageBytes, mask: 0);
        configuration.Add(at + 12, name + " LENGTH", 4, PageBytes, mask: 0);
    }

    // 4.1.4.9: the registers through configuration space, for whoever has no memory space yet.
    private uint ReadWindow() => IsWindowOpen ? Read(_windowOffset.Value, (int)_windowLength.Value) : 0;

    private void WriteWindow(uint value)
    {
        if (IsWindowOpen)
            Write(_windowOffset.Value, (int)_windowLength.Value, value);
    }

    private bool IsWindowOpen => _windowBar.Value == MemoryBar && _windowLength.Value is 1 or 2 or 4
        && _windowOffset.Value < MemoryBytes && _windowOffset.Value % _windowLength.Value == 0;
}

using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The Galileo GT-64120 system controller: the bridge from the processor to PCI. Its register block and its windows
/// into PCI space move where the guest puts them. The memory controller, DMA engines and timers only remember. Its
/// registers are little-endian, as PCI is, unless the guest says that its processor is of the other order.
/// </summary>
public sealed class Gt64120 : IBusTarget, IHasState
{
    private const uint LittleEndianCpu = 0x1000;
    private const uint NoConfigurationSwap = 1;
    private const uint ConfigurationEnable = 0x8000_0000;
    private const uint ConfigurationData = 0xcfc;
    private const uint BlockBytes = 0x1000;

    // Registers QEMU's board gives a value at reset; writes are dropped where nothing behind them is built.
    // Data sheet tables "CPU Address Decode" to "PCI Internal".
    private static readonly (int Offset, string Name, uint Reset, uint Mask)[] s_plain =
    [
        (0x008, "SCS10LD", 0x00, 0), (0x010, "SCS10HD", 0x07, 0), (0x018, "SCS32LD", 0x08, 0),
        (0x020, "SCS32HD", 0x0f, 0), (0x028, "CS20LD", 0xe0, 0), (0x030, "CS20HD", 0x70, 0),
        (0x038, "CS3BOOTLD", 0xf8, 0), (0x040, "CS3BOOTHD", 0x7f, 0), (0x070, "CPUERR_ADDRLO", 0, 0),
        (0x078, "CPUERR_ADDRHI", 0, 0), (0x090, "PCI1IOLD", 0x100, 0x7fff), (0x098, "PCI1IOHD", 0x0f, 0x7f),
        (0x0a0, "PCI1M0LD", 0x110, 0x7fff), (0x0a8, "PCI1M0HD", 0x1f, 0x7f), (0x0b0, "PCI1M1LD", 0x120, 0x7fff),
        (0x0b8, "PCI1M1HD", 0x2f, 0x7f), (0x0c0, "PCI0SYNC", 0xc000_ffee, 0), (0x0c8, "PCI1SYNC", 0xc000_ffee, 0),
        (0x0d0, "SCS10AR", 0x00, 0), (0x0d8, "SCS32AR", 0x08, 0), (0x0e0, "CS20R", 0xe0, 0),
        (0x0e8, "CS3BOOTR", 0xf8, 0), (0x108, "PCI1IOREMAP", 0x100, 0x7ff), (0x110, "PCI1M0REMAP", 0x110, 0x7ff),
        (0x118, "PCI1M1REMAP", 0x120, 0x7ff), (0x120, "MULTI", 0x03, 0), (0x128, "CPUERR_DATALO", uint.MaxValue, 0),
        (0x130, "CPUERR_DATAHI", uint.MaxValue, 0), (0x138, "CPUERR_PARITY", 0xff, 0), (0x400, "SCS0LD", 0x00, ~0u),
        (0x404, "SCS0HD", 0x07, ~0u), (0x408, "SCS1LD", 0x08, ~0u), (0x40c, "SCS1HD", 0x0f, ~0u),
        (0x410, "SCS2LD", 0x10, ~0u), (0x414, "SCS2HD", 0x17, ~0u), (0x418, "SCS3LD", 0x18, ~0u),
        (0x41c, "SCS3HD", 0x1f, ~0u), (0x420, "CS0LD", 0xc0, ~0u), (0x424, "CS0HD", 0xc7, ~0u),
        (0x428, "CS1LD", 0xc8, ~0u), (0x42c, "CS1HD", 0xcf, ~0u), (0x430, "CS2LD", 0xd0, ~0u),
        (0x434, "CS2HD", 0xdf, ~0u), (0x438, "CS3LD", 0xf0, ~0u), (0x43c, "CS3HD", 0xfb, ~0u),
        (0x440, "BOOTLD", 0xfc, ~0u), (0x444, "BOOTHD", 0xff, ~0u), (0x470, "ADERR", uint.MaxValue, ~0u),
        (0x448, "SDRAM_CFG", 0x200, ~0u), (0x474, "SDRAM_OPMODE", 0, ~0u), (0x478, "SDRAM_BM", 7, ~0u),
        (0x47c, "SDRAM_ADDRDECODE", 2, ~0u), (0x44c, "SDRAM_B0", 5, ~0u), (0x450, "SDRAM_B1", 5, ~0u),
        (0x454, "SDRAM_B2", 5, ~0u), (0x458, "SDRAM_B3", 5, ~0u), (0x45c, "DEV_B0", 0x386f_ffff, 0),
        (0x460, "DEV_B1", 0x386f_ffff, 0), (0x464, "DEV_B2", 0x386f_ffff, 0), (0x468, "DEV_B3", 0x386f_ffff, 0),
        (0x46c, "DEV_BOOT", 0x146f_ffff, 0), (0x850, "TC0", uint.MaxValue, 0), (0x854, "TC1", 0xff_ffff, 0),
        (0x858, "TC2", 0xff_ffff, 0), (0x85c, "TC3", 0xff_ffff, 0), (0xc04, "PCI0_TOR", 0x70f, 0),
        (0xc08, "PCI0_BS_SCS10", 0xff_f000, 0), (0xc0c, "PCI0_BS_SCS32", 0xff_f000, 0),
        (0xc10, "PCI0_BS_CS20", 0x1ff_f000, 0), (0xc14, "PCI0_BS_CS3BT", 0xff_f000, 0),
        (0xc1c, "INTRMASK", 0, 0x3c3f_fffe), (0xc24, "PCI0_ICMASK", 0, 0x03ff_fffe),
        (0xc28, "PCI0_SERR0MASK", 0, 0x3f), (0xc3c, "PCI0_BARE", 0x0f, 0), (0xc40, "PCI0_PREFMBR", 0x40, 0),
        (0xc48, "PCI0_SCS10_BAR", 0, 0), (0xc4c, "PCI0_SCS32_BAR", 0x0100_0000, 0),
        (0xc50, "PCI0_CS20_BAR", 0x1c00_0000, 0), (0xc54, "PCI0_CS3BT_BAR", 0x1f00_0000, 0),
        (0xc58, "PCI0_SSCS10_BAR", 0, 0), (0xc5c, "PCI0_SSCS32_BAR", 0x0100_0000, 0),
        (0xc64, "PCI0_SCS3BT_BAR", 0x1f00_0000, 0), (0xc84, "PCI1_TOR", 0x70f, 0),
        (0xc88, "PCI1_BS_SCS10", 0xff_f000, 0), (0xc8c, "PCI1_BS_SCS32", 0xff_f000, 0),
        (0xc90, "PCI1_BS_CS20", 0x1ff_f000, 0), (0xc94, "PCI1_BS_CS3BT", 0xff_f000, 0), (0xcbc, "PCI1_BARE", 0x0f, 0),
        (0xcc0, "PCI1_PREFMBR", 0x40, 0),
    ];

    private readonly ByteOrder _order;
    private readonly PciBus _bus;
    private readonly RegisterBank _registers = new("gt64120", (int)BlockBytes);
    private readonly Register _cpu, _command, _configurationAddress;
    private readonly List<(string Name, PciWindow Window)> _windows = [];

    /// <summary>Creates the controller and maps it and its windows where they are at reset.</summary>
    /// <param name="physical">The processor's bus.</param>
    /// <param name="ports">PCI I/O space.</param>
    /// <param name="memory">PCI memory space.</param>
    /// <param name="bus">PCI bus 0.</param>
    /// <param name="acknowledge">An interrupt acknowledge cycle on PCI: answers with the vector.</param>
    /// <param name="order">The byte order strap of the processor.</param>
    public Gt64120(
        AddressSpace physical, AddressSpace ports, AddressSpace memory, PciBus bus, Func<uint> acknowledge,
        ByteOrder order)
    {
        bool littleEndian = order == ByteOrder.Little;
        _bus = bus;
        _order = order;
        foreach ((int offset, string name, uint reset, uint mask) in s_plain)
            _registers.Add(offset, name, 4, reset, mask);

        _cpu = _registers.Add(0x000, "CPU", 4, reset: littleEndian ? LittleEndianCpu : 0);
        uint command = littleEndian ? 0x0001_0001u : 0;
        _command = _registers.Add(0xc00, "PCI0_CMD", 4, command, mask: 0x0401_fc0f);
        _registers.Add(0xc80, "PCI1_CMD", 4, command, mask: 0x0401_fc0f);
        // Causes are cleared by writing zeros. Nothing here ever fails, so no cause is ever set.
        _registers.Add(0xc18, "INTRCAUSE", 4, mask: 0);
        _registers.Add(0xc34, "PCI0_IACK", 4, mask: 0, read: acknowledge);
        _configurationAddress = _registers.Add(0xcf8, "PCI0_CFGADDR", 4, mask: 0x80ff_fffc);
        _registers.Add((int)ConfigurationData, "PCI0_CFGDATA", 4, read: ReadConfiguration, written: WriteConfiguration);

        AddressSpace.Window block = physical.Map("gt64120", 0xa0 << 21, BlockBytes, this);
        _registers.Add(0x068, "ISD", 4, reset: 0xa0, mask: 0x7fff, written: value => block.Start = value << 21);

        // The I/O window shows ports from 0 whatever its remap register says: the board's bridge decodes the low bits
        // only.
        AddWindow(physical, "pci0-io", ports, 0x048, 0x050, 0x0f0, 0x80, 0x0f, remaps: false);
        AddWindow(physical, "pci0-memory-0", memory, 0x058, 0x060, 0x0f8, 0x90, 0x1f, remaps: true);
        AddWindow(physical, "pci0-memory-1", memory, 0x080, 0x088, 0x100, 0x790, 0x1f, remaps: true);
    }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes)
    {
        offset = Lane(offset, bytes, Swaps);
        uint value = bytes != 4 && offset >= ConfigurationData
            ? ReadConfigurationLanes(offset, bytes)
            : _registers.Read(offset, bytes);
        return Turn(Turn(value, bytes, Swaps), bytes, _order == ByteOrder.Big);
    }

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        offset = Lane(offset, bytes, Swaps);
        value = Turn(Turn(value, bytes, _order == ByteOrder.Big), bytes, Swaps);
        if (bytes != 4 && offset >= ConfigurationData)
            WriteConfigurationLanes(offset, bytes, value);
        else
            _registers.Write(offset, bytes, value);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _registers);
        foreach ((string name, PciWindow window) in _windows)
            walk.Part(name, window);
    }

    /// <summary>A number with its bytes the other way round.</summary>
    internal static uint Turn(uint value, int bytes, bool turns) =>
        turns ? BinaryPrimitives.ReverseEndianness(value) >> 8 * (sizeof(uint) - bytes) : value;

    // Where words are turned around, what is narrower lies at the word's other end.
    private static uint Lane(uint offset, int bytes, bool turns) =>
        turns ? offset ^ (uint)(sizeof(uint) - bytes) : offset;

    // Bit 12 says which byte order the processor has; when it lies, registers come byte-swapped.
    private bool Swaps => _cpu.Has(LittleEndianCpu) != (_order == ByteOrder.Little);

    private void AddWindow(
        AddressSpace physical, string name, AddressSpace space, int lowAt, int highAt, int remapAt, uint lowReset,
        uint highReset,
        bool remaps)
    {
        var view = new PciWindow(space, _order);
        _windows.Add((name, view));
        AddressSpace.Window window = physical.Map(name, 0, 0, view);
        Register remap = _registers.Add(
            remapAt, name + "-remap", 4, lowReset, 0x7ff, written: value => view.Base = remaps ? value << 21 : 0);
        Register low = null!, high = null!;
        low = _registers.Add(lowAt, name + "-low", 4, lowReset, 0x7fff, written: value =>
        {
            remap.Value = value & 0x7ff;
            Place();
        });
        high = _registers.Add(highAt, name + "-high", 4, highReset, 0x7f, written: _ => Place());
        Place();

        // The low register holds address bits 35 to 21, the high one the last 2 MB: below the first it closes the
        // window.
        void Place()
        {
            uint first = low.Value & 0x7f;
            window.Start = low.Value << 21;
            window.Length = high.Value < first ? 0 : (ulong)(high.Value + 1 - first) << 21;
            view.Base = remaps ? remap.Value << 21 : 0;
        }
    }

    // The controller's own function is never swapped (data sheet, "PCI_0 Command": MByteSwap).
    private bool ConfigurationSwaps =>
        !_command.Has(NoConfigurationSwap) && (_configurationAddress.Value & 0x00ff_f800) != 0;

    private uint ReadConfiguration()
    {
        uint address = _configurationAddress.Value;
        uint value = (address & ConfigurationEnable) == 0
            ? uint.MaxValue
            : _bus.ReadConfiguration(address & 0xff_ffff, 4);
        return Turn(value, 4, ConfigurationSwaps);
    }

    private void WriteConfiguration(uint value)
    {
        uint address = _configurationAddress.Value;
        if ((address & ConfigurationEnable) != 0)
            _bus.WriteConfiguration(address & 0xff_ffff, 4, Turn(value, 4, ConfigurationSwaps));
    }

    // An access narrower than the data register reaches only those bytes of the function.
    private uint ReadConfigurationLanes(uint offset, int bytes)
    {
        uint address = _configurationAddress.Value;
        return (address & ConfigurationEnable) == 0
            ? uint.MaxValue >> (32 - 8 * bytes)
            : Turn(_bus.ReadConfiguration(address & 0xff_ffff | Lane(offset, bytes, ConfigurationSwaps) & 3, bytes),
                bytes, ConfigurationSwaps);
    }

    private void WriteConfigurationLanes(uint offset, int bytes, uint value)
    {
        uint address = _configurationAddress.Value;
        if ((address & ConfigurationEnable) != 0)
        {
            _bus.WriteConfiguration(
                address & 0xff_ffff | Lane(offset, bytes, ConfigurationSwaps) & 3, bytes,
                Turn(value, bytes, ConfigurationSwaps));
        }
    }

    /// <summary>The controller's own function, slot 0: base address registers that no driver can size.</summary>
    public static PciFunction HostBridge()
    {
        var bridge = new PciFunction("gt64120", new(0x11ab, 0x4620, 0x060000, 0x10), status: 0x0280, interruptPin: 1);
        ReadOnlySpan<uint> bars = [0x0000_0008, 0x0100_0008, 0x1c00_0000, 0x1f00_0000, 0x1400_0000, 0x1400_0001];
        for (int i = 0; i < bars.Length; i++)
            bridge.Configuration.Add(0x10 + 4 * i, "BAR" + i, 4, bars[i], mask: 0);
        return bridge;
    }
}

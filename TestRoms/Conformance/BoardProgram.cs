using System.Buffers.Binary;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Instructions;

namespace Dbt.TestRoms.Conformance;

/// <summary>
/// Accesses to a Malta from reset on: the system controller's registers and windows are moved, PCI's functions are configured, and what is behind the
/// windows, wherever they have gone, is read and written. The windows show PCI's addresses that are their own: QEMU does not remap.
/// </summary>
internal sealed class BoardProgram
{
    /// <summary>How many there are at least.</summary>
    public const int Accesses = 160;

    // In 2 MB, which is what all windows are made of. What they are at reset is 32 MB.
    private const int Most = 4, AtReset = 16;

    private const uint RegistersLow = 0x068, ConfigurationAddress = 0xcf8, ConfigurationData = 0xcfc, Enable = 0x8000_0000;

    // A window at 0x80 could not be closed: it is open from its first to its last granule, whose numbers have seven bits.
    private static readonly uint[] s_places = [0x84, 0x88, 0x90, 0x98, 0xa0, 0xa4, 0xb0, 0xb8, 0xc0, 0xc8, 0xd0, 0xd8, 0xdf, 0xe0, 0xe8];

    // Ports that hold what was written, until something of the machine happens: interrupt masks and modes, pages of DMA, the power manager's scratch, memory of
    // the clock, registers of the serial lines.
    private static readonly uint[] s_ports = [0x21, 0xa1, 0x4d0, 0x4d1, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8a, 0x8b, 0xb3, 0x3ff, 0x2ff, 0x3fb, 0x2fb, 0x3fc, 0x2fc];

    // Slot, function and the registers that a driver writes.
    private static readonly (uint Slot, uint Function, uint[] Registers)[] s_functions =
    [
        (10, 0, [0x04, 0x3c, 0x60]), (10, 1, [0x04, 0x20, 0x3c, 0x40]), (10, 2, [0x04, 0x20, 0x3c]), (10, 3, [0x04, 0x3c]), (11, 0, [0x04, 0x10, 0x14, 0x3c]),
    ];

    private readonly SeededRandom _random;
    private readonly ByteOrder _order;
    private readonly List<BoardAccess> _all = [];
    private readonly Window _io = new(0x048, 0x050, 0x0f0, 0x80);

    // Into PCI's memory.
    private readonly Window[] _memory = [new(0x058, 0x060, 0x0f8, 0x90), new(0x080, 0x088, 0x100, 0x790)];
    private uint _registers = 0xa0;

    private BoardProgram(int seed, ByteOrder order) => (_random, _order) = (new SeededRandom($"board {seed}"), order);

    /// <summary>The program of a number.</summary>
    public static IReadOnlyList<BoardAccess> Of(int seed, ByteOrder order)
    {
        BoardProgram program = new(seed, order);
        while (program._all.Count < Accesses)
            program.Add();
        return program._all;
    }

    private void Add()
    {
        switch (_random.Below(8))
        {
            case 0:
                MoveRegisters();
                break;
            case 1:
                Move(_random.Pick<Window>([_io, .. _memory]));
                break;
            case 2:
                ReadRegister();
                break;
            case 3 or 4:
                Configure();
                break;
            case 5:
                UseCard();
                break;
            default:
                UsePort();
                break;
        }
    }

    // Where nothing else is: which of two windows at one place answers, nobody says. Where one is closed nothing comes:
    // ports are read there, a byte at a time, which of the controller's registers QEMU answers otherwise (departures.md).
    private uint Free()
    {
        uint[] taken = [_registers, .. _memory.Append(_io).SelectMany(window => Enumerable.Range(0, Math.Max(1, window.Granules)).Select(i => window.Low + (uint)i))];
        return _random.Pick([.. s_places.Where(place => !taken.Any(other => other >= place && other < place + 4))]);
    }

    private void MoveRegisters()
    {
        uint place = Free();
        WriteRegister(RegistersLow, place);
        _registers = place;
        ReadRegister(RegistersLow);
    }

    // Closed before it is moved, and opened, often, when it is there.
    private void Move(Window window)
    {
        uint low = Free();
        WriteRegister(window.HighAt, 0);
        WriteRegister(window.LowAt, low);
        window.Low = low;
        window.Granules = _random.Below(Most + 1);
        if (window.Granules > 0)
            WriteRegister(window.HighAt, (low & 0x7f) + (uint)window.Granules - 1);
        ReadRegister(window.LowAt);
        ReadRegister(window.HighAt);
        ReadRegister(window.RemapAt);
    }

    private void ReadRegister() => ReadRegister(_random.Pick<uint>([0x000, 0x008, 0x048, 0x050, 0x058, 0x060, 0x068, 0x080, 0x088, 0x0f0, 0x0f8, 0x100, 0xc00, 0xc1c, 0xc18]));

    private void Configure()
    {
        (uint slot, uint function, uint[] registers) = _random.Pick(s_functions);
        uint register = _random.Pick(registers), address = Enable | slot << 11 | function << 8 | register;
        WriteRegister(ConfigurationAddress, address);
        if (_random.Below(3) != 0)
            WriteRegister(ConfigurationData, register == 0x04 ? (uint)_random.Below(8) : Value());
        ReadRegister(ConfigurationData);
        if (_random.Below(4) != 0)
            return;
        // One that is not there, or not asked for.
        WriteRegister(ConfigurationAddress, _random.Below(2) == 0 ? address & ~Enable : Enable | (uint)_random.Below(32) << 11 | 7 << 8 | (uint)_random.Below(4) << 16);
        ReadRegister(ConfigurationData);
    }

    // Its address, in the first words of a card that has been given a window of PCI's memory.
    private void UseCard()
    {
        uint at = _random.Pick(_memory).Low << 21 | (uint)_random.Below(8) << 12;
        Configure(0x14, at);
        Configure(0x04, 2);
        _all.Add(new BoardAccess(at + (uint)_random.Below(6), 1, null));

        void Configure(uint register, uint value)
        {
            WriteRegister(ConfigurationAddress, Enable | 11 << 11 | register);
            WriteRegister(ConfigurationData, value);
        }
    }

    private void UsePort()
    {
        uint address = (_io.Low << 21) + _random.Pick(s_ports);
        if (_random.Below(2) == 0)
            _all.Add(new BoardAccess(address, 1, (uint)_random.Below(256)));
        _all.Add(new BoardAccess(address, 1, null));
    }

    private uint Value() => _random.Below(4) switch
    {
        0 => 0,
        1 => uint.MaxValue,
        2 => (uint)_random.Below(0x10) << 12 | 0xc00_0001,
        _ => _random.Word(),
    };

    private void ReadRegister(uint register) => _all.Add(new BoardAccess((_registers << 21) + register, 4, null));

    // They are little-endian.
    private void WriteRegister(uint register, uint value) =>
        _all.Add(new BoardAccess((_registers << 21) + register, 4, _order == ByteOrder.Big ? BinaryPrimitives.ReverseEndianness(value) : value));

    private sealed class Window(uint lowAt, uint highAt, uint remapAt, uint low)
    {
        public uint LowAt => lowAt;

        public uint HighAt => highAt;

        public uint RemapAt => remapAt;

        public uint Low { get; set; } = low;

        public int Granules { get; set; } = AtReset;
    }
}

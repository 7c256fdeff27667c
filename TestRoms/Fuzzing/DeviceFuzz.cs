using Dbt.Hypervisor;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;
using Dbt.TestRoms.Instructions;
using Dbt.TestRoms.Machines;

namespace Dbt.TestRoms.Fuzzing;

/// <summary>
/// Reads and writes of all widths all over a board, as a processor could make them: in every window that it declares, wherever the system controller
/// has moved it, in the configuration space of PCI and where nothing is, with time passing and keys arriving between them. A machine that did the same
/// holds the same, a saved one goes on as the one it was saved from, and what a device says will not change does not.
/// </summary>
internal sealed class DeviceFuzz : IDisposable
{
    private const string Physical = "physical bus", Ports = "pci ports", PciMemory = "pci memory", Controller = Physical + "/gt64120";
    private const uint ConfigurationAddress = 0xcf8, ConfigurationData = 0xcfc, PortBytes = 0x10000;

    // wait, and again.
    private static readonly uint[] s_guest = [0x4200_0020, 0x1000_fffe, 0x0000_0000];

    private readonly VirtualMachine _machine;
    private readonly SeededRandom _random;
    private List<Place> _places = [];
    private ulong _digest;
    private uint _last;

    private DeviceFuzz(ByteOrder order, SeededRandom random)
        : this(random, new VirtualMachine(SmallGuest.Of(order, SmallGuest.Start, s_guest) with { Engine = Engine.Interp }))
    {
    }

    private DeviceFuzz(SeededRandom random, VirtualMachine machine) => (_random, _machine) = (random, machine);

    private AddressSpace Bus => _machine.Board.PhysicalBus;

    /// <summary>The first findings.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="accesses">Accesses of each.</param>
    public static IReadOnlyList<string> Findings(int first, int count, int accesses)
    {
        List<string> findings = [];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int seed = first; seed < first + count && findings.Count < Attempt.MostFindings; seed++)
        {
            int number = seed;
            if (Attempt.Fault($"devices {seed}", () => Try(number, accesses), mayBeRefused: false) is { } finding)
                findings.Add(finding);
        }
        if (Attempt.Kept($"devices {first} to {first + count - 1}", before) is { } kept)
            findings.Add(kept);
        return findings;
    }

    public void Dispose() => _machine.Dispose();

    private static void Try(int seed, int accesses)
    {
        ByteOrder order = (ByteOrder)(seed % 2);
        using DeviceFuzz one = new(order, new SeededRandom($"devices {seed}")), same = new(order, new SeededRandom($"devices {seed}"));
        one.Access(accesses);
        same.Access(accesses);
        one.MustBe(same, "of two machines that did the same");
        using MemoryStream saved = new();
        StateWriter.Write(saved, one._machine);
        saved.Position = 0;
        using DeviceFuzz restored = new(order, new SeededRandom($"devices {seed} on"));
        DeviceFuzz original = new(new SeededRandom($"devices {seed} on"), one._machine);
        StateReader.Read(saved, restored._machine);
        restored.MustBe(original, "of a machine and what was saved of it");
        restored.Access(accesses / 4);
        original.Access(accesses / 4);
        restored.MustBe(original, "of a machine that goes on and a saved one that does");
    }

    private void MustBe(DeviceFuzz other, string whose)
    {
        IReadOnlyDictionary<string, StateItem> mine = StateLister.Of(_machine), theirs = StateLister.Of(other._machine);
        string[] different = [.. mine.Keys.Union(theirs.Keys).Where(path => !mine.TryGetValue(path, out StateItem one) || !theirs.TryGetValue(path, out StateItem two) || one != two)];
        if (different.Length > 0)
            throw new InvalidOperationException($"the state {whose} differs in {string.Join(", ", different.Take(5))}");
        if (_digest != other._digest)
            throw new InvalidOperationException($"the answers {whose} differ");
    }

    private void Access(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (i % 500 == 0)
                _places = [.. Places(StateLister.Of(_machine.Board))];
            switch (_random.Below(24))
            {
                case 0:
                    LetTimePass();
                    break;
                case 1:
                    _machine.SendToSerial(_random.Below(_machine.Board.SerialPorts.Count), (byte)_random.Word());
                    break;
                case 2 or 3 or 4 or 5:
                    Configure();
                    break;
                case 6:
                    Once(_random.Word());
                    break;
                case 7 or 8:
                    Once(_last);
                    break;
                default:
                    Place place = _random.Pick(_places);
                    Once(place.Address + Offset(place.Bytes));
                    break;
            }
        }
    }

    // Registers are at the beginnings of most windows, and mistakes at their ends.
    private uint Offset(uint bytes) => _random.Below(4) switch
    {
        0 => (uint)(_random.Word() % (ulong)bytes),
        1 => bytes - 1 - _random.Word() % Math.Min(bytes, 8),
        _ => _random.Word() % Math.Min(bytes, 0x40),
    };

    private void Once(uint address)
    {
        _last = address;
        int bytes = 1 << _random.Below(3);
        address &= ~(uint)(bytes - 1);
        if (_random.Below(2) == 0)
            Write(address, bytes, Value());
        else
            Read(address, bytes);
    }

    private uint Value() => _random.Below(6) switch
    {
        0 => 0,
        1 => uint.MaxValue,
        2 => 1u << _random.Below(32),
        // Memory, and what looks like it.
        3 => (uint)_random.Below(0x1100) << 12 | (uint)_random.Below(4) * 4,
        4 => (uint)_random.Below(0x100),
        _ => _random.Word(),
    };

    private void Write(uint address, int bytes, uint value) => Bus.Write(address, bytes, value & uint.MaxValue >> 32 - 8 * bytes);

    private void Read(uint address, int bytes)
    {
        uint value = Bus.Read(address, bytes);
        if ((value & ~(uint.MaxValue >> 32 - 8 * bytes)) != 0)
            throw new InvalidOperationException($"{bytes} bytes at {address:x8} read as {value:x}");
        if (Bus.SteadyUntil(address, null) > _machine.Now && _random.Below(8) == 0)
        {
            IReadOnlyDictionary<string, StateItem> before = StateLister.Of(_machine.Board);
            uint again = Bus.Read(address, bytes);
            if (again != value || !before.Values.SequenceEqual(StateLister.Of(_machine.Board).Values))
                throw new InvalidOperationException($"what is at {address:x8} was to stay as it is, {value:x}, and is {again:x}, or something else changed");
        }
        _digest = (_digest ^ value) * 0x100_0000_01b3;
    }

    // An access to the configuration of a function, most often of one that is there.
    private void Configure()
    {
        if (_places.FirstOrDefault(place => place.Name == Controller) is not { Bytes: > ConfigurationData } controller)
            return;
        uint slot = (uint)(_random.Below(4) == 0 ? _random.Below(32) : _random.Pick([0, 10, 10, 10, 11, 18]));
        uint function = (uint)_random.Below(_random.Below(3) == 0 ? 8 : 4), register = (uint)_random.Below(_random.Below(3) == 0 ? 256 : 64) & ~3u;
        Write(controller.Address + ConfigurationAddress, 4, 0x8000_0000 | slot << 11 | function << 8 | register);
        for (int i = 0; i < 3; i++)
            Once(controller.Address + ConfigurationData + (uint)_random.Below(4));
    }

    // The guest waits; what it ends with, power off or a reset, is nothing to the devices.
    private void LetTimePass()
    {
        _machine.RunTo(_machine.Cpu.Time.Retired + 1 + _random.Below(1000), CancellationToken.None);
        _machine.LetTimePass(_random.Word() % 10_000_000);
    }

    private sealed record Place(string Name, uint Address, uint Bytes);

    // A board's state says where its windows are.
    private static IEnumerable<Place> Places(IReadOnlyDictionary<string, StateItem> state)
    {
        foreach ((string path, StateItem start) in state)
        {
            if (!path.EndsWith("/start", StringComparison.Ordinal))
                continue;
            string name = path[..^"/start".Length];
            if (!state.TryGetValue(name + "/length", out StateItem length) || length.Value == 0)
                continue;
            uint bytes = (uint)Math.Min(length.Value, uint.MaxValue);
            (string window, string @base) = name.StartsWith(Ports, StringComparison.Ordinal) ? ("pci0-io", "") : ("pci0-memory-0", "north bridge/pci0-memory-0/base");
            if (name.StartsWith(Physical, StringComparison.Ordinal))
                yield return new Place(name, (uint)start.Value, name.Contains("/pci0-io", StringComparison.Ordinal) ? PortBytes : bytes);
            else if (name.StartsWith(Ports, StringComparison.Ordinal) || name.StartsWith(PciMemory, StringComparison.Ordinal))
                yield return new Place(name, (uint)(Value(state, $"{Physical}/{window}/start") + start.Value - Value(state, @base)), bytes);
        }
    }

    private static ulong Value(IReadOnlyDictionary<string, StateItem> state, string path) => state.TryGetValue(path, out StateItem item) ? item.Value : 0;
}

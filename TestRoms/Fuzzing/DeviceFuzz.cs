using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Dbt.TestRoms.Instructions;
using Dbt.TestRoms.Machines;
using Dbt.TestRoms.Network;

namespace Dbt.TestRoms.Fuzzing;

/// <summary>
/// Reads and writes of all widths all over a board, as a processor could make them: in every window that it declares, wherever the system controller
/// has moved it, in the configuration space of PCI and where nothing is, with time passing, keys and frames arriving and cables pulled between them. Drives
/// and network cards are there, may be masters, and find in memory what looks like descriptors. A machine that did the same holds the same, a saved one goes
/// on as the one it was saved from, and what a device says will not change does not.
/// </summary>
internal sealed class DeviceFuzz : IDisposable
{
    private const string Physical = "physical bus", Ports = "pci ports", PciMemory = "pci memory", Controller = Physical + "/gt64120", ExitCounts = "cpu/exits/counts";
    private const uint ConfigurationAddress = 0xcf8, ConfigurationData = 0xcfc, PortBytes = 0x10000;
    private const uint Command = 0x04, FirstBar = 0x10;
    private const uint AllOfCommand = 7;

    // Behind the guest's instructions.
    private const ulong Filled = 2 << 20;
    private const int Pattern = 1 << 14;

    // Slot, function, base address register and window, as the firmware might give them.
    private static readonly (uint Slot, uint Function, uint Bar, uint Value)[] s_windows =
    [
        (10, 1, 4, 0x1000), (10, 2, 4, 0x1040), (11, 0, 0, 0x1080), (11, 0, 1, 0x1200_0000), (18, 0, 0, 0x1220_0000), (18, 0, 1, 0x10c0),
        (19, 0, 0, 0x1100), (19, 0, 4, 0x1230_0000), (12, 0, 0, 0x1180), (12, 0, 4, 0x1231_0000), (12, 1, 0, 0x1200), (12, 1, 4, 0x1232_0000),
        (12, 2, 0, 0x1280), (12, 2, 4, 0x1233_0000),
    ];

    // wait, and again.
    private static readonly uint[] s_guest = [0x4200_0020, 0x1000_fffe, 0x0000_0000];

    private readonly ByteOrder _order;
    private readonly VirtualMachine _machine;
    private readonly SeededRandom _random;
    private List<Place> _places = [];
    private ulong _digest;
    private uint _last;

    private DeviceFuzz(ByteOrder order, SeededRandom random, string folder) : this(order, random, new VirtualMachine(With(folder, order)))
    {
    }

    private DeviceFuzz(ByteOrder order, SeededRandom random, VirtualMachine machine)
    {
        (_order, _random, _machine) = (order, random, machine);
        foreach (EthernetPort socket in machine.Board.NetworkPorts)
            socket.Sent += frame => _digest = (_digest ^ (ulong)frame.Length) * 0x100_0000_01b3;
    }

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

    // All that can be plugged in.
    private static MachineConfiguration With(string folder, ByteOrder order) => SmallGuest.Of(order, SmallGuest.Start, s_guest) with
    {
        Engine = Engine.Interp,
        Drives =
        [
            new DriveConfiguration(0, Path.Combine(folder, "disk")) { IsSnapshot = true },
            new DriveConfiguration(2, Path.Combine(folder, "cdrom")) { IsCdrom = true },
            new DriveConfiguration(0, Path.Combine(folder, "disk")) { IsSnapshot = true, IsVirtio = true },
        ],
        HasEntropy = true,
        HasVirtioConsole = true,
        Network = [.. Enum.GetValues<CardModel>().Select((model, index) => new NetworkCard(model, MacAddress.OfCard(index), () => new ScriptedNetwork()))],
    };

    private static void Try(int seed, int accesses)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dbt-fuzz-");
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, "disk"), [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i >> 9))]);
            File.WriteAllBytes(Path.Combine(folder.FullName, "cdrom"), [.. Enumerable.Range(0, 1 << 18).Select(i => (byte)(i >> 11))]);
            Try(seed, accesses, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Try(int seed, int accesses, string folder)
    {
        ByteOrder order = (ByteOrder)(seed % 2);
        using DeviceFuzz one = new(order, new SeededRandom($"devices {seed}"), folder), same = new(order, new SeededRandom($"devices {seed}"), folder);
        one.Fill();
        one.Access(accesses);
        same.Fill();
        same.Access(accesses);
        one.MustBe(same, "of two machines that did the same");
        using MemoryStream saved = new();
        StateWriter.Write(saved, one._machine);
        saved.Position = 0;
        using DeviceFuzz restored = new(order, new SeededRandom($"devices {seed} on"), folder);
        DeviceFuzz original = new(order, new SeededRandom($"devices {seed} on"), one._machine);
        StateReader.Read(saved, restored._machine);
        restored.MustBe(original, "of a machine and what was saved of it");
        restored.Access(accesses / 4);
        original.Access(accesses / 4);
        restored.MustBe(original, "of a machine that goes on and a saved one that does", hasDecodedTheSame: false);
    }

    // Asked so often that it would be most of what a device could allocate.
    private static IReadOnlyDictionary<string, StateItem> StateOf(IHasState part) => Attempt.Asked(() => StateLister.Of(part));

    private void MustBe(DeviceFuzz other, string whose, bool hasDecodedTheSame = true)
    {
        IReadOnlyDictionary<string, StateItem> mine = StateOf(_machine), theirs = StateOf(other._machine);
        List<string> different =
        [
            .. mine.Keys.Union(theirs.Keys).Where(path => (hasDecodedTheSame || path != ExitCounts)
                && (!mine.TryGetValue(path, out StateItem one) || !theirs.TryGetValue(path, out StateItem two) || one != two)),
        ];
        // What was decoded is not saved: only where some was is a store to it counted.
        if (!hasDecodedTheSame)
        {
            different.AddRange(Enum.GetValues<ExitCounter>()
                .Where(counter => counter != ExitCounter.CodeStore && _machine.Cpu.Exits[counter] != other._machine.Cpu.Exits[counter])
                .Select(counter => $"the count of {counter}"));
        }
        if (different.Count > 0)
            throw new InvalidOperationException($"the state {whose} differs in {string.Join(", ", different.Take(5))}");
        if (_digest != other._digest)
            throw new InvalidOperationException($"the answers {whose} differ");
    }

    // Memory holds anything.
    private void Fill()
    {
        Span<uint> memory = MemoryMarshal.Cast<byte, uint>(_machine.Ram.Slice(Filled, (int)(_machine.Configuration.MemoryBytes - Filled)));
        foreach (ref uint word in memory[..Pattern])
            word = _random.Below(3) == 0 ? 0 : Value();
        for (int at = Pattern; at < memory.Length; at += Pattern)
            memory[..Pattern].CopyTo(memory[at..]);
    }

    // Gives the devices their windows, and makes them masters.
    private void OpenWindows()
    {
        foreach ((uint slot, uint function, uint bar, uint value) in s_windows)
        {
            WriteConfiguration(slot, function, FirstBar + 4 * bar, value);
            WriteConfiguration(slot, function, Command, AllOfCommand);
        }
        Look();
    }

    private void Look() => _places = [.. Places(StateOf(_machine.Board))];

    private void Access(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (i % 500 == 0)
            {
                Look();
                if (_random.Below(4) != 0)
                    OpenWindows();
            }
            switch (_random.Below(24))
            {
                case 0:
                    LetTimePass();
                    break;
                case 1:
                    ComeFromOutside();
                    break;
                case 9:
                    Work();
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
            IReadOnlyDictionary<string, StateItem> before = StateOf(_machine.Board);
            uint again = Bus.Read(address, bytes);
            if (again != value || !before.Values.SequenceEqual(StateOf(_machine.Board).Values))
                throw new InvalidOperationException($"what is at {address:x8} was to stay as it is, {value:x}, and is {again:x}, or something else changed");
        }
        _digest = (_digest ^ value) * 0x100_0000_01b3;
    }

    // Some of what a driver does, most often all of it.
    private void Work()
    {
        foreach (DeviceWork.Step step in _random.Pick(DeviceWork.All))
        {
            if (_random.Below(30) == 0 || _places.FirstOrDefault(place => place.Name == step.Window) is not { } window)
                continue;
            uint value = step.Values.Length > 0 ? _random.Pick(step.Values) : (uint)_random.Below(0xe00) << 12;
            if (_random.Below(50) == 0)
                value = Value();
            Write(window.Address + step.Offset, step.Bytes, ForLittleEndian(value, step.Bytes));
        }
    }

    // An access to the configuration of a function, most often of one that is there.
    private void Configure()
    {
        uint slot = (uint)(_random.Below(4) == 0 ? _random.Below(32) : _random.Pick([0, 10, 10, 10, 11, 12, 18, 19]));
        uint function = (uint)_random.Below(_random.Below(3) == 0 ? 8 : 4), register = (uint)_random.Below(_random.Below(3) == 0 ? 256 : 64) & ~3u;
        if (Select(slot, function, register) is not { } data)
            return;
        for (int i = 0; i < 3; i++)
            Once(data + (uint)_random.Below(4));
    }

    private void WriteConfiguration(uint slot, uint function, uint register, uint value)
    {
        if (Select(slot, function, register) is { } data)
            Write(data, 4, value);
    }

    // Where the word is to be read and written; null where the controller has no room for that now.
    private uint? Select(uint slot, uint function, uint register)
    {
        if (_places.FirstOrDefault(place => place.Name == Controller) is not { Bytes: > ConfigurationData } controller)
            return null;
        Write(controller.Address + ConfigurationAddress, 4, ForLittleEndian(0x8000_0000 | slot << 11 | function << 8 | register, 4));
        return controller.Address + ConfigurationData;
    }

    // What a driver of the guest writes where the device has its bytes the other way round.
    private uint ForLittleEndian(uint value, int bytes) => _order == ByteOrder.Big ? BinaryPrimitives.ReverseEndianness(value) >> 32 - 8 * bytes : value;

    // A key, a frame, to somebody or to everybody, or a cable in a socket or out of it.
    private void ComeFromOutside()
    {
        EthernetPort socket = _random.Pick(_machine.Board.NetworkPorts);
        switch (_random.Below(4))
        {
            case 0:
                _machine.SendToSerial(_random.Below(_machine.Board.SerialPorts.Count), (byte)_random.Word());
                break;
            case 1:
                socket.LinkUp = _random.Below(4) != 0;
                break;
            default:
                if (socket.HasRoom)
                    socket.Receive(Frame(socket.Address));
                break;
        }
    }

    private byte[] Frame(MacAddress receiver)
    {
        byte[] frame = new byte[1 + _random.Below(EthernetPort.LongestFrame)];
        foreach (ref byte one in frame.AsSpan())
            one = (byte)_random.Word();
        int way = _random.Below(3);
        for (int i = 0; i < Math.Min(frame.Length, MacAddress.Bytes) && way > 0; i++)
            frame[i] = way == 1 ? byte.MaxValue : receiver[i];
        return frame;
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

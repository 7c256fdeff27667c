using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Boards;

/// <summary>What a board is connected to when it is built.</summary>
/// <param name="Clock">The machine's time.</param>
/// <param name="PhysicalBus">The processor's bus, which reads as 0 where nothing answers.</param>
/// <param name="SetInterruptPin">Drives an interrupt input of the processor: 2 for Cause.IP2, and so on to 7.</param>
/// <param name="Start">What a real-time clock shows at power-on.</param>
/// <param name="Order">The processor's byte order, for which the board has a switch.</param>
public sealed record BoardConnections(
    Clock Clock, AddressSpace PhysicalBus, Action<int, bool> SetInterruptPin, DateTime Start, ByteOrder Order)
{
    /// <summary>RAM and ROM, for devices that read and write them by themselves.</summary>
    public required IBusMemory Memory { get; init; }

    /// <summary>What is in its drives.</summary>
    public IReadOnlyList<DriveMedium> Drives { get; init; } = [];

    /// <summary>Whether the machine's time is the host's.</summary>
    public bool LivesInHostTime { get; init; }

    /// <summary>The network cards that it is to have.</summary>
    public IReadOnlyList<NetworkCard> Network { get; init; } = [];

    /// <summary>Whether the flash's cells cannot be changed.</summary>
    public bool ProtectsFlash { get; init; }

    /// <summary>Whether it has a source of random numbers.</summary>
    public bool HasEntropy { get; init; }

    /// <summary>Whether it has a console beside its serial ports.</summary>
    public bool HasVirtioConsole { get; init; }
}

/// <summary>A board, built: everything but the processor and its RAM.</summary>
/// <param name="connections">What it is connected to.</param>
public abstract class Board(BoardConnections connections) : IHasState
{
    /// <summary>The guest switched the power off.</summary>
    public event Action? PowerOffRequested;

    /// <summary>The guest reset the board; build a new one to go on.</summary>
    public event Action? ResetRequested;

    /// <summary>Physical addresses as the processor sees them, without RAM.</summary>
    public AddressSpace PhysicalBus { get; } = connections.PhysicalBus;

    /// <summary>
    /// Its serial ports, in the order in which a kernel numbers them, and behind them the console that it may have.
    /// </summary>
    public abstract IReadOnlyList<ISerialPort> SerialPorts { get; }

    /// <summary>The sockets of its network cards, in the order in which it was given them.</summary>
    public abstract IReadOnlyList<EthernetPort> NetworkPorts { get; }

    /// <summary>
    /// What is to be mapped as memory: boot ROM and flash, in the order in which they lie behind RAM in the machine's.
    /// </summary>
    public abstract IReadOnlyList<IMappedContents> MappedContents { get; }

    /// <summary>The flash.</summary>
    public abstract CfiFlash Flash { get; }

    /// <summary>Puts the boot monitor into flash and boot ROM.</summary>
    /// <param name="image">In memory order, no longer than the ROM.</param>
    public abstract void LoadRom(ReadOnlySpan<byte> image);

    /// <summary>Lets the boot ROM show what the flash holds, from now on.</summary>
    public abstract void StartInFlash();

    /// <summary>
    /// All on it that holds something, but the physical bus: a device that is not here is not in a saved machine.
    /// </summary>
    protected abstract IReadOnlyList<(string Name, IHasState Part)> Parts { get; }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("physical bus", PhysicalBus);
        foreach ((string name, IHasState part) in Parts)
            walk.Part(name, part);
    }

    /// <summary>For its devices: switches the power off.</summary>
    protected void RequestPowerOff() => PowerOffRequested?.Invoke();

    /// <summary>For its devices: resets the board.</summary>
    protected void RequestReset() => ResetRequested?.Invoke();
}

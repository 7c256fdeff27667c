using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Time;

namespace Dbt.Hypervisor.Memory;

/// <summary>Accesses to devices: what has no host page. The machine's time is brought up to the access first.</summary>
public sealed class DeviceAccess
{
    private readonly IBusTarget _bus;
    private readonly InstructionClock _time;
    private readonly PollLoop _poll;
    private readonly ByteOrder _order;
    private readonly ExitAccount _exits;
    private readonly Func<bool> _interruptPending;

    /// <summary>Accesses by a bus.</summary>
    /// <param name="bus">Who answers.</param>
    /// <param name="time">The machine's time.</param>
    /// <param name="poll">Looks for loops that wait for a device.</param>
    /// <param name="order">The byte order of memory, which a doubleword's two accesses go by.</param>
    /// <param name="exits">Counts them.</param>
    /// <param name="interruptPending">Whether the processor can take an interrupt now.</param>
    public DeviceAccess(
        IBusTarget bus, InstructionClock time, PollLoop poll, ByteOrder order, ExitAccount exits,
        Func<bool> interruptPending)
    {
        (_bus, _time, _poll, _order, _exits, _interruptPending) = (bus, time, poll, order, exits, interruptPending);
        poll.AccessesSkipped += CountSkipped;
    }

    /// <summary>The guest physical address that was read last.</summary>
    public uint LatestRead { get; private set; }

    /// <summary>Reads 1, 2, 4 or 8 bytes at a guest physical address.</summary>
    public ulong Read(uint physical, int bytes)
    {
        _exits.Count(ExitCounter.MmioLoad);
        LatestRead = physical;
        _time.Synchronize();
        ulong value = bytes == 8 ? ReadDoubleword(physical) : _bus.Read(physical, bytes);
        _poll.NoteRead(_poll.Watching ? _bus.SteadyUntil(physical, null) : 0);
        AfterDevice();
        return value;
    }

    /// <summary>Writes 1, 2, 4 or 8 bytes at a guest physical address.</summary>
    public void Write(uint physical, int bytes, ulong value)
    {
        _exits.Count(ExitCounter.MmioStore);
        _time.Synchronize();
        if (bytes == 8)
            WriteDoubleword(physical, value);
        else
            _bus.Write(physical, bytes, (uint)value);
        _poll.NoteWrite(_poll.Watching ? _bus.SteadyUntil(physical, (uint)value) : 0);
        AfterDevice();
    }

    // The bus is 32 bits wide, and the lower address goes first.
    private ulong ReadDoubleword(uint physical)
    {
        ulong first = _bus.Read(physical, 4), second = _bus.Read(physical + 4, 4);
        return _order == ByteOrder.Big ? first << 32 | second : second << 32 | first;
    }

    private void WriteDoubleword(uint physical, ulong value)
    {
        (uint low, uint high) = ((uint)value, (uint)(value >> 32));
        _bus.Write(physical, 4, _order == ByteOrder.Big ? high : low);
        _bus.Write(physical + 4, 4, _order == ByteOrder.Big ? low : high);
    }

    // A device may have scheduled something sooner, or changed an interrupt the processor can take.
    private void AfterDevice()
    {
        if (_interruptPending())
            _time.Yield();
        else
            _time.Rearm();
    }

    // Skipped accesses count as if they had been made: the account is the same whatever the engine.
    private void CountSkipped(long instructions, long loads, long stores)
    {
        _exits.Add(ExitCounter.MmioLoad, loads, instructions);
        _exits.Add(ExitCounter.MmioStore, stores, instructions);
    }
}

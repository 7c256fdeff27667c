using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>PCI bus 0: who sits in which slot, configuration cycles, and where the interrupt pins go.</summary>
/// <param name="route">Maps a slot (0 to 31) and a pin (0 to 3 for INTA to INTD) to one of the board's four interrupt
/// wires.</param>
/// <param name="wire">Drives one of the four wires for one function more or less.</param>
public sealed class PciBus(Func<int, int, int> route, Action<int, bool> wire) : IHasState
{
    private readonly PciFunction?[] _functions = new PciFunction?[32 * 8];

    /// <summary>Puts a function into a slot.</summary>
    public void Attach(int slot, int function, PciFunction device)
    {
        _functions[slot * 8 + function] = device;
        if (device.InterruptPin == 0)
            return;
        int pirq = route(slot, (int)device.InterruptPin - 1);
        device.Interrupt = new InterruptLine(level => wire(pirq, level));
    }

    /// <summary>A configuration read (PCI 2.1 §3.7.4.1).</summary>
    /// <param name="address">Bus in bits 23 to 16, slot in 15 to 11, function in 10 to 8, register in 7 to 0.</param>
    /// <param name="bytes">1, 2 or 4.</param>
    /// <returns>The value, all ones where nobody answers.</returns>
    public uint ReadConfiguration(uint address, int bytes) =>
        Find(address)?.Configuration.Read(address & 0xff, bytes) ?? uint.MaxValue >> (32 - 8 * bytes);

    /// <summary>A configuration write.</summary>
    public void WriteConfiguration(uint address, int bytes, uint value) =>
        Find(address)?.Configuration.Write(address & 0xff, bytes, value);

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        for (int i = 0; i < _functions.Length; i++)
        {
            if (_functions[i] is { } function)
                walk.Part($"{i >> 3}.{i & 7}", function);
        }
    }

    private PciFunction? Find(uint address) =>
        (address & 0xff0000) == 0 ? _functions[address >> 8 & 0xff] : null;
}

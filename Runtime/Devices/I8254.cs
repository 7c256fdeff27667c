using Dbt.Runtime.Bus;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The 8254 interval timer (Intel 231164): three counters of 1.193182 MHz. Only counter 0 drives a wire.
/// </summary>
public sealed class I8254 : IBusTarget, IHasState
{
    private readonly RegisterBank _registers = new("pit", 4);
    private readonly I8254Counter[] _counters;

    /// <summary>Creates the timer, counting as QEMU's does after reset: mode 3, the longest period.</summary>
    /// <param name="clock">The machine's time.</param>
    /// <param name="output0">OUT 0: the system timer interrupt.</param>
    public I8254(Clock clock, InterruptLine output0)
    {
        _counters =
        [
            new I8254Counter(clock, "pit-0", output0, gate: true),
            new I8254Counter(clock, "pit-1", null, gate: true),
            new I8254Counter(clock, "pit-2", null, gate: false),
        ];
        for (int i = 0; i < _counters.Length; i++)
        {
            I8254Counter counter = _counters[i];
            _registers.Add(i, "COUNTER" + i, read: counter.Read, written: counter.Write);
        }
        _registers.Add(3, "CONTROL", read: () => 0, written: Control);
        SpeakerPort = new RegisterBank("speaker", 1);
        SpeakerPort.Add(
            0, "NMISC", mask: 0x0f, read: ReadSpeaker, written: value => _counters[2].SetGate((value & 1) != 0));
    }

    /// <summary>Port 0x61: gate of counter 2 (bit 0), speaker (bit 1), refresh (bit 4), OUT 2 (bit 5).</summary>
    public RegisterBank SpeakerPort { get; }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) => _registers.Read(offset, bytes);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) => _registers.Write(offset, bytes, value);

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _registers);
        walk.Part("speaker", SpeakerPort);
        for (int i = 0; i < _counters.Length; i++)
            walk.Part($"counter {i}", _counters[i]);
    }

    private uint ReadSpeaker() =>
        SpeakerPort.At(0)!.Value | (_counters[1].Output ? 0x10u : 0) | (_counters[2].Output ? 0x20u : 0);

    private void Control(uint value)
    {
        uint select = value >> 6;
        if (select < 3)
        {
            _counters[select].Control(value);
            return;
        }
        // Read-back: bits 3 to 1 choose counters, bits 5 and 4 are active low.
        for (int i = 0; i < _counters.Length; i++)
        {
            if ((value & 2u << i) != 0)
                _counters[i].ReadBack(count: (value & 0x20) == 0, status: (value & 0x10) == 0);
        }
    }
}

using System.Globalization;
using System.Text;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Runtime.State;
using Dbt.TestRoms.Debian;
using Dbt.Tool.Guests;

namespace Dbt.Perf.Conformance;

/// <summary>A machine that runs the load, and what it printed.</summary>
internal sealed class EnduranceMachine : IDisposable
{
    private readonly VirtualMachine _machine;
    private readonly SerialDigest _sent = new();
    private readonly StringBuilder _output = new();
    private StopReason _stopped;

    /// <summary>Builds it.</summary>
    public EnduranceMachine(Guest guest, Engine engine)
    {
        _machine = new VirtualMachine(DebianGuest.Machine(guest) with { Engine = engine, InstructionLimit = null });
        _machine.SerialOutput += _sent.Add;
        _machine.SerialOutput += (port, value) =>
        {
            if (port == 1)
                _output.Append((char)value);
        };
    }

    /// <summary>Instructions retired.</summary>
    public long Retired => _machine.Cpu.Time.Retired;

    /// <summary>What each round of the load printed, without its number.</summary>
    public string[] Rounds =>
    [
        .. _output.ToString().Split('\n').Select(line => line.Trim().Split(' '))
            .Where(words => words is ["round", _, { Length: 32 }]).Select(words => words[2]),
    ];

    private MachineState State => MachineState.Of(_machine, _stopped, _sent);

    /// <summary>Goes on until so many instructions have retired.</summary>
    public void RunTo(long limit, CancellationToken stop) => _stopped = _machine.RunTo(limit, stop);

    /// <summary>What of the processor, of the devices and of memory the other one does not hold.</summary>
    public IEnumerable<string> DifferencesTo(EnduranceMachine other)
    {
        if (_stopped != StopReason.InstructionLimit)
            yield return $"the guest ended: {_stopped}; {_output}";
        MachineState mine = State, theirs = other.State;
        foreach (int index in mine.DifferencesTo(theirs))
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{MachineState.NameOf(index)} {mine[index]:x} and {theirs[index]:x}");
        IReadOnlyDictionary<string, StateItem> devices = StateLister.Of(other._machine.Board);
        foreach (StateItem item in StateLister.Of(_machine.Board).Values.Where(item => devices[item.Path] != item))
            yield return item.Path;
        for (ulong at = 0; at < _machine.Configuration.MemoryBytes; at += 1 << 20)
        {
            if (!_machine.Ram.Slice(at, 1 << 20).SequenceEqual(other._machine.Ram.Slice(at, 1 << 20)))
                yield return string.Create(CultureInfo.InvariantCulture, $"memory in the megabyte at {at:x}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _machine.Dispose();
}

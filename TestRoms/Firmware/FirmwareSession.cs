using System.Text;
using Dbt.Hypervisor;
using Xunit;

namespace Dbt.TestRoms.Firmware;

/// <summary>A conversation with a program at a machine's first serial port.</summary>
internal sealed class FirmwareSession : IDisposable
{
    // Of its time: more than any answer takes.
    private const long Patience = 8_000_000_000, Slice = 200_000;

    private readonly StringBuilder _heard = new();

    public FirmwareSession(MachineConfiguration configuration)
    {
        Machine = new VirtualMachine(configuration);
        Machine.SerialOutput += (port, value) =>
        {
            if (port == 0 && value != '\r')
                _heard.Append((char)value);
        };
    }

    public VirtualMachine Machine { get; }

    /// <summary>Runs it until it has said something, and returns what it has said since it was asked last.</summary>
    public string Until(string text)
    {
        long limit = Machine.Cpu.Time.Retired + Patience;
        for (int from = 0; !Has(text, ref from);)
        {
            Assert.True(Machine.Cpu.Time.Retired < limit, $"it says no '{text}', but: {_heard}");
            StopReason stop = Machine.RunTo(Machine.Cpu.Time.Retired + Slice, CancellationToken.None);
            Assert.True(stop == StopReason.InstructionLimit, $"it ended ({stop}) and said: {_heard}");
        }
        string said = _heard.ToString();
        _heard.Clear();
        return said;
    }

    /// <summary>Types a line and returns what it says until it has said something.</summary>
    public string Say(string line, string until)
    {
        foreach (char letter in line + "\n")
            Machine.SendToSerial(0, (byte)letter);
        return Until(until);
    }

    public void Dispose() => Machine.Dispose();

    // What was looked at is not looked at again.
    private bool Has(string text, ref int from)
    {
        string heard = _heard.ToString(from, _heard.Length - from);
        from = Math.Max(0, _heard.Length - text.Length);
        return heard.Contains(text, StringComparison.Ordinal);
    }
}

using System.Diagnostics;
using Dbt.Hypervisor;
using Dbt.Tool.Lines;
using Dbt.Tool.Network;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Running;

/// <summary>
/// Runs a guest with its console on standard input and output, or with its serial ports where they are led.
/// </summary>
internal sealed class ConsoleRun : IDisposable
{
    private const int Keyboard = -1;

    private readonly bool _person;
    private readonly CancellationTokenSource _stop = new();
    private readonly HostSignals _signals;
    private readonly ConsolePort _console;
    private readonly SerialLines? _lines;
    private readonly MachineConsole[] _shared = [];
    private readonly GuestKeyboard _keyboard;
    private readonly TextMark? _ready;
    private readonly UnpackingFailure _unpacking = new();
    private readonly HashSet<int> _awaited = [];
    private readonly PacketCapture? _capture;
    private RunPlan _plan;
    private VirtualMachine _machine;
    private MachineConsoles? _consoles;
    private volatile int _selected;
    private byte _last = (byte)'\n';

    private ConsoleRun(RunPlan plan)
    {
        (_plan, _machine) = (plan, plan.Build());
        _capture = FrameCapture.Begin(_machine, plan);
        _signals = new HostSignals(_stop.Cancel);
        _console = new ConsolePort(plan.Machine.CommandLine);
        _lines = plan.Lines.Count > 0 ? Lay(plan.Lines) : null;
        bool hasTerminal = _lines is null or { OnTerminal.Count: > 0 };
        if (_lines is { OnTerminal.Count: > 1 })
            _shared = [.. plan.Lines.Select((_, port) => new MachineConsole($"serial-{port}"))];
        _person = hasTerminal && !Console.IsInputRedirected && !Console.IsOutputRedirected;
        EscapeKeys keys = new(
            Send, _signals.Leave, () => Console.Error.Write($"\r\ndbt: {Help}\r\n"),
            _shared.Length > 0 ? new Dictionary<byte, Action> { [(byte)'n'] = SelectNext } : null);
        _keyboard = new GuestKeyboard(_person ? keys.Press : Send, awaits => Await(Keyboard, awaits));
        _ready = !_person && plan.ReadyMark is { } mark && hasTerminal ? new TextMark(mark, _keyboard.Listen) : null;
    }

    /// <summary>Runs it to its end and returns the exit status.</summary>
    public static int Run(RunPlan plan)
    {
        using ConsoleRun run = new(plan);
        return run.Run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.Dispose();
        _capture?.Dispose();
        _machine.Dispose();
        _stop.Dispose();
    }

    private string Help => _shared.Length > 0 ? EscapeKeys.HelpForPorts : EscapeKeys.Help;

    private int Run()
    {
        RunResult result;
        Stopwatch watch;
        using (_lines)
        using (ByteOutput output = new(_stop.Cancel))
        {
            if (_person)
                Message.Say(Help);
            using RawMode? raw = _person ? RawMode.Enter() : null;
            Listen(output, raw is null ? "\n" : "\r\n");
            watch = Stopwatch.StartNew();
            while ((result = Run(output, raw is null ? "\n" : "\r\n")).Reason == StopReason.Reset
                && _plan.Machine.StartsInFlash)
                Restart(result);
            watch.Stop();
        }

        // Ours begins on a line of its own, whatever the guest was saying.
        if (_person && _last != '\n')
            Console.Error.WriteLine();
        RunEnd.Report(result, _machine, _plan, watch.Elapsed);
        if (_unpacking.Line is { } failure)
            Message.Say(failure);
        return _signals.Received != 0 ? 128 + _signals.Received
            : _unpacking.Line is not null ? 1 : RunEnd.Status(result.Reason);
    }

    private SerialLines Lay(IReadOnlyList<LineTarget> targets)
    {
        try
        {
            return new SerialLines(targets, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            throw new StoppedException(_signals.Received);
        }
    }

    private void Listen(ByteOutput output, string newline)
    {
        if (_shared.Length > 0)
        {
            _consoles = new MachineConsoles(output.Write, newline);
            _consoles.Select(_shared[_lines!.OnTerminal[0]]);
        }
        _lines?.Listen((port, value) => _machine.SendToSerial(port, value), Await);
        if (_ready is null && _lines is null or { OnTerminal.Count: > 0 })
            _keyboard.Listen();
    }

    private RunResult Run(ByteOutput output, string newline)
    {
        _machine.SerialOutput += (port, value) => Hear(port, value, output);
        using ProgressWatch progress = new(_machine, stall => Console.Error.Write($"dbt: the guest {stall}{newline}"));
        RunResult result = _machine.Run(_stop.Token);
        if (result.Reason is StopReason.InstructionLimit or StopReason.Stopped)
            progress.SayNow();
        return result;
    }

    // What is in flash knows what to do after a reset; what a boot monitor put into RAM is gone.
    private void Restart(RunResult reset)
    {
        VirtualMachine before = _machine;
        _plan = _plan.After(before, reset);
        before.Dispose();
        VirtualMachine next = _plan.Build();
        FrameCapture.Follow(next, _capture);
        lock (_awaited)
        {
            next.AwaitsInput = _awaited.Count > 0;
            _machine = next;
        }
    }

    private void Hear(int port, byte value, ByteOutput output)
    {
        if (_lines is null ? !_console.Hears(port) : !_lines.IsForTerminal(port, value))
            return;
        _ready?.See(value);
        _unpacking.Hears(value);
        if (_consoles is null)
            output.Write(value);
        else
            _consoles.Write(_shared[port], value);
        _last = value;
    }

    private void Send(byte key) =>
        _machine.SendToSerial(_lines is null ? _console.Number : _lines.OnTerminal[_selected], key);

    private void SelectNext()
    {
        _selected = (_selected + 1) % _lines!.OnTerminal.Count;
        _consoles?.Select(_shared[_lines.OnTerminal[_selected]]);
    }

    private void Await(int source, bool awaits)
    {
        lock (_awaited)
        {
            if (awaits ? _awaited.Add(source) : _awaited.Remove(source))
                _machine.AwaitsInput = _awaited.Count > 0;
        }
    }
}

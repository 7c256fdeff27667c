using System.Diagnostics;
using Dbt.Hypervisor;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Running;

/// <summary>Runs a guest with its first serial port on standard input and output.</summary>
internal static class ConsoleRun
{
    private const int ConsolePort = 0;

    /// <summary>Runs it to its end and returns the exit status.</summary>
    public static int Run(RunPlan plan)
    {
        bool person = !Console.IsInputRedirected && !Console.IsOutputRedirected;
        using CancellationTokenSource stop = new();
        using VirtualMachine machine = new(plan.Machine with { Interactive = person });
        using HostSignals signals = new(stop.Cancel);
        using ManualResetEvent listening = new(person || plan.ReadyMark is null);
        TextMark? ready = plan.ReadyMark is { } mark ? new TextMark(mark, () => listening.Set()) : null;

        byte last = (byte)'\n';
        RunResult result;
        Stopwatch watch;
        using (ByteOutput output = new(stop.Cancel))
        {
            machine.SerialOutput += (port, value) =>
            {
                if (port != ConsolePort)
                    return;
                ready?.See(value);
                output.Write(value);
                last = value;
            };
            if (person)
                Console.Error.WriteLine($"dbt: {EscapeKeys.Help}");
            using RawMode? raw = person ? RawMode.Enter() : null;
            EscapeKeys keys = new(
                key => machine.SendToSerial(ConsolePort, key),
                stop.Cancel,
                () => Console.Error.Write($"\r\ndbt: {EscapeKeys.Help}\r\n"));
            GuestKeyboard.Start(person ? keys.Press : key => machine.SendToSerial(ConsolePort, key), listening);
            watch = Stopwatch.StartNew();
            result = machine.Run(stop.Token);
            watch.Stop();
        }

        // Ours begins on a line of its own, whatever the guest was saying.
        if (person && last != '\n')
            Console.Error.WriteLine();
        RunEnd.Report(result, machine, plan, watch.Elapsed);
        return signals.Received != 0 ? 128 + signals.Received : RunEnd.Status(result.Reason);
    }
}

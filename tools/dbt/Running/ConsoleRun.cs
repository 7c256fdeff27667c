using System.Diagnostics;
using Dbt.Hypervisor;
using Dbt.Tool.Network;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Running;

/// <summary>Runs a guest with its console on standard input and output.</summary>
internal static class ConsoleRun
{
    /// <summary>Runs it to its end and returns the exit status.</summary>
    public static int Run(RunPlan plan)
    {
        bool person = !Console.IsInputRedirected && !Console.IsOutputRedirected;
        using CancellationTokenSource stop = new();
        using VirtualMachine machine = new(plan.Machine);
        using PacketCapture? capture = FrameCapture.Begin(machine, plan);
        using HostSignals signals = new(stop.Cancel);
        ConsolePort console = new(plan.Machine.CommandLine);
        EscapeKeys keys = new(Send, signals.Leave, () => Console.Error.Write($"\r\ndbt: {EscapeKeys.Help}\r\n"));
        GuestKeyboard keyboard = new(person ? keys.Press : Send, awaits => machine.AwaitsInput = awaits);
        TextMark? ready = !person && plan.ReadyMark is { } mark ? new TextMark(mark, keyboard.Listen) : null;

        UnpackingFailure unpacking = new();

        byte last = (byte)'\n';
        RunResult result;
        Stopwatch watch;
        using (ByteOutput output = new(stop.Cancel))
        {
            machine.SerialOutput += (port, value) =>
            {
                if (!console.Hears(port))
                    return;
                ready?.See(value);
                unpacking.Hears(value);
                output.Write(value);
                last = value;
            };
            if (person)
                Message.Say(EscapeKeys.Help);
            using RawMode? raw = person ? RawMode.Enter() : null;
            if (ready is null)
                keyboard.Listen();
            using ProgressWatch progress = new(
                machine, stall => Console.Error.Write($"dbt: the guest {stall}{(raw is null ? "" : "\r")}\n"));
            watch = Stopwatch.StartNew();
            result = machine.Run(stop.Token);
            watch.Stop();
            if (result.Reason is StopReason.InstructionLimit or StopReason.Stopped)
                progress.SayNow();
        }

        // Ours begins on a line of its own, whatever the guest was saying.
        if (person && last != '\n')
            Console.Error.WriteLine();
        RunEnd.Report(result, machine, plan, watch.Elapsed);
        if (unpacking.Line is { } failure)
            Message.Say(failure);
        return signals.Received != 0 ? 128 + signals.Received
            : unpacking.Line is not null ? 1 : RunEnd.Status(result.Reason);

        void Send(byte key) => machine.SendToSerial(console.Number, key);
    }
}

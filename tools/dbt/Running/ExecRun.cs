using System.Diagnostics;
using Dbt.Hypervisor;
using Dbt.Tool.Network;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Running;

/// <summary>
/// Runs a guest whose init runs one command: what the second serial port says is the command's output, what the third
/// says is its status, and the console is of interest only when it does not come to that.
/// </summary>
internal static class ExecRun
{
    private const int ConsolePort = 0, OutputPort = 1, StatusPort = 2;
    private const int LinesOfConsole = 12;

    /// <summary>Runs it to its end and returns the exit status.</summary>
    public static int Run(RunPlan plan)
    {
        using CancellationTokenSource stop = new();
        using VirtualMachine machine = plan.Build();
        using PacketCapture? capture = FrameCapture.Begin(machine, plan);
        using HostSignals signals = new(stop.Cancel);
        LastLines console = new(LinesOfConsole);
        UnpackingFailure unpacking = new();
        CommandStatus status = new();

        RunResult result;
        Stopwatch watch = Stopwatch.StartNew();
        using (ByteOutput output = new(stop.Cancel))
        {
            machine.SerialOutput += (port, value) =>
            {
                switch (port)
                {
                    case ConsolePort:
                        console.Add(value);
                        // The command would run, on files that are not those that were asked for.
                        if (unpacking.Hears(value))
                            machine.PowerOff();
                        break;
                    case OutputPort:
                        output.Write(value);
                        break;
                    case StatusPort:
                        status.Add(value);
                        break;
                }
            };
            using ProgressWatch progress = new(machine, stall => Console.Error.WriteLine($"dbt: the guest {stall}"));
            result = machine.Run(stop.Token);
            if (result.Reason is StopReason.InstructionLimit or StopReason.Stopped)
                progress.SayNow();
        }
        watch.Stop();

        if (unpacking.Line is { } failure)
        {
            Message.Say(failure);
        }
        else if (signals.Received == 0 && result.Reason != StopReason.InstructionLimit && status.Value is null)
        {
            foreach (string line in console.Lines)
                Console.Error.WriteLine(line);
            if (result.Reason == StopReason.PoweredOff)
            {
                Message.Say(
                    "the guest switched its power off before the command ended; above are its last messages");
            }
        }
        RunEnd.Report(result, machine, plan, watch.Elapsed);
        return signals.Received != 0 ? 128 + signals.Received : status.Value ?? 1;
    }
}

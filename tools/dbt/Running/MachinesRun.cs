using System.Diagnostics;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Scheduling;
using Dbt.Hypervisor.Sharing;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Running;

/// <summary>Runs several guests in this process, their consoles on one output.</summary>
internal static class MachinesRun
{
    private const int ConsolePort = 0, OutputPort = 1, StatusPort = 2;

    /// <summary>Runs them until all have ended and returns the worst of their exit statuses.</summary>
    public static int Run(MachinesPlan plan)
    {
        bool person = !Console.IsInputRedirected && !Console.IsOutputRedirected && !plan.Commands;
        using CancellationTokenSource stop = new();
        using HostSignals signals = new(stop.Cancel);
        PageSharing? sharing = plan.Share ? PageSharing.Create() : null;
        if (plan.Share && sharing is null)
            Console.Error.WriteLine("dbt: this host cannot map single pages: the machines share none");
        using MachineScheduler scheduler = new(sharing);
        using ManualResetEvent listening = new(person);

        Stopwatch watch = Stopwatch.StartNew();
        List<MachineSummary> ended = [];
        int worst = 0;
        using (ByteOutput output = new(stop.Cancel))
        {
            MachineConsoles consoles = new(output.Write, plan.Commands ? "\n" : "\r\n");
            Dictionary<ScheduledMachine, (MachineConsole Console, CommandStatus Status)> machines = [];
            foreach ((string name, RunPlan guest, int shares) in plan.Machines)
            {
                ScheduledMachine machine = scheduler.Add(name, guest.ToMachine(person), shares);
                MachineConsole console = new(name);
                CommandStatus status = new();
                machines.Add(machine, (console, status));
                bool hasInput = machines.Count - 1 == plan.Console;
                TextMark? ready = hasInput && guest.Guest.ReadyMark is { } mark ? new TextMark(mark, () => listening.Set()) : null;
                if (hasInput && ready is null)
                    listening.Set();
                machine.Machine.SerialOutput += (port, value) =>
                {
                    if (port == ConsolePort)
                        ready?.See(value);
                    if (port == (plan.Commands ? OutputPort : ConsolePort))
                        consoles.Write(console, value);
                    else if (port == StatusPort)
                        status.Add(value);
                };
            }
            ScheduledMachine selected = scheduler.Machines[plan.Console];
            consoles.Select(plan.Commands ? null : machines[selected].Console);
            scheduler.Ended += machine =>
            {
                consoles.Finish(machines[machine].Console);
                int own = plan.Commands ? machines[machine].Status.Value ?? 1 : RunEnd.Status(machine.End!.Reason);
                worst = Math.Max(worst, own);
                if (machine.End!.Reason != StopReason.PoweredOff)
                    Console.Error.Write($"dbt: {machine.Name}: {RunEnd.Describe(machine.End)}{(person ? "\r\n" : "\n")}");
                ended.Add(MachineSummary.Of(machine));
                if (machine == selected)
                    Next();
            };

            void Next()
            {
                int from = scheduler.Machines.ToList().IndexOf(selected);
                selected = Enumerable.Range(1, scheduler.Machines.Count).Select(step => scheduler.Machines[(from + step) % scheduler.Machines.Count]).FirstOrDefault(machine => machine.End is null, selected);
                if (!plan.Commands)
                    consoles.Select(machines[selected].Console);
            }

            if (person)
                Console.Error.WriteLine($"dbt: {EscapeKeys.HelpForSeveral}");
            using RawMode? raw = person ? RawMode.Enter() : null;
            EscapeKeys keys = new(
                key => scheduler.Send(selected, ConsolePort, key),
                stop.Cancel,
                () => Console.Error.Write($"\r\ndbt: {EscapeKeys.HelpForSeveral}\r\n"),
                new Dictionary<byte, Action> { [(byte)'n'] = Next, [(byte)'k'] = () => scheduler.Kill(selected) });
            if (!plan.Commands)
                GuestKeyboard.Start(person ? keys.Press : key => scheduler.Send(selected, ConsolePort, key), listening);
            scheduler.Run(stop.Token);
        }
        watch.Stop();
        if (plan.Statistics)
            MachineSummary.Print(scheduler, sharing, ended, watch.Elapsed);
        return signals.Received != 0 ? 128 + signals.Received : worst;
    }
}

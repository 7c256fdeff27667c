using System.Diagnostics;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Scheduling;
using Dbt.Hypervisor.Sharing;
using Dbt.Tool.Inspection;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Running;

/// <summary>Runs several guests in this process, their consoles on one output.</summary>
internal sealed class MachinesRun : IDisposable
{
    private const int ConsolePort = 0, OutputPort = 1, StatusPort = 2;

    private readonly MachinesPlan _plan;
    private readonly bool _person;
    private readonly MachineScheduler _scheduler;
    private readonly MachineConsoles _consoles;
    private readonly ManualResetEvent _listening;
    private readonly Dictionary<ScheduledMachine, (MachineConsole Console, CommandStatus Status)> _machines = [];
    private readonly List<MachineSummary> _ended = [];
    private ScheduledMachine _selected;
    private int _worst;

    private MachinesRun(MachinesPlan plan, bool person, MachineScheduler scheduler, ByteOutput output)
    {
        (_plan, _person, _scheduler) = (plan, person, scheduler);
        _listening = new ManualResetEvent(person);
        _consoles = new MachineConsoles(output.Write, plan.Commands ? "\n" : "\r\n");
        foreach ((string name, RunPlan guest, int shares) in plan.Machines)
            Add(name, guest, shares);
        _selected = scheduler.Machines[plan.Console];
        _consoles.Select(plan.Commands ? null : _machines[_selected].Console);
        scheduler.Ended += Finish;
    }

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

        Stopwatch watch = Stopwatch.StartNew();
        int worst;
        IReadOnlyList<MachineSummary> ended;
        using (ByteOutput output = new(stop.Cancel))
        {
            using MachinesRun run = new(plan, person, scheduler, output);
            run.Play(stop);
            (worst, ended) = (run._worst, run._ended);
        }
        watch.Stop();
        if (plan.Statistics)
            MachineSummary.Print(scheduler, sharing, ended, watch.Elapsed);
        return signals.Received != 0 ? 128 + signals.Received : worst;
    }

    /// <inheritdoc/>
    public void Dispose() => _listening.Dispose();

    private void Add(string name, RunPlan guest, int shares)
    {
        bool hasInput = _machines.Count == _plan.Console;
        ScheduledMachine machine = _scheduler.Add(name, guest.Machine with { Interactive = _person }, shares);
        MachineConsole console = new(name);
        CommandStatus status = new();
        _machines.Add(machine, (console, status));
        TextMark? ready = hasInput && guest.ReadyMark is { } mark ? new TextMark(mark, () => _listening.Set()) : null;
        if (hasInput && ready is null)
            _listening.Set();
        machine.Machine.SerialOutput += (port, value) =>
        {
            if (port == ConsolePort)
                ready?.See(value);
            if (port == (_plan.Commands ? OutputPort : ConsolePort))
                _consoles.Write(console, value);
            else if (port == StatusPort)
                status.Add(value);
        };
    }

    private void Play(CancellationTokenSource stop)
    {
        if (_person)
            Console.Error.WriteLine($"dbt: {EscapeKeys.HelpForSeveral}");
        using RawMode? raw = _person ? RawMode.Enter() : null;
        EscapeKeys keys = new(
            Send,
            stop.Cancel,
            () => Console.Error.Write($"\r\ndbt: {EscapeKeys.HelpForSeveral}\r\n"),
            new Dictionary<byte, Action> { [(byte)'n'] = SelectNext, [(byte)'k'] = () => _scheduler.Kill(_selected) });
        if (!_plan.Commands)
            GuestKeyboard.Start(_person ? keys.Press : Send, _listening);
        _scheduler.Run(stop.Token);
    }

    private void Send(byte key) => _scheduler.Send(_selected, ConsolePort, key);

    private void Finish(ScheduledMachine machine)
    {
        (MachineConsole console, CommandStatus status) = _machines[machine];
        RunResult end = machine.End!;
        _consoles.Finish(console);
        _worst = Math.Max(_worst, _plan.Commands ? status.Value ?? 1 : RunEnd.Status(end.Reason));
        if (end.Reason != StopReason.PoweredOff)
            Console.Error.Write($"dbt: {machine.Name}: {EndReport.Describe(end)}{(_person ? "\r\n" : "\n")}");
        _ended.Add(MachineSummary.Of(machine));
        if (machine == _selected)
            SelectNext();
    }

    private void SelectNext()
    {
        IReadOnlyList<ScheduledMachine> all = _scheduler.Machines;
        int from = all.ToList().IndexOf(_selected);
        IEnumerable<ScheduledMachine> others = Enumerable.Range(1, all.Count)
            .Select(step => all[(from + step) % all.Count]);
        _selected = others.FirstOrDefault(machine => machine.End is null, _selected);
        if (!_plan.Commands)
            _consoles.Select(_machines[_selected].Console);
    }
}

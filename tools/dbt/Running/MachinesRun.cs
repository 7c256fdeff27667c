using System.Diagnostics;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Scheduling;
using Dbt.Hypervisor.Sharing;
using Dbt.Tool.Inspection;
using Dbt.Tool.Network;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Running;

/// <summary>Runs several guests in this process, their consoles on one output.</summary>
internal sealed class MachinesRun
{
    private const int OutputPort = 1, StatusPort = 2;

    private readonly MachinesPlan _plan;
    private readonly bool _person;
    private readonly MachineScheduler _scheduler;
    private readonly MachineConsoles _consoles;
    private readonly GuestKeyboard _keyboard;
    private readonly Dictionary<ScheduledMachine, RunningGuest> _machines = [];
    private readonly List<MachineSummary> _ended = [];
    private ScheduledMachine _selected;
    private bool _listensAtOnce;
    private int _worst;

    private MachinesRun(
        MachinesPlan plan, bool person, MachineScheduler scheduler, ByteOutput output, Action stop)
    {
        (_plan, _person, _scheduler) = (plan, person, scheduler);
        EscapeKeys keys = new(
            Send,
            stop,
            () => Console.Error.Write($"\r\ndbt: {EscapeKeys.HelpForSeveral}\r\n"),
            new Dictionary<byte, Action> { [(byte)'n'] = SelectNext, [(byte)'k'] = KillSelected });
        _keyboard = new GuestKeyboard(person ? keys.Press : Send, scheduler.AwaitInput);
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
            Message.Say("this host cannot map single pages: the machines share none");
        using MachineScheduler scheduler = new(sharing, plan.HaveCommonTime ? VirtualSwitch.Nanoseconds : 0);

        Stopwatch watch = Stopwatch.StartNew();
        int worst;
        IReadOnlyList<MachineSummary> ended;
        using (ByteOutput output = new(stop.Cancel))
        {
            MachinesRun run = new(plan, person, scheduler, output, signals.Leave);
            run.Play(stop.Token);
            (worst, ended) = (run._worst, run._ended);
        }
        watch.Stop();
        if (plan.Statistics)
            MachineSummary.Print(scheduler, sharing, ended, watch.Elapsed);
        return signals.Received != 0 ? 128 + signals.Received : worst;
    }

    private void Add(string name, RunPlan guest, int shares)
    {
        bool hasInput = _machines.Count == _plan.Console;
        ScheduledMachine machine = _scheduler.Add(name, guest.Machine, shares);
        MachineConsole console = new(name);
        ConsolePort consolePort = new(guest.Machine.CommandLine);
        CommandStatus status = new();
        UnpackingFailure unpacking = new();
        _machines.Add(machine, new RunningGuest(console, consolePort, status, unpacking));
        if (_plan.Commands)
        {
            machine.Machine.SerialOutput += (port, value) =>
            {
                if (port == 0 && unpacking.Hears(value))
                    machine.Machine.PowerOff();
                else if (port == OutputPort)
                    _consoles.Write(console, value);
                else if (port == StatusPort)
                    status.Add(value);
            };
            return;
        }
        TextMark? ready =
            hasInput && !_person && guest.ReadyMark is { } mark ? new TextMark(mark, _keyboard.Listen) : null;
        _listensAtOnce |= hasInput && ready is null;
        machine.Machine.SerialOutput += (port, value) =>
        {
            if (!consolePort.Hears(port))
                return;
            ready?.See(value);
            unpacking.Hears(value);
            _consoles.Write(console, value);
        };
    }

    private void Play(CancellationToken stop)
    {
        if (_person)
            Message.Say(EscapeKeys.HelpForSeveral);
        using RawMode? raw = _person ? RawMode.Enter() : null;
        if (_listensAtOnce)
            _keyboard.Listen();
        _scheduler.Run(stop);
    }

    private void Send(byte key) => _scheduler.Send(_selected, _machines[_selected].Port.Number, key);

    private void KillSelected() => _scheduler.Kill(_selected);

    private void Finish(ScheduledMachine machine)
    {
        RunningGuest guest = _machines[machine];
        RunResult end = machine.End!;
        _consoles.Finish(guest.Console);
        int status = _plan.Commands ? guest.Status.Value ?? 1 : RunEnd.Status(end.Reason);
        _worst = Math.Max(_worst, guest.Unpacking.Line is null ? status : 1);
        if (end.Reason != StopReason.PoweredOff)
            Say(machine, EndReport.Describe(end));
        if (guest.Unpacking.Line is { } failure)
            Say(machine, failure);
        _ended.Add(MachineSummary.Of(machine));
        if (machine == _selected)
            SelectNext();
    }

    private void Say(ScheduledMachine machine, string text) =>
        Console.Error.Write(Message.Of($"{machine.Name}: {text}") + (_person ? "\r\n" : "\n"));

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

    /// <summary>What is listened to of a machine.</summary>
    private sealed record RunningGuest(
        MachineConsole Console, ConsolePort Port, CommandStatus Status, UnpackingFailure Unpacking);
}

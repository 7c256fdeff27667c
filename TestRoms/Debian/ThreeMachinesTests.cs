using System.Text;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Scheduling;
using Dbt.Hypervisor.Sharing;
using Dbt.TestRoms.State;
using Xunit;
using Xunit.Abstractions;

namespace Dbt.TestRoms.Debian;

/// <summary>Three machines with Debian's kernel in one process, each at its shell's prompt.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class ThreeMachinesTests(PromptedDebians booted, ITestOutputHelper output) : IClassFixture<PromptedDebians>, IDisposable
{
    private const int Machines = PromptedDebians.Machines;
    private static readonly int[] s_shares = [50, 30, 20];

    private readonly PageSharing? _sharing = PageSharing.Create();
    private readonly StringBuilder[] _consoles = [new(), new(), new()];
    private MachineScheduler? _scheduler;

    public void Dispose()
    {
        if (_scheduler is null)
            _sharing?.Dispose();
        _scheduler?.Dispose();
    }

    [SkippableFact]
    public void They_share_most_of_their_pages_when_idle_and_each_goes_on_as_if_alone()
    {
        Skip.If(_sharing is null, "this host cannot map single pages");
        MachineScheduler scheduler = GoOnFromPrompt();
        foreach (ScheduledMachine machine in scheduler.Machines)
            _sharing!.Scan(machine.Machine, machine.Machine.Memory.Frames);
        foreach (ScheduledMachine machine in scheduler.Machines)
            _sharing!.Scan(machine.Machine, machine.Machine.Memory.Frames);
        long shared = Sum(FrameState.Shared), zero = Sum(FrameState.Zero), all = scheduler.Machines.Sum(machine => machine.Machine.Memory.Frames);
        output.WriteLine($"{all} pages: {shared} shared on {_sharing!.Pages}, {zero} zero, {Sum(FrameState.Private)} private");

        Assert.True(shared + zero >= 0.6 * all, $"{shared} shared and {zero} zero of {all}");
        Assert.True(shared >= 0.6 * (all - zero), $"{shared} shared of {all - zero} that are not zero");

        // Killing one leaves the others what they had, and they still answer.
        scheduler.Kill(scheduler.Machines[0]);
        Type(scheduler, 1, "echo $((6 * 7))-two\n");
        Type(scheduler, 2, "echo $((6 * 7))-three; cat /proc/version\n");
        RunUntil(scheduler, () => Said(1, "\n42-two\r\n") && Said(2, "\n42-three\r\n") && Said(2, "Linux version"));

        Assert.Equal(StopReason.Stopped, scheduler.Machines[0].End!.Reason);
        Assert.DoesNotContain("three", _consoles[1].ToString(), StringComparison.Ordinal);

        long Sum(FrameState state) => scheduler.Machines.Where(machine => machine.End is null).Sum(machine => machine.Machine.Memory.Count(state));
    }

    [SkippableFact]
    public void Busy_ones_get_50_30_and_20_percent_within_5()
    {
        MachineScheduler scheduler = GoOnFromPrompt();
        for (int i = 0; i < Machines; i++)
            Type(scheduler, i, "while :; do :; done\n");
        scheduler.RunFor(100_000_000, CancellationToken.None);
        long[] before = [.. scheduler.Machines.Select(machine => machine.Retired)];

        scheduler.RunFor(300_000_000, CancellationToken.None);

        long all = scheduler.Machines.Sum(machine => machine.Retired) - before.Sum();
        for (int i = 0; i < Machines; i++)
            Assert.InRange((double)(scheduler.Machines[i].Retired - before[i]) / all, 0.95 * s_shares[i] / 100, 1.05 * s_shares[i] / 100);
    }

    private MachineScheduler GoOnFromPrompt()
    {
        _scheduler = new MachineScheduler(_sharing);
        for (int i = 0; i < Machines; i++)
        {
            StringBuilder console = _consoles[i];
            ScheduledMachine machine = _scheduler.Add($"debian-{i + 1}", PromptedDebians.Configuration(i), s_shares[i]);
            SavedRun.Restore(machine.Machine, booted.Saved[i]);
            machine.Machine.SerialOutput += (port, value) =>
            {
                if (port == 0)
                    console.Append((char)value);
            };
        }
        return _scheduler;
    }

    private static void Type(MachineScheduler scheduler, int machine, string text)
    {
        foreach (char key in text)
            scheduler.Send(scheduler.Machines[machine], 0, (byte)key);
    }

    private bool Said(int machine, string text) => _consoles[machine].ToString().Contains(text, StringComparison.Ordinal);

    private static void RunUntil(MachineScheduler scheduler, Func<bool> done)
    {
        const long Most = 40_000_000_000, Step = 20_000_000;
        for (long ran = 0; !done(); ran += Step)
        {
            Assert.True(ran < Most, "the machines do not get there");
            scheduler.RunFor(Step, CancellationToken.None);
        }
    }
}

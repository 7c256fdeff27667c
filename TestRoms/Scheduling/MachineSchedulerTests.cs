using System.Text;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Scheduling;
using Dbt.Hypervisor.Sharing;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Scheduling;

/// <summary>Several machines under one scheduler.</summary>
[Trait("Speed", "slow")]
public sealed class MachineSchedulerTests
{
    [Theory]
    [InlineData(50, 30, 20)]
    [InlineData(1, 1, 1)]
    [InlineData(90, 9, 1)]
    public void Machines_that_always_want_to_run_get_their_shares_within_5_percent(params int[] shares)
    {
        const long All = 60_000_000;
        using MachineScheduler scheduler = new(sharing: null);
        foreach (int share in shares)
            scheduler.Add($"spin-{share}", GuestRun.Rom("panic-spin") with { InstructionLimit = null }, share);

        scheduler.RunFor(All, CancellationToken.None);

        long retired = scheduler.Machines.Sum(machine => machine.Retired);
        Assert.InRange(retired, All, All + shares.Length);
        foreach (ScheduledMachine machine in scheduler.Machines)
        {
            double claim = (double)machine.Shares / shares.Sum() * retired;
            // A slice is what cannot be divided.
            Assert.InRange(machine.Retired, 0.95 * claim - MachineScheduler.Slice, 1.05 * claim + MachineScheduler.Slice);
        }
    }

    [Fact]
    public void A_machine_does_the_same_among_others_as_alone()
    {
        GuestRun alone = GuestRun.Of(GuestRun.Rom("kernel"));
        using MachineScheduler scheduler = new(PageSharing.Create());
        Dictionary<string, StringBuilder> consoles = [];
        foreach (string name in (string[])["first", "second", "third"])
            Add(scheduler, name, GuestRun.Rom("kernel"), 1, consoles);

        scheduler.Run(CancellationToken.None);

        Assert.All(scheduler.Machines, machine => Assert.Equal(alone.End, machine.End));
        Assert.All(consoles.Values, console => Assert.Equal(alone.Console, console.ToString()));
    }

    [Fact]
    public void Killing_a_machine_leaves_the_others_undisturbed()
    {
        GuestRun alone = GuestRun.Of(GuestRun.Rom("kernel"));
        using MachineScheduler scheduler = new(PageSharing.Create());
        Dictionary<string, StringBuilder> consoles = [];
        ScheduledMachine victim = Add(scheduler, "victim", GuestRun.Rom("panic-spin") with { InstructionLimit = null }, 1, consoles);
        ScheduledMachine first = Add(scheduler, "first", GuestRun.Rom("kernel"), 1, consoles);
        ScheduledMachine second = Add(scheduler, "second", GuestRun.Rom("kernel"), 1, consoles);
        scheduler.RunFor(2_000_000, CancellationToken.None);

        scheduler.Kill(victim);
        scheduler.Run(CancellationToken.None);

        Assert.Equal(StopReason.Stopped, victim.End!.Reason);
        Assert.Equal(alone.End, first.End);
        Assert.Equal(alone.End, second.End);
        Assert.Equal(alone.Console, consoles["first"].ToString());
        Assert.Equal(alone.Console, consoles["second"].ToString());
    }

    [Fact]
    public void A_machine_that_isolates_nothing_changes_nothing_of_those_it_shares_the_process_with()
    {
        GuestRun alone = GuestRun.Of(GuestRun.Rom("kernel"));
        using MachineScheduler scheduler = new(PageSharing.Create());
        Dictionary<string, StringBuilder> consoles = [];
        Add(scheduler, "wild", GuestRun.Rom("isolation"), 1, consoles);
        Add(scheduler, "calling", GuestRun.Rom("hypercalls"), 1, consoles);
        ScheduledMachine tame = Add(scheduler, "tame", GuestRun.Rom("kernel"), 1, consoles);

        scheduler.Run(CancellationToken.None);

        Assert.Equal(alone.End, tame.End);
        Assert.EndsWith("ROM-OK\r\n", consoles["wild"].ToString());
        Assert.EndsWith("ROM-OK\r\n", consoles["calling"].ToString());
    }

    [Fact]
    public void A_machine_whose_waiting_is_skipped_and_never_ends_leaves_the_others_their_turns()
    {
        using CancellationTokenSource late = new(TimeSpan.FromMinutes(1));
        using MachineScheduler scheduler = new(sharing: null);
        ScheduledMachine waiting = scheduler.Add("waiting", SmallGuest.Of(
            SmallGuest.Start,
            0x3408_1001,       //    li    t0, 0x1001
            0x4088_6000,       //    mtc0  t0, Status: IM4, IE; the timer, on IP7, comes and is not seen
            0x4200_0020), 1);  //    wait
        ScheduledMachine other = scheduler.Add("kernel", GuestRun.Rom("kernel"), 1);
        scheduler.Ended += _ => scheduler.Kill(waiting);

        scheduler.Run(late.Token);

        Assert.Equal(StopReason.PoweredOff, other.End?.Reason);
    }

    [Fact]
    public void A_machine_has_no_claim_on_the_time_in_which_it_waited()
    {
        const int CbusPort = 2;
        const long Share = 2_000_000;
        MachineConfiguration waits = SmallGuest.Of(
            SmallGuest.Start,
            0x3c09_bf00,   //    lui   t1, 0xbf00
            0x3529_0900,   //    ori   t1, t1, 0x900: the CBUS serial port
            0x340a_0001,   //    li    t2, 1
            0xad2a_0008,   //    sw    t2, 8(t1): it interrupts when a byte has come
            0x3c0b_1000,   //    lui   t3, 0x1000
            0x356b_ffff,   //    ori   t3, t3, 0xffff: 1: b 1b
            0x3c0c_8000,   //    lui   t4, 0x8000
            0xad8b_0180,   //    sw    t3, 0x180(t4): that is how exceptions are handled
            0x3408_1001,   //    li    t0, 0x1001
            0x4088_6000,   //    mtc0  t0, Status: IM4, IE
            0x4200_0020);  //    wait
        using MachineScheduler scheduler = new(sharing: null);
        ScheduledMachine waiting = scheduler.Add("waiting", waits, 1);
        waiting.Machine.AwaitsInput = true;
        ScheduledMachine other = scheduler.Add("spin", GuestRun.Rom("panic-spin") with { InstructionLimit = null }, 1);
        scheduler.RunFor(20 * Share, CancellationToken.None);
        (long waitingBefore, long otherBefore) = (waiting.Retired, other.Retired);
        Assert.InRange(waitingBefore, 1, 100);

        scheduler.Send(waiting, CbusPort, (byte)'x');
        scheduler.RunFor(2 * Share, CancellationToken.None);

        Assert.InRange(waiting.Retired - waitingBefore, Share - 2 * MachineScheduler.Slice, Share + 2 * MachineScheduler.Slice);
        Assert.InRange(other.Retired - otherBefore, Share - 2 * MachineScheduler.Slice, Share + 2 * MachineScheduler.Slice);
    }

    [Fact]
    public void World_switches_are_counted_and_timed()
    {
        using MachineScheduler scheduler = new(sharing: null);
        for (int i = 0; i < 2; i++)
            scheduler.Add($"spin-{i}", GuestRun.Rom("panic-spin") with { InstructionLimit = null }, 1);

        scheduler.RunFor(20 * MachineScheduler.Slice, CancellationToken.None);

        // They take turns; to the first, nobody switched.
        Assert.Equal(19, scheduler.Switches.Count);
        Assert.Equal(19, scheduler.Switches.Histogram.Sum());
        Assert.Equal(20, scheduler.Machines.Sum(machine => machine.Switches));
        Assert.True(scheduler.Switches.Total > TimeSpan.Zero);
    }

    private static ScheduledMachine Add(MachineScheduler scheduler, string name, MachineConfiguration configuration, int shares, Dictionary<string, StringBuilder> consoles)
    {
        ScheduledMachine machine = scheduler.Add(name, configuration, shares);
        StringBuilder console = consoles[name] = new();
        machine.Machine.SerialOutput += (port, value) =>
        {
            if (port == 0)
                console.Append((char)value);
        };
        return machine;
    }
}

using Dbt.Hypervisor;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>What comes from outside into a machine's serial ports, from other threads than the machine's.</summary>
public sealed class SerialInputTests
{
    // How long a thread that must not end is watched: it fails soon, or never.
    private static readonly TimeSpan s_watched = TimeSpan.FromMilliseconds(200);

    [Fact]
    public void Who_sends_more_than_a_guest_reads_waits_until_it_has_read()
    {
        // Reads the CBUS port once, whose single buffer then takes the next byte.
        MachineConfiguration reader = SmallGuest.Of(
            SmallGuest.Start,
            0x3c09_bf00,   //    lui   t1, 0xbf00
            0x8d2a_0900,   //    lw    t2, 0x900(t1)
            0x1000_ffff);  // 1: b     1b
        using VirtualMachine machine = new(reader);
        for (int i = 0; i < VirtualMachine.MostUnread; i++)
            machine.SendToSerial(2, (byte)'x');

        Thread sender = Sending(machine);
        Assert.False(sender.Join(s_watched));
        machine.SendToSerial(0, (byte)'y');

        machine.RunTo(1000, CancellationToken.None);
        sender.Join();
        Assert.Equal((byte)'x', machine.Cpu.Register(10));
    }

    [Fact]
    public void Who_waits_for_a_guest_to_read_is_let_go_when_the_machine_is_gone()
    {
        VirtualMachine machine = new(SmallGuest.Of(SmallGuest.Start));
        for (int i = 0; i < VirtualMachine.MostUnread; i++)
            machine.SendToSerial(2, (byte)'x');

        Thread sender = Sending(machine);
        Assert.False(sender.Join(s_watched));

        machine.Dispose();
        sender.Join();
        machine.SendToSerial(0, (byte)'x');
    }

    [Fact]
    public void While_somebody_may_yet_send_something_idle_time_is_waited_for_and_skipped_when_nobody_may()
    {
        // Waits for the CBUS port, where nothing comes, or for Compare, 2 ^ 32 counts away: 26 seconds.
        using VirtualMachine machine = new(SmallGuest.Of(
            SmallGuest.Start,
            0x3408_8001,    //    li    t0, 0x8001
            0x4088_6000,    //    mtc0  t0, Status: IM7, IE
            0x4200_0020));  //    wait
        machine.AwaitsInput = true;
        Thread guest = new(() => machine.RunTo(200, CancellationToken.None)) { IsBackground = true };
        guest.Start();
        Assert.False(guest.Join(s_watched));

        machine.AwaitsInput = false;

        guest.Join();
        Assert.InRange(TimeSpan.FromMicroseconds(machine.Now / 1000.0), TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(27));
    }

    private static Thread Sending(VirtualMachine machine)
    {
        Thread sender = new(() => machine.SendToSerial(2, (byte)'y')) { IsBackground = true };
        sender.Start();
        return sender;
    }
}

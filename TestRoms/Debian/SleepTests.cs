using Dbt.Hypervisor;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>
/// Linux sleeps as long as it was told to, whichever of the board's timers wakes it, whichever clock the machine's time follows.
/// </summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class SleepTests
{
    private const long Millisecond = 1_000_000;

    // The last marks are at updates of the real-time clock, one each second, which Linux makes of alarms. The length of each sleep is what the machine's clock says between its two marks.
    private const string Sleeps =
        """
        device=/sys/devices/system/clockevents/clockevent0
        cat $device/current_device /sys/devices/system/clocksource/clocksource0/current_clocksource
        printf '<'; sleep 1; printf '>'
        echo MIPS > $device/unbind_device
        cat $device/current_device
        printf '<'; sleep 1; printf '>'
        /seconds
        """;

    [SkippableTheory]
    [InlineData(ClockSource.Virtual, "", "MIPS")]
    [InlineData(ClockSource.Virtual, "nohz=off highres=off clocksource=jiffies", "jiffies")]
    [InlineData(ClockSource.Host, "", "MIPS")]
    [InlineData(ClockSource.Host, "nohz=off highres=off clocksource=jiffies", "jiffies")]
    public void Linux_sleeps_the_right_time(ClockSource clock, string append, string source)
    {
        List<long> marks = [];
        string output = "";
        using VirtualMachine machine = new(DebianGuest.Machine(WithProgram(), append) with { Clock = clock });
        machine.SerialOutput += (port, value) =>
        {
            if (port != 1)
                return;
            output += (char)value;
            if ((char)value is '<' or '>')
                marks.Add(machine.Now);
        };
        using CancellationTokenSource stop = new(TimeSpan.FromMinutes(3));
        StopReason end = machine.Run(stop.Token).Reason;

        Assert.Equal(StopReason.PoweredOff, end);
        Assert.Equal($"MIPS\n{source}\n<>pit\n<><>", output);
        // A host that is busy makes nothing sleep shorter; but Linux measures its timer with the real-time clock, less well then.
        (long early, long late) = clock == ClockSource.Host ? (100 * Millisecond, 4000 * Millisecond) : (0, 40 * Millisecond);
        Assert.InRange(marks[1] - marks[0], 1000 * Millisecond - early, 1000 * Millisecond + late);
        Assert.InRange(marks[3] - marks[2], 1000 * Millisecond - early, 1000 * Millisecond + late);
        Assert.InRange(marks[5] - marks[4], 1000 * Millisecond - early - Millisecond, 1000 * Millisecond + late);
    }

    private static Guest WithProgram() => DebianGuest.WithFiles(
        Sleeps, new AddedFile(Path.Combine(Repository.Root, "TestRoms", "roms", "bin", "linux", "seconds.elf"), "seconds"));
}

using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>The initramfs of "dbt run debian" in the machine it was not written for: the reference emulator.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class InitramfsTests
{
    [SkippableFact]
    public void The_command_s_output_and_status_leave_by_ports_of_their_own()
    {
        (string console, string output, string status) = ReferenceEmulator.Run(DebianGuest.With("printf 'a\\nb\\r\\n'; echo oops >&2; exit 3"));

        Assert.Contains(DebianInitramfs.ReadyMark, console, StringComparison.Ordinal);
        Assert.Contains("Power down", console, StringComparison.Ordinal);
        Assert.Equal("a\nb\r\noops\n", output);
        Assert.Equal(3, CommandStatus.Parse(status));
    }

    [SkippableFact]
    public void Large_output_arrives_whole()
    {
        (_, string output, string status) = ReferenceEmulator.Run(DebianGuest.With("seq 1 20000"));

        Assert.Equal(string.Concat(Enumerable.Range(1, 20000).Select(n => $"{n}\n")), output);
        Assert.Equal(0, CommandStatus.Parse(status));
    }
}

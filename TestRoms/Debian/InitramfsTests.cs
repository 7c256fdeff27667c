using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>The initramfs of "dbt run debian" in the machine it was not written for: the reference emulator.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
[Collection(nameof(ComparedDebian))]
public sealed class InitramfsTests(ComparedDebian debian)
{
    [SkippableFact]
    public void The_command_s_output_and_status_leave_by_ports_of_their_own()
    {
        (string console, string output, string status) = debian.Reference;

        Assert.Contains(DebianInitramfs.ReadyMark, console, StringComparison.Ordinal);
        Assert.Contains("Power down", console, StringComparison.Ordinal);
        Assert.Equal(ComparedDebian.Streams, ComparedDebian.Of(output, ComparedDebian.Part.Streams));
        Assert.Equal(ComparedDebian.Status, CommandStatus.Parse(status));
    }

    [SkippableFact]
    public void Large_output_arrives_whole() => Assert.Equal(
        string.Concat(Enumerable.Range(1, ComparedDebian.Numbers).Select(n => $"{n}\n")),
        ComparedDebian.Of(debian.Reference.Output, ComparedDebian.Part.Numbers));
}

using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>The kernel says the same on our board as on QEMU's.</summary>
public sealed class DmesgTests
{
    [SkippableFact]
    public void The_kernel_s_log_is_QEMU_s_line_for_line_but_for_what_is_documented()
    {
        Guest guest = DebianGuest.With("dmesg");
        string[] expected = DmesgLines.Normalize(ReferenceEmulator.Run(guest).Output);
        string[] actual = DmesgLines.Normalize(DebianGuest.Run(guest).Output);

        Assert.True(expected.Length > 150, $"QEMU's log has {expected.Length} lines");
        // What differs, all of it, before where the first difference is.
        string[] differences = [.. expected.Except(actual).Select(line => $"only QEMU: {line}"), .. actual.Except(expected).Select(line => $"only dbt: {line}")];
        Assert.True(differences.Length == 0, string.Join('\n', differences));
        Assert.Equal(expected, actual);
    }
}

using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>The kernel says the same on our board as on QEMU's.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class DmesgTests
{
    [SkippableFact]
    public void The_kernel_s_log_is_QEMU_s_line_for_line_but_for_what_is_documented()
    {
        Guest guest = DebianGuest.With("dmesg");

        DmesgLines.AssertSame(ReferenceEmulator.Run(guest).Output, DebianGuest.Run(guest).Output, least: 150);
    }
}

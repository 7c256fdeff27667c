using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>The kernel says the same on our board as on QEMU's.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
[Collection(nameof(ComparedDebian))]
public sealed class DmesgTests(ComparedDebian debian)
{
    [SkippableFact]
    public void The_kernel_s_log_is_QEMU_s_line_for_line_but_for_what_is_documented() => DmesgLines.AssertSame(
        ComparedDebian.Of(debian.Reference.Output, ComparedDebian.Part.Log),
        ComparedDebian.Of(debian.Ours.Output, ComparedDebian.Part.Log), least: 150);
}

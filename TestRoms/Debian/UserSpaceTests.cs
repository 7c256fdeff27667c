using Dbt.Hypervisor;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>Programs of Debian's user space do on our machine what they do on QEMU's.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
[Collection(nameof(ComparedDebian))]
public sealed class UserSpaceTests(ComparedDebian debian)
{
    [SkippableFact]
    public void Both_run_the_programs_to_their_end()
    {
        Assert.Equal(StopReason.PoweredOff, debian.Ours.End.Reason);
        Assert.Equal(ComparedDebian.Status, CommandStatus.Parse(debian.Reference.Status));
        Assert.Equal(ComparedDebian.Status, CommandStatus.Parse(debian.Ours.Status));
    }

    [SkippableTheory]
    [InlineData(ComparedDebian.Part.Streams)]
    [InlineData(ComparedDebian.Part.Numbers)]
    [InlineData(ComparedDebian.Part.Busybox)]
    [InlineData(ComparedDebian.Part.PythonAndPerl)]
    public void What_they_print_is_what_they_print_under_QEMU(ComparedDebian.Part part) =>
        Assert.Equal(ComparedDebian.Of(debian.Reference.Output, part), ComparedDebian.Of(debian.Ours.Output, part));
}

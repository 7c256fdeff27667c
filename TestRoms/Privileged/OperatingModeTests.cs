using Dbt.Hypervisor.Privileged;
using Xunit;

namespace Dbt.TestRoms.Privileged;

public sealed class OperatingModeTests
{
    [Theory]
    [InlineData(0x00, 0, OperatingMode.Kernel)]
    [InlineData(0x08, 0, OperatingMode.Supervisor)]
    [InlineData(0x10, 0, OperatingMode.User)]
    [InlineData(0x18, 0, OperatingMode.Kernel)]
    [InlineData(0x12, 0, OperatingMode.Kernel)]
    [InlineData(0x0a, 0, OperatingMode.Kernel)]
    [InlineData(0x14, 0, OperatingMode.Error)]
    [InlineData(0x16, 0, OperatingMode.Error)]
    [InlineData(0x10, OperatingModes.DebugMode, OperatingMode.Kernel)]
    [InlineData(0x11, 0, OperatingMode.User)]
    public void The_error_level_comes_before_the_exception_level_and_that_before_the_base_mode(uint status, uint debug, OperatingMode expected) =>
        Assert.Equal(expected, OperatingModes.Of(status, debug));
}

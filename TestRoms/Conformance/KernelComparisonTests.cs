using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Conformance;

/// <summary>Programs in kernel mode meet the same exceptions as under QEMU and leave the same; `perf -- conformance kernel` runs more of them.</summary>
public sealed class KernelComparisonTests
{
    [SkippableTheory]
    [InlineData(ByteOrder.Little)]
    [InlineData(ByteOrder.Big)]
    public void Programs_in_kernel_mode_meet_the_exceptions_that_they_meet_under_QEMU(ByteOrder order) =>
        Assert.Empty(KernelComparison.Differences(order, first: 0, count: 100));
}

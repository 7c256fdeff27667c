using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Conformance;

/// <summary>Programs made from the instruction table end on every engine as under QEMU; `perf -- conformance user` runs more of them.</summary>
public sealed class UserComparisonTests
{
    [SkippableTheory]
    [InlineData(ByteOrder.Little)]
    [InlineData(ByteOrder.Big)]
    public void Programs_in_user_mode_end_as_under_QEMU(ByteOrder order) => Assert.Empty(UserComparison.Of(order, UserProgram.Of, first: 0, count: 300).Differences);

    [SkippableTheory]
    [InlineData(ByteOrder.Little)]
    [InlineData(ByteOrder.Big)]
    public void Programs_of_half_words_end_as_under_QEMU(ByteOrder order) => Assert.Empty(UserComparison.Of(order, Mips16Program.Of, first: 0, count: 300).Differences);
}

using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Conformance;

/// <summary>What a processor reads of the board is what it reads of QEMU's; `perf -- conformance board` asks more.</summary>
public sealed class BoardComparisonTests
{
    [SkippableTheory]
    [InlineData(ByteOrder.Little)]
    [InlineData(ByteOrder.Big)]
    public void Windows_and_configuration_answer_as_those_of_QEMUs_board_wherever_they_were_moved(ByteOrder order) =>
        Assert.Empty(BoardComparison.Differences(order, first: 0, count: 4));
}

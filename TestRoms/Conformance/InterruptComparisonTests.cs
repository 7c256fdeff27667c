using Xunit;

namespace Dbt.TestRoms.Conformance;

/// <summary>Interrupts at chosen instructions; `perf -- conformance interrupts` tries more of them.</summary>
[Trait("Speed", "slow")]
public sealed class InterruptComparisonTests
{
    [Fact]
    public void An_interrupt_comes_at_the_instruction_its_time_says_and_nothing_else_changes() => Assert.Empty(InterruptComparison.Differences(first: 0, count: 6));
}

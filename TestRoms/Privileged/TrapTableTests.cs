using Dbt.Hypervisor.Privileged;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.Privileged;

public sealed class TrapTableTests
{
    [Fact]
    public void Every_reason_to_leave_an_engine_for_the_hypervisor_has_a_row()
    {
        foreach (ExitReason reason in Enum.GetValues<ExitReason>().Except([ExitReason.None, ExitReason.Budget]))
            Assert.Equal(reason, TrapTable.Of(reason).Reason);
    }
}

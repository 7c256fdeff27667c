using System.Text;
using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Instructions;

/// <summary>
/// The interpreter does with each case what the 24Kf of qemu-mipsel and of qemu-mips did (TestRoms/oracle/cpu), except where the manual differs.
/// </summary>
public sealed class QemuReplayTests
{
    private static readonly ByteOrder[] s_orders = Enum.GetValues<ByteOrder>();
    private static readonly IReadOnlyDictionary<string, (ulong CasesHash, CpuAnswer[] Answers)>[] s_recorded = [.. s_orders.Select(RecordedAnswers.Read)];
    private static readonly OneCaseMachine[] s_machines = [.. s_orders.Select(order => new OneCaseMachine(order))];

    public static TheoryData<string, ByteOrder> GroupsAndOrders
    {
        get
        {
            TheoryData<string, ByteOrder> data = [];
            foreach (CpuCaseGroup group in CpuCases.All)
            {
                foreach (ByteOrder order in s_orders)
                    data.Add(group.Name, order);
            }
            return data;
        }
    }

    public static TheoryData<ByteOrder> Orders => new(s_orders);

    [Theory]
    [MemberData(nameof(GroupsAndOrders))]
    public void Instructions_do_what_QEMU_did(string name, ByteOrder order)
    {
        CpuCaseGroup group = CpuCases.All.Single(group => group.Name == name);
        Assert.True(
            s_recorded[(int)order].TryGetValue(name, out (ulong CasesHash, CpuAnswer[] Answers) recorded) && recorded.CasesHash == RecordedAnswers.Hash(group),
            $"the cases of '{name}' are not those recorded: record again, see TestRoms/oracle/cpu/record.sh");

        StringBuilder report = new();
        int wrong = 0;
        for (int i = 0; i < group.Cases.Count; i++)
        {
            CpuCase test = group.Cases[i];
            if (QemuCpuDepartures.Reason(name, test) is not null)
                continue;
            CpuAnswer actual = s_machines[(int)order].Execute(test);
            if (!actual.Equals(recorded.Answers[i]) && wrong++ < 10)
                report.AppendLine(Describe(test)).AppendLine($"    QEMU: {recorded.Answers[i]}").AppendLine($"    here: {actual}");
        }
        Assert.True(wrong == 0, $"{wrong} of {group.Cases.Count} cases of '{name}' differ:\n{report}");
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Every_exception_made_for_QEMU_is_needed(ByteOrder order)
    {
        HashSet<string> needed = [];
        foreach (CpuCaseGroup group in CpuCases.All)
        {
            for (int i = 0; i < group.Cases.Count; i++)
            {
                string? reason = QemuCpuDepartures.Reason(group.Name, group.Cases[i]);
                if (reason is not null && !needed.Contains(reason) && !s_machines[(int)order].Execute(group.Cases[i]).Equals(s_recorded[(int)order][group.Name].Answers[i]))
                    needed.Add(reason);
            }
        }
        Assert.Equal(QemuCpuDepartures.All.Order(), needed.Order());
    }

    private static string Describe(CpuCase test) =>
        $"{test.Text} with {string.Join(", ", test.Changes.Select(change => $"{CpuState.Name(change.Index)} = {change.Value:x8}"))}";
}

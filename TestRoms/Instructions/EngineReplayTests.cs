using System.Text;
using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.Instructions;

/// <summary>
/// Loads and stores, and MIPS16e, do under every engine what QEMU did, in either byte order. (The rest of what engines do is compared with the interpreter, in lockstep.)
/// </summary>
public sealed class EngineReplayTests
{
    // Compiling takes its time: of the cases of a row, every third, which still has every lane.
    private const int CompiledStep = 3;

    // There are eight to each of the words of a row of MIPS16e: of every fourth word one.
    private const int Mips16CompiledStep = 33;

    private static readonly string[] s_groups =
    [
        .. InstructionSet.Rows.Where(row => row.Has(InstructionFlags.Load | InstructionFlags.Store) && !CpuCases.LeftOut.ContainsKey(row.Name)).Select(row => row.Name),
        "linked",
    ];

    public static TheoryData<Engine, ByteOrder> EnginesAndOrders => new()
    {
        { Engine.Threaded, ByteOrder.Little },
        { Engine.Threaded, ByteOrder.Big },
        { Engine.Dbt, ByteOrder.Little },
        { Engine.Dbt, ByteOrder.Big },
    };

    [Theory]
    [MemberData(nameof(EnginesAndOrders))]
    public void Loads_and_stores_do_what_QEMU_did(Engine engine, ByteOrder order) =>
        AssertAsRecorded(engine, order, group => s_groups.Contains(group.Name), CompiledStep);

    [Theory]
    [MemberData(nameof(EnginesAndOrders))]
    public void Instructions_of_MIPS16e_do_what_QEMU_did(Engine engine, ByteOrder order) =>
        AssertAsRecorded(engine, order, group => group.Cases[0].IsMips16, Mips16CompiledStep);

    private static void AssertAsRecorded(Engine engine, ByteOrder order, Func<CpuCaseGroup, bool> isAsked, int compiledStep)
    {
        using OneCaseMachine machine = new(order, engine);
        IReadOnlyDictionary<string, (ulong CasesHash, CpuAnswer[] Answers)> recorded = RecordedAnswers.Read(order);
        StringBuilder report = new();
        int wrong = 0;
        foreach (CpuCaseGroup group in CpuCases.All.Where(isAsked))
        {
            for (int i = 0; i < group.Cases.Count; i += engine == Engine.Dbt ? compiledStep : 1)
            {
                CpuCase test = group.Cases[i];
                CpuAnswer expected = recorded[group.Name].Answers[i];
                if (QemuCpuDepartures.Reason(group.Name, test) is not null || machine.Execute(test) is var actual && actual.Equals(expected))
                    continue;
                if (wrong++ < 10)
                    report.AppendLine($"{test.Text}\n    QEMU: {expected}\n    here: {actual}");
            }
        }
        Assert.True(wrong == 0, $"{wrong} cases differ:\n{report}");
        Assert.True(machine.Translated > 0, "nothing ran that was made of the guest's code");
    }
}

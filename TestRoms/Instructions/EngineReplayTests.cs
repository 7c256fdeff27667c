using System.Text;
using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.Translator;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.Instructions;

/// <summary>
/// Loads and stores do under every engine what QEMU did, in either byte order. (The rest of what engines do is compared with the interpreter, in lockstep.)
/// </summary>
public sealed class EngineReplayTests
{
    // Compiling takes its time: of the cases of a row, every third, which still has every lane.
    private const int CompiledStep = 3;

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
    public void Loads_and_stores_do_what_QEMU_did(Engine engine, ByteOrder order)
    {
        using OneCaseMachine machine = new(order, engine);
        IReadOnlyDictionary<string, (ulong CasesHash, CpuAnswer[] Answers)> recorded = RecordedAnswers.Read(order);
        StringBuilder report = new();
        int wrong = 0;
        foreach (CpuCaseGroup group in CpuCases.All.Where(group => s_groups.Contains(group.Name)))
        {
            for (int i = 0; i < group.Cases.Count; i += engine == Engine.Dbt ? CompiledStep : 1)
            {
                CpuCase test = group.Cases[i];
                CpuAnswer expected = recorded[group.Name].Answers[i];
                if (QemuCpuDepartures.Reason(group.Name, test) is not null || machine.Execute(test) is var actual && actual.Equals(expected))
                    continue;
                if (wrong++ < 10)
                    report.AppendLine($"{Disassembler.Format(test.Code[0], CpuState.Code)}\n    QEMU: {expected}\n    here: {actual}");
            }
        }
        Assert.True(wrong == 0, $"{wrong} cases differ:\n{report}");
        Assert.True(machine.Translated > 0, "nothing ran that was made of the guest's code");
    }
}

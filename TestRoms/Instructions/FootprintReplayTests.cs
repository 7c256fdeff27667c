using Dbt.Translator;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.Instructions;

/// <summary>Footprints against what the interpreter does: nothing outside them is written, and nothing outside them matters.</summary>
public sealed class FootprintReplayTests
{
    private const int CasesPerRow = 150;
    private static readonly OneCaseMachine s_machine = new();

    public static TheoryData<string> Names => [.. InstructionSet.Rows.Where(row => row.Operands is not [OperandForm.Word] && !CpuCases.LeftOut.ContainsKey(row.Name)).Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_instruction_writes_and_depends_on_nothing_outside_its_footprint(string name)
    {
        SeededRandom random = new(name);
        IReadOnlyList<CpuCase> cases = CpuCases.All.Single(group => group.Name == name).Cases;
        for (int i = 0; i < cases.Count; i += 1 + cases.Count / CasesPerRow)
        {
            uint word = cases[i].Code[0];
            // Branches need a delay slot: one that does nothing.
            CpuCase test = cases[i] with { Code = [word, 0] };
            uint[] before = test.Before();
            bool wide = before[CpuState.WideFloat] != 0;
            var footprint = Footprint.Of(word, wide);
            bool[] read = Places(footprint.Reads, footprint.FloatReads, wide);
            bool[] written = Places(footprint.Writes, footprint.FloatWrites, wide);

            CpuAnswer answer = s_machine.Execute(test);
            foreach ((int index, uint _) in answer.Changes)
                Assert.True(written[index] || index >= CpuState.Memory && (footprint.Flags & InstructionFlags.Store) != 0, $"{Text(word)} wrote {CpuState.Name(index)}");

            CpuCase otherTest = test with { Changes = [.. test.Changes, .. Others(read, random)] };
            CpuAnswer other = s_machine.Execute(otherTest);
            Assert.True((answer.Signal, answer.Pc) == (other.Signal, other.Pc), $"{Text(word)} ended otherwise: {answer}, {other}");
            if (answer.Pc == CpuState.Code)
                continue; // It did not complete.
            uint[] after = After(before, answer), otherAfter = After(otherTest.Before(), other);
            for (int place = 0; place < CpuState.Words; place++)
                Assert.True(!(written[place] || place >= CpuState.Memory) || after[place] == otherAfter[place], $"{Text(word)}: {CpuState.Name(place)} depends on more than the footprint");
        }
    }

    private static string Text(uint word) => Disassembler.Format(word, CpuState.Code);

    private static uint[] After(uint[] before, CpuAnswer answer)
    {
        uint[] state = [.. before];
        foreach ((int index, uint value) in answer.Changes)
            state[index] = value;
        return state;
    }

    /// <summary>The words of the state that a footprint's masks name.</summary>
    private static bool[] Places(ulong general, ulong floating, bool wide)
    {
        bool[] places = new bool[CpuState.Words];
        foreach (int register in CpuCases.Registers(general))
            places[register] = true;
        for (int register = 0; register < 32; register++)
        {
            places[CpuState.Float + 2 * register] = (floating >> register & 1) != 0;
            places[CpuState.Float + 2 * register + 1] = wide && (floating >> register & 1) != 0;
        }
        places[CpuState.Fcsr] = (floating >> Footprint.Fcsr & 1) != 0;
        return places;
    }

    /// <summary>Other values for every register that is not read.</summary>
    private static IEnumerable<(int, uint)> Others(bool[] read, SeededRandom random)
    {
        for (int place = 1; place < CpuState.Memory; place++)
        {
            if (!read[place] && place != CpuState.Fcsr + 1)
                yield return (place, random.Word() & (place == CpuState.Fcsr ? 0xff80_007f : uint.MaxValue));
        }
    }
}

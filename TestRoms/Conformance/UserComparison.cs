using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Instructions;
using Dbt.Translator;
using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Conformance;

/// <summary>A program that ends otherwise on an engine than under QEMU, made as small as it gets.</summary>
internal sealed record UserDifference(int Seed, ByteOrder Order, Engine Engine, CpuCase Program, CpuAnswer Expected, CpuAnswer Actual)
{
    public override string ToString()
    {
        string code = string.Concat(Program.Instructions.Where(code => code.Word != Program.Nop).Select(code => Line(code.Pc, code.Word)));
        string state = string.Join(", ", Program.Changes.Select(change => $"{CpuState.Name(change.Index)} = {change.Value:x8}"));
        return $"program {Seed}, {Order}-endian, {Engine}; the rest is nops:{code}\n  with {state}\n  QEMU: {Expected}\n  here: {Actual}";
    }

    private static string Line(uint address, uint word) => $"\n    {address:x8}: {word:x8}  {Disassembler.Format(word, address)}";
}

/// <summary>Programs put to qemu-mipsel or qemu-mips and to each engine.</summary>
internal static class UserComparison
{
    /// <summary>The first differences, and how many programs were left out for what docs/fpu.md says of NaNs.</summary>
    /// <param name="order">The byte order.</param>
    /// <param name="make">Makes a program of a seed.</param>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="most">After how many differences there is enough to do.</param>
    public static (IReadOnlyList<UserDifference> Differences, int WithNaNs) Of(ByteOrder order, Func<int, CpuCase> make, int first, int count, int most = 5)
    {
        CpuCase[] programs = [.. Enumerable.Range(first, count).Select(make)];
        CpuAnswer[] expected = QemuUser.Ask(order, programs);
        using OneCaseMachine reference = new(order);
        List<UserDifference> differences = [];
        HashSet<int> withNaNs = [];
        foreach (Engine engine in Enum.GetValues<Engine>())
        {
            using OneCaseMachine machine = new(order, engine);
            for (int i = 0; i < count && differences.Count < most; i++)
            {
                if (machine.Execute(programs[i]).Equals(expected[i]))
                    continue;
                if (ReadsNaN(reference, programs[i]))
                    withNaNs.Add(i);
                else
                    differences.Add(Shrunk(first + i, order, engine, machine, programs[i]));
            }
        }
        return (differences, withNaNs.Count);
    }

    private static UserDifference Shrunk(int seed, ByteOrder order, Engine engine, OneCaseMachine machine, CpuCase program)
    {
        // What can go by itself can often go together.
        for (bool smaller = true; smaller;)
        {
            Func<CpuCase, CpuCase>[] steps = [.. Steps(program)];
            bool[] differs = Differ(order, machine, [.. steps.Select(step => step(program))]);
            Func<CpuCase, CpuCase>[] possible = [.. steps.Where((_, i) => differs[i])];
            CpuCase[] together = [.. Enumerable.Range(0, possible.Length).Select(i => possible[..(i + 1)].Aggregate(program, (current, step) => step(current)))];
            int last = Array.LastIndexOf(Differ(order, machine, together), true);
            smaller = last >= 0;
            if (smaller)
                program = together[last];
        }
        return new UserDifference(seed, order, engine, program, QemuUser.Ask(order, [program])[0], machine.Execute(program));
    }

    private static bool[] Differ(ByteOrder order, OneCaseMachine machine, CpuCase[] programs)
    {
        CpuAnswer[] expected = QemuUser.Ask(order, programs);
        return [.. programs.Select((program, i) => !machine.Execute(program).Equals(expected[i]))];
    }

    // An instruction less, or one thing less in the state; each of them leaves the places of the others.
    private static IEnumerable<Func<CpuCase, CpuCase>> Steps(CpuCase program)
    {
        foreach ((_, _, Range place) in program.Instructions.Where(code => code.Word != program.Nop))
        {
            (int at, int length) = place.GetOffsetAndLength(program.Code.Length);
            yield return now => now with { Code = [.. now.Code[..at], .. Enumerable.Repeat(now.Nop, length), .. now.Code[(at + length)..]] };
        }
        foreach ((int index, _) in program.Changes.Where(change => change.Index != CpuState.WideFloat))
            yield return now => now with { Changes = [.. now.Changes.Where(change => change.Index != index)] };
    }

    // Executes the program as far as each of its instructions, and looks at the numbers this one reads.
    private static bool ReadsNaN(OneCaseMachine machine, CpuCase program)
    {
        bool wide = program.Before()[CpuState.WideFloat] != 0;
        // Half words have no numbers that may be none.
        for (int at = 0; at < program.Code.Length && !program.IsMips16; at++)
        {
            var footprint = Footprint.Of(program.Code[at], wide);
            if (footprint.FloatReads == 0)
                continue;
            CpuAnswer answer = machine.Execute(program with { Code = program.Code[..at] });
            bool isNext = answer.Pc == CpuState.Code + 4 * (uint)at || at > 0 && answer.Pc == CpuState.Code + 4 * (uint)(at - 1);
            uint[] state = program.Before();
            foreach ((int index, uint value) in answer.Changes)
                state[index] = value;
            if (isNext && Enumerable.Range(0, 32).Any(register => (footprint.FloatReads >> register & 1) != 0 && IsNaN(state, register, wide)))
                return true;
        }
        return false;
    }

    private static bool IsNaN(uint[] state, int register, bool wide)
    {
        uint low = state[CpuState.Float + 2 * register];
        uint high = wide ? state[CpuState.Float + 2 * register + 1] : state[CpuState.Float + 2 * (register | 1)];
        return float.IsNaN(BitConverter.UInt32BitsToSingle(low)) || double.IsNaN(BitConverter.UInt64BitsToDouble((ulong)high << 32 | low));
    }
}

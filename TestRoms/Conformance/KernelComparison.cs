using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Dbt.Translator;
using Xunit;

namespace Dbt.TestRoms.Conformance;

/// <summary>Programs in kernel mode, with their exceptions, put to the Malta of qemu-system-mipsel or qemu-system-mips and to each engine.</summary>
internal static class KernelComparison
{
    private const uint CoprocessorError = 0x3000_0000, NotFound = 0x8000_0000, Tlbwi = 0x4200_0002, Mtc0 = 0x204;
    private const ulong Programs = 24 << 20, Results = 32 << 20;

    // As TestRoms/roms/conformance/program.h has it.
    private const int Most = 16, Each = 7, Gprs = 34, System = 12, Tlb = 48, Memory = 48;
    private const int WordsOfResult = 1 + Most * Each + Gprs + System + Tlb + Memory;

    private static readonly string[] s_noted = ["vector", "EPC", "Cause", "BadVAddr", "EntryHi", "Context", "Status"];

    private static readonly string[] s_system =
        ["Index", "EntryLo0", "EntryLo1", "Context", "PageMask", "Wired", "HWREna", "EntryHi", "Status", "Cause", "EPC", "ErrorEPC"];

    /// <summary>The first differences, made as small as they get.</summary>
    public static IReadOnlyList<string> Differences(ByteOrder order, int first, int count, int most = 5)
    {
        KernelProgram[] programs = [.. Enumerable.Range(first, count).Select(KernelProgram.Of)];
        uint[] expected = Ask(order, programs);
        List<string> differences = [];
        foreach (Engine engine in Enum.GetValues<Engine>())
        {
            uint[] actual = Run(order, engine, programs);
            for (int i = 0; i < count && differences.Count < most; i++)
            {
                if (Result(expected, i).SequenceEqual(Result(actual, i)))
                    continue;
                bool alone = Differ(order, engine, [programs[i]])[0];
                differences.Add(alone
                    ? Shrunk(first + i, order, engine, programs[i])
                    : "only behind the programs before it: " + Describe(first + i, order, engine, programs[i], Result(expected, i), Result(actual, i)));
            }
        }
        return differences;
    }

    private static ReadOnlySpan<uint> Result(uint[] results, int program) => results.AsSpan(program * WordsOfResult, WordsOfResult);

    // What an address error leaves in VPN2 of EntryHi and in Context is undefined (MD00090, "Address Error Exception"), up to the next exception of the TLB;
    // so is CE of Cause but for a coprocessor that is unusable, and what TLBP leaves of Index where it finds nothing.
    private static uint[] Defined(uint[] results)
    {
        for (int at = 0; at < results.Length; at += WordsOfResult)
        {
            bool undefined = false;
            for (int i = 0; i < results[at]; i++)
            {
                int entry = at + 1 + i * Each;
                uint code = results[entry + 2] >> 2 & 31;
                undefined = code is 4 or 5 || undefined && code is not (1 or 2 or 3);
                if (code != 11)
                    results[entry + 2] &= ~CoprocessorError;
                if (undefined)
                    (results[entry + 4], results[entry + 5]) = (results[entry + 4] & 0xff, 0);
            }
            int system = at + 1 + Most * Each + Gprs;
            results[system + 9] &= ~CoprocessorError;
            results[system] &= (int)results[system] < 0 ? NotFound : uint.MaxValue;
            if (undefined)
                (results[system + 7], results[system + 3]) = (results[system + 7] & 0xff, 0);
        }
        return results;
    }

    private static byte[] Bytes(ByteOrder order, KernelProgram[] programs)
    {
        uint[] words = [(uint)programs.Length, .. programs.SelectMany(program => program.Words())];
        byte[] bytes = new byte[4 * words.Length];
        for (int i = 0; i < words.Length; i++)
            order.WriteWord(bytes.AsSpan(4 * i), words[i]);
        return bytes;
    }

    private static uint[] Ask(ByteOrder order, KernelProgram[] programs) =>
        Defined(QemuSystem.Run(order, Bytes(order, programs), WordsOfResult * programs.Length));

    private static uint[] Run(ByteOrder order, Engine engine, KernelProgram[] programs)
    {
        using VirtualMachine machine = new(GuestRun.Rom("conformance", order) with { Engine = engine, JitThreshold = 2, TranslateInBackground = false, InstructionLimit = 20_000_000 + 100_000L * programs.Length });
        byte[] input = Bytes(order, programs);
        input.CopyTo(machine.Ram.Slice(Programs, input.Length));
        GuestRun run = GuestRun.Of(machine);
        Assert.True(run.End.Reason == StopReason.PoweredOff && run.Console.Trim() == "ROM-OK", $"{engine}: {run.End.Reason}, {run.Console} {run.End.Explanation}");
        Span<byte> results = machine.Ram.Slice(Results, 4 * WordsOfResult * programs.Length);
        uint[] words = new uint[WordsOfResult * programs.Length];
        for (int i = 0; i < words.Length; i++)
            words[i] = order.Word(results[(4 * i)..]);
        return Defined(words);
    }

    private static string Shrunk(int seed, ByteOrder order, Engine engine, KernelProgram program)
    {
        for (bool smaller = true; smaller;)
        {
            // While something is written into the TLB, so is what says where: a page must not match twice.
            bool writes = program.Code.Contains(Tlbwi);
            int[] places = [.. Enumerable.Range(0, program.Code.Length).Where(i => program.Code[i] != 0 && !(writes && program.Code[i] >> 21 == Mtc0))];
            bool[] differs = Differ(order, engine, [.. places.Select(place => Without(program, [place]))]);
            int[] possible = [.. places.Where((_, i) => differs[i])];
            KernelProgram[] together = [.. Enumerable.Range(0, possible.Length).Select(i => Without(program, possible[..(i + 1)]))];
            int last = Array.LastIndexOf(Differ(order, engine, together), true);
            smaller = last >= 0;
            if (smaller)
                program = together[last];
        }
        uint[] expected = Ask(order, [program]), actual = Run(order, engine, [program]);
        return Describe(seed, order, engine, program, expected, actual);
    }

    private static KernelProgram Without(KernelProgram program, int[] places) =>
        program with { Code = [.. program.Code.Select((word, i) => places.Contains(i) ? 0 : word)] };

    private static bool[] Differ(ByteOrder order, Engine engine, KernelProgram[] programs)
    {
        if (programs.Length == 0)
            return [];
        uint[] expected = Ask(order, programs), actual = Run(order, engine, programs);
        return [.. Enumerable.Range(0, programs.Length).Select(i => !Result(expected, i).SequenceEqual(Result(actual, i)))];
    }

    private static string Describe(int seed, ByteOrder order, Engine engine, KernelProgram program, ReadOnlySpan<uint> expected, ReadOnlySpan<uint> actual)
    {
        IEnumerable<string> code = program.Code.Index().Where(place => place.Item != 0)
            .Select(place => (Address: program.Entry + 4 * (uint)place.Index, Word: place.Item))
            .Select(line => $"\n    {line.Address:x8}: {line.Word:x8}  {Disassembler.Format(line.Word, line.Address)}");
        List<string> different = [];
        for (int i = 0; i < WordsOfResult; i++)
        {
            if (expected[i] != actual[i])
                different.Add($"\n    {Name(i)}: QEMU {expected[i]:x8}, here {actual[i]:x8}");
        }
        string registers = string.Join(", ", program.Registers.Skip(1).Select((value, i) => $"{Disassembler.RegisterName(i + 1)} = {value:x8}"));
        return $"kernel program {seed}, {order}-endian, {engine}, Status {program.Status:x8}; the rest is nops:{string.Concat(code)}\n  with {registers}{string.Concat(different)}";
    }

    private static string Name(int word)
    {
        if (word == 0)
            return "exceptions";
        if (--word < Most * Each)
            return $"exception {word / Each} {s_noted[word % Each]}";
        word -= Most * Each;
        if (word < Gprs)
            return word switch { 32 => "HI", 33 => "LO", _ => Disassembler.RegisterName(word) };
        word -= Gprs;
        if (word < System)
            return s_system[word];
        word -= System;
        return word < Tlb ? $"TLB {word / 3} {s_system[word % 3 == 0 ? 7 : word % 3]}" : $"page {(word - Tlb) / 16} word {(word - Tlb) % 16}";
    }
}

using System.Globalization;
using Dbt.Hypervisor;
using Dbt.TestRoms.Conformance;
using Dbt.TestRoms.Debian;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.Perf.Conformance;

/// <summary>
/// What compilers are tested with: GCC's torture suite, the part that is executed, and programs of csmith, each
/// compiled at several levels, run many in one boot of Debian, and one after the other under qemu-mipsel.
/// </summary>
internal static class CompilersPart
{
    // So many rounds go through the whole suite.
    private const int RoundsOfSuite = 8;
    private const int ProgramsOfRound = 100;
    private const string CsmithHeaders = "/usr/include/csmith";

    /// <summary>Both.</summary>
    public static IReadOnlyList<ConformancePart> All { get; } =
    [
        new("compilers-torture", "GCC's torture suite, an eighth of it a round, at -O0, -O2, -O3 and -mips16, inside Debian", "themselves, qemu-mipsel, and where that differs qemu-system-mipsel", Torture),
        new("compilers-csmith", "programs of csmith, at each of these levels in turn, inside Debian", "qemu-mipsel, and where that differs qemu-system-mipsel", Csmith),
    ];

    // Threaded code has a turn, the translator the others.
    private static Engine EngineOf(int level) => level == 1 ? Engine.Threaded : Engine.Dbt;

    // They judge themselves, and some print addresses: their status says all.
    private static PartResult Torture(int seed, int rounds)
    {
        CompiledPrograms.Require();
        (string Name, Func<string?> Source)[] programs =
        [
            .. TortureSuite.Sources()
                .Where((_, index) => (index + RoundsOfSuite - seed % RoundsOfSuite) % RoundsOfSuite < rounds)
                .Select(source => (Path.GetFileNameWithoutExtension(source), (Func<string?>)(() => source))),
        ];
        List<string> differences = [], tried = [];
        foreach ((int index, (string level, string[] options)) in CompiledPrograms.Levels.Index())
        {
            CompiledPrograms compiled = new(Path.Combine("torture", level), options);
            IReadOnlyList<string> names = compiled.Compile(programs);
            Dictionary<string, string> actual = Inside(compiled, names, EngineOf(index));
            string[] failing = [.. names.Where(name => Status(actual.GetValueOrDefault(name, "nothing")) != "0")];
            differences.AddRange(Differences(compiled, EngineOf(index), actual, compiled.Expected(failing), Status));
            tried.Add(Text($"{level} {names.Count:N0}, {failing.Length:N0} of them with another status than 0"));
        }
        return new PartResult(string.Join("; ", tried), differences);

        static string Status(string answer) => answer.Split(' ')[0];
    }

    private static PartResult Csmith(int seed, int rounds)
    {
        CompiledPrograms.Require(("csmith", "csmith"));
        Skip.IfNot(Directory.Exists(CsmithHeaders), "needs Debian's libcsmith-dev");
        List<string> differences = [];
        int tried = 0;
        IEnumerable<int> numbers = Enumerable.Range(1 + seed * ProgramsOfRound, rounds * ProgramsOfRound);
        foreach ((int index, (string level, string[] options)) in CompiledPrograms.Levels.Index())
        {
            CompiledPrograms compiled = new("csmith", options);
            (string Name, Func<string?> Source)[] programs =
            [
                .. numbers.Where(number => number % CompiledPrograms.Levels.Count == index)
                    .Select(number => (Text($"{number}-{level}"), (Func<string?>)(() => Generated(number)))),
            ];
            // What does not end under QEMU would not end here.
            Dictionary<string, string> expected = compiled.Expected(compiled.Compile(programs, "-I", CsmithHeaders));
            Dictionary<string, string> actual = Inside(compiled, expected.Keys, EngineOf(index));
            differences.AddRange(Differences(compiled, EngineOf(index), actual, expected, answer => answer));
            tried += expected.Count;
        }
        return new PartResult(
            Text($"{tried:N0} of {rounds * ProgramsOfRound:N0} programs; the others do not end soon"), differences);
    }

    private static IEnumerable<string> Differences(
        CompiledPrograms compiled, Engine engine, Dictionary<string, string> actual,
        Dictionary<string, string> expected, Func<string, string> verdict)
    {
        string[] others = [.. expected.Keys.Where(program => Of(actual, program) != Of(expected, program))];
        if (others.Length == 0)
            return [];
        // What a program that jumps into nothing finds there depends on where all else is: only the same kernel knows.
        Dictionary<string, string> reference =
            CompiledPrograms.Answers(ReferenceEmulator.Run(Guest(compiled, others)).Output);
        return
            from program in others
            let own = Of(actual, program)
            let there = Of(reference, program)
            where own != there
            select $"{compiled.Name} {program}, {engine}: {own}; qemu-mipsel: {expected[program]}; qemu-system-mipsel: {there}";

        string Of(Dictionary<string, string> answers, string program) =>
            verdict(answers.GetValueOrDefault(program, "nothing"));
    }

    private static Dictionary<string, string> Inside(
        CompiledPrograms compiled, IEnumerable<string> names, Engine engine) =>
        CompiledPrograms.Answers(DebianRun.Run(Guest(compiled, names), engine).Output);

    private static Guest Guest(CompiledPrograms compiled, IEnumerable<string> names)
    {
        (string command, byte[] files) = compiled.InGuest(names);
        return DebianRun.Load(command, ["libc6"], files);
    }

    private static string? Generated(int number)
    {
        string folder = CompiledPrograms.Of("csmith-sources"), source = Path.Combine(folder, Text($"{number}.c"));
        (int status, string text) = HostProgram.Run(folder, "timeout", ["30", "csmith", "--seed", Text($"{number}")]);
        if (status != 0)
            return null;
        File.WriteAllText(source, text);
        return source;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

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

    // They judge themselves, and some print addresses: their status says all.
    private static void Torture(PartRun run)
    {
        CompiledPrograms.Require();
        IReadOnlyList<string> sources = TortureSuite.Sources(run.Stop);
        List<string> tried = [];
        foreach (int round in run.Numbers.Take(RoundsOfSuite))
        {
            (string Name, Func<string?> Source)[] programs =
            [
                .. sources.Where((_, index) => index % RoundsOfSuite == round % RoundsOfSuite)
                    .Select(source => (Path.GetFileNameWithoutExtension(source), (Func<string?>)(() => source))),
            ];
            foreach ((int index, (string level, string[] options)) in CompiledPrograms.Levels.Index())
            {
                CompiledPrograms compiled = new(Path.Combine("torture", level), options, run.Stop);
                IReadOnlyList<string> names = compiled.Compile(programs);
                Engine engine = EngineOf(run, index);
                Dictionary<string, string> actual = Inside(compiled, names, engine, run.Stop);
                string[] failing = [.. names.Where(name => Status(actual.GetValueOrDefault(name, "nothing")) != "0")];
                tried.Add(Text($"{level} {names.Count:N0}, {failing.Length:N0} of them with another status than 0"));
                run.Note(
                    string.Join("; ", tried),
                    Differences(compiled, engine, actual, compiled.Expected(failing), Status, run.Stop));
            }
        }

        static string Status(string answer) => answer.Split(' ')[0];
    }

    private static void Csmith(PartRun run)
    {
        CompiledPrograms.Require(("csmith", "csmith"));
        Skip.IfNot(Directory.Exists(CsmithHeaders), "needs Debian's libcsmith-dev");
        int asked = 0, tried = 0;
        foreach (int round in run.Numbers)
        {
            foreach ((int index, (string level, string[] options)) in CompiledPrograms.Levels.Index())
            {
                CompiledPrograms compiled = new("csmith", options, run.Stop);
                (string Name, Func<string?> Source)[] programs =
                [
                    .. Enumerable.Range(1 + round * ProgramsOfRound, ProgramsOfRound)
                        .Where(number => number % CompiledPrograms.Levels.Count == index)
                        .Select(number =>
                            (Text($"{number}-{level}"), (Func<string?>)(() => Generated(number, run.Stop)))),
                ];
                // What does not end under QEMU would not end here.
                Dictionary<string, string> expected =
                    compiled.Expected(compiled.Compile(programs, "-I", CsmithHeaders));
                Engine engine = EngineOf(run, index);
                Dictionary<string, string> actual = Inside(compiled, expected.Keys, engine, run.Stop);
                asked += programs.Length;
                tried += expected.Count;
                run.Note(
                    Text($"{tried:N0} of {asked:N0} programs; the others do not end soon"),
                    Differences(compiled, engine, actual, expected, answer => answer, run.Stop));
            }
        }
    }

    // Threaded code has a turn, the translator the others.
    private static Engine EngineOf(PartRun run, int level) => run.Engine ?? (level == 1 ? Engine.Threaded : Engine.Dbt);

    private static string[] Differences(
        CompiledPrograms compiled, Engine engine, Dictionary<string, string> actual,
        Dictionary<string, string> expected, Func<string, string> verdict, CancellationToken stop)
    {
        string[] others = [.. expected.Keys.Where(program => Of(actual, program) != Of(expected, program))];
        if (others.Length == 0)
            return [];
        // What a program that jumps into nothing finds there depends on where all else is: only the same kernel knows.
        Dictionary<string, string> reference =
            CompiledPrograms.Answers(ReferenceEmulator.Run(Guest(compiled, others), null, stop).Output);
        return
        [
            .. from program in others
               let own = Of(actual, program)
               let there = Of(reference, program)
               where own != there
               select $"{compiled.Name} {program}, {engine}: {own}; qemu-mipsel: {expected[program]}; qemu-system-mipsel: {there}",
        ];

        string Of(Dictionary<string, string> answers, string program) =>
            verdict(answers.GetValueOrDefault(program, "nothing"));
    }

    private static Dictionary<string, string> Inside(
        CompiledPrograms compiled, IEnumerable<string> names, Engine engine, CancellationToken stop) =>
        CompiledPrograms.Answers(DebianRun.Run(Guest(compiled, names), engine, stop).Output);

    private static Guest Guest(CompiledPrograms compiled, IEnumerable<string> names)
    {
        (string command, byte[] files) = compiled.InGuest(names);
        return DebianRun.Load(command, ["libc6"], files);
    }

    private static string? Generated(int number, CancellationToken stop)
    {
        string folder = CompiledPrograms.Of("csmith-sources"), source = Path.Combine(folder, Text($"{number}.c"));
        (int status, string text) =
            HostProgram.Run(folder, "timeout", ["30", "csmith", "--seed", Text($"{number}")], stop);
        if (status != 0)
            return null;
        File.WriteAllText(source, text);
        return source;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

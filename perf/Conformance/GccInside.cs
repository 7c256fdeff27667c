using System.Globalization;
using System.Text;
using Dbt.Hypervisor;
using Dbt.TestRoms.Conformance;
using Dbt.Tool.Guests;

namespace Dbt.Perf.Conformance;

/// <summary>
/// GCC itself as a program of the guest: what its compiler proper makes of sources is, to the letter, what the cross
/// compiler of the same version makes of them, and what assembler and linker make of that inside runs and finds itself
/// right.
/// </summary>
internal static class GccInside
{
    private const string Compiler = "usr/lib/gcc/mipsel-linux-gnu/12/cc1";
    private const int Sources = 40;

    // Those of a program that needs no library and no loader.
    private const string Options =
        "-quiet -w -O2 -march=24kf1_1 -mabi=32 -mllsc -fno-ident -fpreprocessed -fno-pie -mno-abicalls -G0";

    private static readonly string[] s_packages = ["cpp-12", "binutils-mipsel-linux-gnu"];
    private static readonly string[] s_programs =
        [Compiler, "usr/bin/mipsel-linux-gnu-as", "usr/bin/mipsel-linux-gnu-ld", "usr/bin/mipsel-linux-gnu-ld.bfd"];

    /// <summary>Runs them.</summary>
    public static void Run(PartRun run)
    {
        CompiledPrograms.Require();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dbt-gcc-");
        try
        {
            Run(run, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Run(PartRun run, string folder)
    {
        List<(string Path, byte[] Content)> files =
        [
            ("w/start.s", InsideFile.Content("start.s")),
            ("w/cc1", Encoding.UTF8.GetBytes($"#!/bin/sh\nexec /{Compiler} {Options} \"$@\"\n")),
        ];
        Dictionary<string, string> expected = [];
        foreach (string source in TortureSuite.Sources(run.Stop).Take(Sources))
        {
            string name = Path.GetFileNameWithoutExtension(source);
            string compile = $"mipsel-linux-gnu-gcc -w -E -P {source} -o {name}.i "
                + $"&& $(mipsel-linux-gnu-gcc -print-prog-name=cc1) {Options} {name}.i -o {name}.s "
                + $"&& echo \"{name} 0 $(md5sum < {name}.s | cut -c1-32)\"";
            string printed = HostProgram.Run(folder, "sh", ["-c", compile], run.Stop).Output;
            foreach ((string compiled, string made) in CompiledPrograms.Answers(printed))
            {
                files.Add(($"w/{compiled}.i", File.ReadAllBytes(Path.Combine(folder, compiled + ".i"))));
                expected[compiled] = made;
            }
        }
        byte[] archive = PackageSelection.Load(
            s_packages, path => s_programs.Contains(path) || PackageSelection.IsLibrary(path), files);
        Guest guest = DebianRun.Load(InsideFile.Text("gcc.sh"), [], archive);
        int done = 0;
        string output = DebianRun.Run(guest, run.Engine ?? Engine.Dbt, run.Stop, line =>
        {
            foreach ((string source, string made) in CompiledPrograms.Answers(line))
            {
                string text = Text($"{++done} of {expected.Count} sources compiled inside");
                run.Note(text, Differences(source, made, expected.GetValueOrDefault(source)));
            }
        }).Output;
        Dictionary<string, string> actual = CompiledPrograms.Answers(output);
        string[] lines = [.. output.Split('\n').Select(line => line.Trim())];
        string[] ran = [.. lines.Where(line => line.StartsWith("ran ", StringComparison.Ordinal))];
        List<string> differences =
        [
            .. expected.Keys.Except(actual.Keys).Select(source => $"{source}: nothing of cc1 inside"),
            .. ran.Where(line => !line.EndsWith(" 0", StringComparison.Ordinal)).Select(line => $"{line}, not 0"),
            .. lines.Where(line => line.EndsWith("not assembled", StringComparison.Ordinal)),
        ];
        if (ran.Length == 0)
            differences.Add($"nothing was linked and run:\n{string.Join('\n', lines.TakeLast(20))}");
        run.Note(Text($"{expected.Count} sources compiled inside, {ran.Length} of them, which need no library, linked and run"), differences);
    }

    private static string[] Differences(string source, string inside, string? cross) =>
        inside == cross ? [] : [$"{source}: cc1 inside {inside}, cross {cross}"];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using Dbt.Hypervisor;
using Dbt.TestRoms.Conformance;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;

namespace Dbt.Perf.Conformance;

/// <summary>
/// Programs of Debian's packages that know themselves whether they are right, or print what they print on QEMU's Malta.
/// </summary>
internal static class ProgramsPart
{
    private const int LinesShown = 60, MostDifferences = 5;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConformancePart> All { get; } =
    [
        new("programs-tools", "perl, sqlite3, openssl, xz and zstd, there and back", "the same guest on qemu-system-mipsel", run => _ = LikeQemu(run, Tools(), TimeSpan.FromMinutes(30))),
        new("programs-gcc", "GCC's compiler, assembler and linker inside Debian, and what they make", "the cross compiler", GccInside.Run),
        new("programs-stress", "stress-ng with its checks", "itself", run => OwnVerdict(run, Stress())),
        new("programs-python", "modules of Python's own tests, a twelfth of them a round: what becomes of each test", "the same guest on qemu-system-mipsel", Python),
    ];

    private static Guest Tools() =>
        DebianRun.Load(InsideFile.Text("tools.sh"), ["perl-base", "sqlite3", "openssl", "xz-utils", "zstd"]);

    private static Guest Stress()
    {
        string[] heavy = ["LLVM", "/dri/"];
        byte[] files = PackageSelection.Load(["stress-ng"], path => IsProgram(path, "stress-ng")
            || PackageSelection.IsLibrary(path) && !heavy.Any(part => path.Contains(part, StringComparison.Ordinal)));
        return DebianRun.Load(InsideFile.Text("stress.sh"), [], files);
    }

    private static bool IsProgram(string path, string name) =>
        path.StartsWith($"usr/bin/{name}", StringComparison.Ordinal);

    private static void Python(PartRun run)
    {
        int modules = 0;
        foreach (int round in run.Numbers.Take(PythonInside.Rounds))
            modules += LikeQemu(run, PythonInside.Load(round), TimeSpan.FromHours(2), modules);
    }

    // How many lines it printed; those of earlier guests are counted with them.
    private static int LikeQemu(PartRun run, Guest guest, TimeSpan limit, int before = 0)
    {
        Task<(string Output, string Status)> reference =
            Task.Run(() => ReferenceAnswers.Of(guest, limit, run.Stop), run.Stop);
        GuestRun inside = Inside(run, guest, before);
        (string expected, string status) = reference.GetAwaiter().GetResult();
        string[] own = Lines(inside.Output), lines = Lines(expected);
        List<string> differences =
        [
            .. own.Zip(lines).Where(line => line.First != line.Second).Take(MostDifferences)
                .Select(line => $"{line.First}; QEMU: {line.Second}"),
        ];
        if (own.Length != lines.Length || inside.Status != status)
            differences.Add(
                $"{own.Length} lines, status {inside.Status.Trim()}; QEMU: {lines.Length}, {status.Trim()}");
        run.Note($"{before + lines.Length} lines", differences);
        return lines.Length;
    }

    private static void OwnVerdict(PartRun run, Guest guest)
    {
        GuestRun inside = Inside(run, guest);
        string[] lines = Lines(inside.Output);
        string[] differences = CommandStatus.Parse(inside.Status) == 0
            ? []
            : [$"ended with {inside.Status.Trim()}:\n{string.Join('\n', lines.TakeLast(LinesShown))}"];
        run.Note($"{lines.Length} lines, the last one: {lines.LastOrDefault()}", differences);
    }

    private static GuestRun Inside(PartRun run, Guest guest, int before = 0)
    {
        int count = before;
        return DebianRun.Run(
            guest, run.Engine ?? Engine.Dbt, run.Stop, line => run.Note($"{++count} lines, the last one: {line}"));
    }

    private static string[] Lines(string output) =>
        [.. output.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
}

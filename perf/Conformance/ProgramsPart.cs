using Dbt.Hypervisor;
using Dbt.TestRoms.Conformance;
using Dbt.TestRoms.Debian;
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
        new("programs-tools", "perl, sqlite3, openssl, xz and zstd, there and back", "the same guest on qemu-system-mipsel", (_, _) => LikeQemu(Tools())),
        new("programs-gcc", "GCC's compiler, assembler and linker inside Debian, and what they make", "the cross compiler", (_, _) => GccInside.Run()),
        new("programs-stress", "stress-ng with its checks", "itself", (_, _) => OwnVerdict(Stress())),
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

    private static PartResult LikeQemu(Guest guest)
    {
        (_, string expected, string status) = ReferenceEmulator.Run(guest, TimeSpan.FromMinutes(30));
        GuestRun run = DebianRun.Run(guest, Engine.Dbt);
        string[] own = run.Output.Split('\n'), lines = expected.Split('\n');
        List<string> differences =
        [
            .. own.Zip(lines).Where(line => line.First != line.Second).Take(MostDifferences)
                .Select(line => $"{line.First.Trim()}; QEMU: {line.Second.Trim()}"),
        ];
        if (own.Length != lines.Length || run.Status != status)
            differences.Add(
                $"{own.Length - 1} lines, status {run.Status.Trim()}; QEMU: {lines.Length - 1}, {status.Trim()}");
        return new PartResult($"{lines.Length - 1} lines", differences);
    }

    private static PartResult OwnVerdict(Guest guest)
    {
        GuestRun run = DebianRun.Run(guest, Engine.Dbt);
        string[] lines = [.. run.Output.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        string[] differences = CommandStatus.Parse(run.Status) == 0
            ? []
            : [$"ended with {run.Status.Trim()}:\n{string.Join('\n', lines.TakeLast(LinesShown))}"];
        return new PartResult($"{lines.Length} lines, the last one: {lines.LastOrDefault()}", differences);
    }
}

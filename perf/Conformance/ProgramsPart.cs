using Dbt.Hypervisor;
using Dbt.TestRoms.Conformance;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;

namespace Dbt.Perf.Conformance;

/// <summary>Programs of Debian's packages that know themselves whether they are right.</summary>
internal static class ProgramsPart
{
    private const int LinesShown = 60;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConformancePart> All { get; } =
    [
        new("programs-gcc", "GCC's compiler, assembler and linker inside Debian, and what they make", "the cross compiler", (_, _) => GccInside.Run()),
        new("programs-stress", "stress-ng with its checks", "itself", (_, _) => OwnVerdict(Stress())),
    ];

    private static Guest Stress()
    {
        string[] heavy = ["LLVM", "/dri/"];
        byte[] files = PackageSelection.Load(["stress-ng"], path => IsProgram(path, "stress-ng")
            || PackageSelection.IsLibrary(path) && !heavy.Any(part => path.Contains(part, StringComparison.Ordinal)));
        return DebianRun.Load(InsideFile.Text("stress.sh"), [], files);
    }

    private static bool IsProgram(string path, string name) =>
        path.StartsWith($"usr/bin/{name}", StringComparison.Ordinal);

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

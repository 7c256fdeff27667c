using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>A profiler of the host sees what the guest is doing, by the guest's own names.</summary>
public sealed class PerfMapTests
{
    [SkippableFact]
    public void The_map_for_perf_has_fragments_under_the_names_of_the_guests_functions()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "perf and its maps are Linux's");
        string folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
        try
        {
            ProcessStartInfo start = new("dotnet", [typeof(Tool.CommandLine).Assembly.Location, "run", "bench-crc", "--append", "n=20"]) { RedirectStandardOutput = true };
            start.Environment["DOTNET_PerfMapEnabled"] = "1";
            start.Environment["DOTNET_PerfMapJitDumpPath"] = folder;
            using Process process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();

            string map = File.ReadAllText(Path.Combine(folder, $"perf-{process.Id}.map"));
            Assert.Matches(new Regex(@"^0x[0-9a-f]+ [0-9a-f]+ .*guest_[0-9a-f]{8}_work\+0x[0-9a-f]+", RegexOptions.Multiline), map);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

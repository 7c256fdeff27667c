using System.Diagnostics;
using System.Globalization;
using Dbt.Tool.Guests.Debian;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>A fetch that has to end: at once, with what it started, and nothing half done is left.</summary>
[Trait("Speed", "slow")]
public sealed class FetchStopTests : IDisposable
{
    // A second, on a machine that has more to do.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    private string Cache => Path.Combine(_folder, "dbt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("update", "TERM", 15, "guests", "fetch", "debian")]
    [InlineData("depends", "TERM", 15, "guests", "fetch", "debian")]
    [InlineData("download", "INT", 2, "guests", "fetch", "debian")]
    [InlineData("fsys-tarfile", "HUP", 1, "guests", "fetch", "debian")]
    [InlineData("download", "TERM", 15, "run", "debian")]
    [InlineData("download", "TERM", 15, "study", "debian")]
    [InlineData("update", "TERM", 15, "disasm", "debian")]
    [InlineData("download", "QUIT", 3, "run", "debian", "--packages", "perl-base")]
    [InlineData("indextargets", "TERM", 15, "guests", "fetch", "kvm-guest")]
    public void A_signal_ends_it_whatever_it_is_doing(string step, string signal, int number, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
            return;
        using Process fetch = Start(step, arguments);
        int child = WaitForChild(fetch);

        Stopwatch watch = Stopwatch.StartNew();
        Process.Start("kill", [$"-{signal}", $"{fetch.Id}"]).WaitForExit();
        string errors = fetch.StandardError.ReadToEnd();
        fetch.WaitForExit();

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, s_soon);
        Assert.Equal(128 + number, fetch.ExitCode);
        Assert.Equal("dbt: stopped", errors.TrimEnd('\n').Split('\n')[^1]);
        Assert.False(IsAlive(child));
        Assert.Empty(Directory.GetDirectories(Cache, "staging-*"));
    }

    [Fact]
    public void It_waits_for_another_no_longer_than_it_may()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Directory.CreateDirectory(Cache);
        using FileStream held = new(
            Path.Combine(Cache, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        using Process fetch = Start("nothing", "guests", "fetch", "debian");
        Assert.Equal("dbt: waiting for another dbt that is fetching", fetch.StandardError.ReadLine());

        Process.Start("kill", ["-TERM", $"{fetch.Id}"]).WaitForExit();

        Assert.Equal("dbt: stopped\n", fetch.StandardError.ReadToEnd());
        fetch.WaitForExit();
        Assert.Equal(128 + 15, fetch.ExitCode);
    }

    [Fact]
    public void A_program_that_goes_on_though_its_disk_is_full_is_ended()
    {
        // There is never any room there.
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc/self"))
            return;
        IOException full = Assert.Throws<IOException>(
            () => DebianTool.Run("sh", ["-c", "sleep 1000 & wait"], CancellationToken.None, "/proc"));

        Assert.Contains("No space left", full.Message, StringComparison.Ordinal);
    }

    private Process Start(string step, params string[] arguments)
    {
        string programs = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        string script = $$"""
            #!/bin/sh
            case "$*" in *{{step}}*) echo half > half; sleep 1000 & echo $! > {{_folder}}/child; wait;; esac
            case "$*" in
                *depends*) echo "  Depends: linux-image-0-4kc-malta";;
                *download*) echo > linux-image-0-4kc-malta_0_mipsel.deb; echo > busybox-static_0_mipsel.deb;;
                *indextargets*) echo "Debian|Debian|http://example.org/debian/";;
            esac
            """;
        foreach (string name in (string[])["apt-get", "apt-cache", "dpkg-deb"])
        {
            File.WriteAllText(Path.Combine(programs, name), script);
            Process.Start("chmod", ["+x", Path.Combine(programs, name)]).WaitForExit();
        }
        return DbtProcess.StartIn(
            new Dictionary<string, string?>
            {
                ["XDG_CACHE_HOME"] = _folder,
                ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}",
            },
            arguments);
    }

    private int WaitForChild(Process fetch)
    {
        string file = Path.Combine(_folder, "child");
        while (!File.Exists(file) || File.ReadAllText(file).Length == 0)
        {
            Assert.False(fetch.HasExited, fetch.HasExited ? fetch.StandardError.ReadToEnd() : "");
            Thread.Sleep(20);
        }
        return int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
    }

    private static bool IsAlive(int process) =>
        File.Exists($"/proc/{process}/stat")
        && !File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].StartsWith('Z');
}

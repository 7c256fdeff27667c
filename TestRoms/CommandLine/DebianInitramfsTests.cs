using System.ComponentModel;
using System.Diagnostics;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>The initramfs of "dbt run debian" in the machine it was not written for: the reference emulator.</summary>
public sealed class DebianInitramfsTests
{
    [SkippableFact]
    public void The_command_s_output_and_status_leave_by_ports_of_their_own()
    {
        (string console, string output, string status) = Boot("printf 'a\\nb\\r\\n'; echo oops >&2; exit 3", []);

        Assert.Contains(DebianInitramfs.ReadyMark, console, StringComparison.Ordinal);
        Assert.Contains("Power down", console, StringComparison.Ordinal);
        Assert.Equal("a\nb\r\noops\n", output);
        Assert.Equal(3, ExecRun.ParseStatus(status));
    }

    [SkippableFact]
    public void Dynamically_linked_programs_of_packages_run()
    {
        (_, string output, string status) = Boot("perl -e 'printf \"%.6f\\n\", 2**0.5'; ls -l /bin | head -1", ["perl-base"]);

        Assert.StartsWith("1.414214\n", output, StringComparison.Ordinal);
        Assert.Equal(0, ExecRun.ParseStatus(status));
    }

    [SkippableFact]
    public void Large_output_arrives_whole()
    {
        (_, string output, string status) = Boot("seq 1 20000", []);

        Assert.Equal(string.Concat(Enumerable.Range(1, 20000).Select(n => $"{n}\n")), output);
        Assert.Equal(0, ExecRun.ParseStatus(status));
    }

    private static (string Console, string Output, string Status) Boot(string command, string[] packages)
    {
        DebianFiles? files = DebianFiles.TryLoad(GuestCache.OfUser());
        Skip.If(files is null, "Debian is not fetched ('dbt guests fetch debian')");
        IReadOnlyList<byte[]> archives = [];
        try
        {
            archives = packages.Length == 0 ? [] : new PackageSets(GuestCache.OfUser(), new Silence()).Load(packages);
        }
        catch (Runtime.GuestSetupException failure)
        {
            Skip.If(true, failure.Message);
        }
        string folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "kernel"), files!.Kernel);
            File.WriteAllBytes(Path.Combine(folder, "initrd"), DebianInitramfs.Build(files.Busybox, archives, command));
            RunReferenceEmulator(folder);
            string Read(string port) => File.ReadAllText(Path.Combine(folder, port));
            return (Read("console"), Read("output"), Read("status"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void RunReferenceEmulator(string folder)
    {
        ProcessStartInfo start = new("qemu-system-mipsel",
            "-M malta -cpu 24Kf -m 256 -net none -vga none -display none -monitor none -no-reboot -kernel kernel -initrd initrd -serial file:console -serial file:output -serial file:status")
        {
            WorkingDirectory = folder,
        };
        start.Arguments += " -append \"console=ttyS0 panic=-1\"";
        try
        {
            using Process emulator = Process.Start(start)!;
            bool ended = emulator.WaitForExit(TimeSpan.FromMinutes(3));
            if (!ended)
                emulator.Kill();
            Assert.True(ended, File.ReadAllText(Path.Combine(folder, "console")));
        }
        catch (Win32Exception)
        {
            Skip.If(true, "qemu-system-mipsel is not installed");
        }
    }

    private sealed class Silence : IFetchProgress
    {
        public void Step(string what, Action<Action<double>> work) => work(_ => { });

        public void Note(string text) { }
    }
}

using System.Diagnostics;
using Dbt.Runtime;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>Files that commands are told to write: whole, or not at all, and never in the place of what the command reads.</summary>
public sealed class OutputFileTests : IDisposable
{
    private const string Before = "what was there before, and is longer than what comes";

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    private string File1 => Path.Combine(_folder, "one");

    private string File2 => Path.Combine(_folder, "two");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_there_stays_until_all_is_written()
    {
        File.WriteAllText(File1, Before);
        using (OutputFile.Claim("--json", File1))
            Assert.Equal(Before, File.ReadAllText(File1));
        Assert.Equal(Before, File.ReadAllText(File1));

        using (OutputFile output = OutputFile.Claim("--json", File1)!)
            output.Write("new");

        Assert.Equal("new", File.ReadAllText(File1));
        Assert.Equal([File1], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_link_stays_a_link_and_a_mode_a_mode()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.WriteAllText(File1, Before);
        File.SetUnixFileMode(File1, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(File2, File1);

        using (OutputFile output = OutputFile.Claim("--json", File2)!)
            output.Write("new");

        Assert.Equal((File1, "new"), (File.ResolveLinkTarget(File2, returnFinalTarget: true)!.FullName, File.ReadAllText(File1)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(File1));
    }

    [Fact]
    public void A_device_stays_a_device()
    {
        if (!File.Exists("/dev/null"))
            return;
        using (OutputFile output = OutputFile.Claim("--json", "/dev/null")!)
            output.Write("new");

        Assert.Empty(File.ReadAllText("/dev/null"));
    }

    [Theory]
    [InlineData("", "--json takes the name of a file")]
    [InlineData(".", "is a directory")]
    [InlineData("no-such-folder/file", "its folder does not exist")]
    [InlineData("one", "'one' is the kernel itself")]
    [InlineData("link", "'link' is the kernel itself")]
    [InlineData("two", "'two' is what --html writes, too")]
    public void What_cannot_be_written_is_known_before_anything_runs(string name, string expected)
    {
        File.WriteAllText(File1, Before);
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), File1);
        string path = name.Length == 0 ? "" : Path.Combine(_folder, name);

        GuestSetupException refusal = Assert.Throws<GuestSetupException>(
            () => OutputFile.Claim("--json", path, (File1, "the kernel itself"), (File2, "what --html writes, too"), (null, "nothing")));

        Assert.Contains(expected, refusal.Message.Replace(_folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(Before, File.ReadAllText(File1));
    }

    [Theory]
    [InlineData("study", "ROM", "--html", "ROM")]
    [InlineData("study", "exceptions", "--html", "one", "--json", "one")]
    [InlineData("run", "ROM", "--stats-json", "ROM")]
    [InlineData("run", "exceptions", "--kernel", "ROM", "--stats-json", "ROM")]
    [InlineData("inspect", "kernel", "--initrd", "ROM", "--json", "ROM")]
    [InlineData("patch", "ROM", "-o", "one", "--map", "one")]
    [InlineData("patch", "ROM", "-o", "one", "--map", "ROM")]
    public void No_command_writes_two_things_to_one_file_or_over_what_it_reads(params string[] arguments)
    {
        byte[] rom = EmbeddedRoms.Load("exceptions")!.Kernel.ToArray();
        string path = Path.Combine(_folder, "ROM");
        File.WriteAllBytes(path, rom);

        (int status, string output, string errors) = DbtProcess.Run([.. arguments.Select(word => word is "ROM" or "one" ? Path.Combine(_folder, word) : word)]);

        Assert.Equal((Tool.CommandLine.UsageStatus, ""), (status, output));
        Assert.Contains("; name another file", Assert.Single(errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.Equal(rom, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_full_disk_is_one_line_and_status_2()
    {
        if (!File.Exists("/dev/full"))
            return;
        (int status, _, string errors) = DbtProcess.Run("run", "timer", "--stats-json", "/dev/full");

        Assert.Equal(Tool.CommandLine.UsageStatus, status);
        Assert.StartsWith("dbt: cannot write --stats-json '/dev/full': ", Assert.Single(errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_that_is_stopped_says_so_and_leaves_the_files_as_they_were()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.WriteAllText(File1, Before);
        // This guest never ends.
        using Process study = DbtProcess.Start("study", "panic-spin", "--html", File1, "--json", File2);
        while (study.StandardError.ReadLine() is { } line && !line.Contains("counting", StringComparison.Ordinal))
        {
        }

        Process.Start("kill", ["-TERM", $"{study.Id}"]).WaitForExit();

        Assert.Equal("dbt: stopped\n", study.StandardError.ReadToEnd());
        study.WaitForExit();
        Assert.Equal(128 + 15, study.ExitCode);
        Assert.Equal(Before, File.ReadAllText(File1));
        Assert.Equal([File1], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_run_ends_when_nobody_reads_its_output_any_more()
    {
        if (OperatingSystem.IsWindows())
            return;
        // Prints something, and would wait for a command then, for ever.
        using Process run = DbtProcess.Start("run", "kernel");

        run.StandardOutput.Close();

        Assert.StartsWith("dbt: cannot write the guest's output: ", run.StandardError.ReadToEnd(), StringComparison.Ordinal);
        run.WaitForExit();
        Assert.Equal(Tool.CommandLine.UsageStatus, run.ExitCode);
    }
}

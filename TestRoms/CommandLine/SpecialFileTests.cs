using System.Diagnostics;
using System.Text.Json;
using Dbt.Runtime.Persistence;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>What is named as a file and is none: devices, pipes, standard output.</summary>
public sealed class SpecialFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [Trait("Speed", "slow")]
    [InlineData("kernel '/dev/zero' has more than 256.0 MB", "run", "/dev/zero")]
    [InlineData("kernel '/dev/zero' has more than 256.0 MB", "run", "--kernel", "/dev/zero")]
    [InlineData("kernel '/dev/zero' has more than 256.0 MB", "disasm", "/dev/zero")]
    [InlineData("initial ramdisk '/dev/zero' has more than 256.0 MB", "run", "kernel", "--initrd", "/dev/zero")]
    [InlineData("file '/dev/zero' has more than 256.0 MB", "run", "debian", "--file", "/dev/zero:/x")]
    [InlineData("kernel 'ENDLESS' has more than 1024.0 MB", "run", "ENDLESS")]
    [InlineData("initial ramdisk 'ENDLESS' has more than 256.0 MB", "run", "kernel", "--initrd", "ENDLESS")]
    [InlineData("file 'ENDLESS' has more than 256.0 MB", "run", "debian", "--file", "ENDLESS:/x")]
    [InlineData("is not an ELF file", "run", "/dev/null")]
    public void What_has_no_end_or_a_far_one_is_refused(string expected, params string[] arguments)
    {
        if (!File.Exists("/dev/zero"))
            return;
        string endless = Path.Combine(_folder, "endless");
        using (FileStream file = File.Create(endless))
            file.SetLength(3L << 30);

        DbtProcess.Refuses(
            expected.Replace("ENDLESS", endless, StringComparison.Ordinal),
            [.. arguments.Select(word => word.Replace("ENDLESS", endless, StringComparison.Ordinal))]);
    }

    [Fact]
    public void A_kernel_may_come_out_of_a_pipe()
    {
        if (!File.Exists("/dev/stdin"))
            return;
        using Process run = DbtProcess.StartWithInput("run", "--kernel", "/dev/stdin");
        run.StandardInput.BaseStream.Write(EmbeddedRoms.Load("timer")!.Kernel.Span);
        run.StandardInput.Close();

        Assert.EndsWith("ROM-OK\n", run.StandardOutput.ReadToEnd().ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_should_be_a_file_of_ours_and_is_none_is_not_waited_for()
    {
        if (OperatingSystem.IsWindows())
            return;
        string pipe = Path.Combine(_folder, "pipe"), link = Path.Combine(_folder, "link"),
            file = Path.Combine(_folder, "file"), linkToFile = Path.Combine(_folder, "link-to-file");
        Process.Start("mkfifo", [pipe]).WaitForExit();
        File.CreateSymbolicLink(link, "pipe");
        File.WriteAllText(file, "content");
        File.CreateSymbolicLink(linkToFile, "file");

        string[] nothing = [pipe, link, _folder, "/dev/zero", "/dev/null", Path.Combine(_folder, "missing")];
        Assert.All(nothing, path => Assert.Null(WholeFile.TryRead(path)));
        Assert.All(
            (string[])[file, linkToFile], path => Assert.Equal("content"u8.ToArray(), WholeFile.TryRead(path)));
    }

    [Theory]
    [InlineData("sha256sums", "debian")]
    [InlineData("vmlinux-5.10-kvm-guest", "kvm-guest")]
    public void A_pipe_in_the_cache_is_a_guest_that_is_not_there(string name, string guest)
    {
        if (OperatingSystem.IsWindows())
            return;
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "dbt", guest)).FullName;
        Process.Start("mkfifo", [Path.Combine(folder, name)]).WaitForExit();

        Assert.False(GuestCatalog.FindSystem(guest)!.IsIn(new GuestCache(Path.Combine(_folder, "dbt"))));
    }

    [Theory]
    [Trait("Speed", "slow")]
    [InlineData("inspect", "kernel", "--insns", "1000", "--json", "-")]
    [InlineData("study", "exceptions", "--json", "-")]
    [InlineData("run", "panic-spin", "--insns", "10", "--stats-json", "-")]
    public void A_dash_is_standard_output_which_has_nothing_but_what_is_written_to_it(params string[] arguments)
    {
        (_, string output, _) = DbtProcess.Run(arguments);

        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(output).RootElement.ValueKind);
        Assert.False(File.Exists("-"));
    }

    [Fact]
    public void A_page_and_a_patched_image_go_there_too()
    {
        (int status, string page, string table) = DbtProcess.Run("study", "exceptions", "--html", "-");
        Assert.Equal(0, status);
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
        Assert.Contains("total time", table, StringComparison.Ordinal);

        (status, string image, string summary) = DbtProcess.Run("patch", "exceptions", "-o", "-");
        Assert.Equal(0, status);
        Assert.StartsWith("\u007fELF", image, StringComparison.Ordinal);
        Assert.Contains("words rewritten", summary, StringComparison.Ordinal);
        Assert.False(File.Exists("-") || File.Exists("-.map"));
    }

    [Fact]
    public void Two_things_do_not_go_to_standard_output() =>
        DbtProcess.Refuses("'-' is what --json writes, too", ["study", "exceptions", "--json", "-", "--html", "-"]);
}

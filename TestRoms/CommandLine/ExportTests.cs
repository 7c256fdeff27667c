using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary><c>dbt export</c> as a person runs it.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    [Fact]
    public void A_guest_s_kernel_is_in_the_folder_and_its_command_line_is_said()
    {
        string folder = Path.Combine(_folder, "new");

        (int status, string output, string errors) = DbtProcess.Run("export", "kernel", "-o", folder, "--append", "exec=demo");

        Assert.Equal((0, ""), (status, errors));
        Assert.Equal($"kernel is in {folder}; the kernel's command line: exec=demo\n", output.ReplaceLineEndings("\n"));
        Assert.Equal(EmbeddedRoms.Load("kernel")!.Kernel.ToArray(), File.ReadAllBytes(Path.Combine(folder, "kernel")));
    }

    [Fact]
    public void Its_ramdisk_is_beside_it()
    {
        string ramdisk = Path.Combine(_folder, "rd.cpio");
        File.WriteAllBytes(ramdisk, [1, 2, 3]);

        Assert.Equal(0, DbtProcess.Run("export", "kernel", "--initrd", ramdisk, "--output", _folder).Status);

        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(_folder, "initrd")));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused_in_a_line()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        (int status, _, string errors) = DbtProcess.Run("export", "kernel", "-o", Path.Combine(file, "folder"));

        Assert.Equal(2, status);
        Assert.StartsWith("dbt: cannot make --output ", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

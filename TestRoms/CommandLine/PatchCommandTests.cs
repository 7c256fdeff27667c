using System.Buffers.Binary;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary><c>dbt patch</c> as a person runs it.</summary>
public sealed class PatchCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
    private readonly byte[] _kernel = EmbeddedRoms.Load(EmbeddedRoms.TeachingKernel)!.Kernel.ToArray();

    private string Output => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Trait("Speed", "slow")]
    public void What_it_writes_runs_and_cannot_be_patched_again()
    {
        (int status, string output, string errors) = DbtProcess.Run("patch", "kernel", "-o", Output, "--map", Output + ".txt");
        Assert.Equal((0, ""), (status, errors));
        Assert.Matches(@"words rewritten \(symbols\); left as they are: \d+ ", output);
        Assert.Contains("mfc0.pv", File.ReadAllText(Output + ".txt"), StringComparison.Ordinal);

        (status, output, _) = DbtProcess.Run("run", Output, "--memory", "16M", "--append", "exec=demo");
        Assert.Equal(0, status);
        Assert.Equal(DbtProcess.Run("run", "kernel", "--memory", "16M", "--append", "exec=demo").Output, output);

        Refuses("has been patched already", Output, Output + "2");
    }

    [Fact]
    public void A_program_cut_short() => Refuses("is cut short", Write(_kernel[..5000]), Output);

    [Fact]
    public void A_program_for_another_processor()
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_kernel.AsSpan(18), 62);

        Refuses("is an x86-64 program, not a MIPS one", Write(_kernel), Output);
    }

    [Fact]
    public void A_file_that_is_no_program() => Refuses("is not an ELF file", Write("#!/bin/sh\n"u8.ToArray()), Output);

    [Fact]
    public void A_kernel_that_is_not_there() => Refuses("no guest 'no-such-file'", "no-such-file", Output);

    [Fact]
    public void An_output_that_cannot_be_written() => Refuses("no-such-folder", "kernel", Path.Combine(_folder, "no-such-folder", "out"));

    [Fact]
    public void The_kernel_as_its_own_output()
    {
        string path = Write(_kernel);

        Refuses("is the kernel itself", path, path);

        Assert.Equal(_kernel, File.ReadAllBytes(path));
    }

    [Fact]
    public void No_output()
    {
        (int status, _, string errors) = DbtProcess.Run("patch", "kernel");

        Assert.Equal(Tool.CommandLine.UsageStatus, status);
        Assert.Contains("--output", errors, StringComparison.Ordinal);
    }

    private string Write(byte[] content)
    {
        string path = Path.Combine(_folder, "file");
        File.WriteAllBytes(path, content);
        return path;
    }

    private static void Refuses(string expected, string kernel, string output) => DbtProcess.Refuses(expected, ["patch", kernel, "-o", output]);
}

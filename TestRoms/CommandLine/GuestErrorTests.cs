using System.Buffers.Binary;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>Files that cannot be run, given to the dbt that a person runs.</summary>
public sealed class GuestErrorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
    private readonly byte[] _kernel = EmbeddedRoms.Load(EmbeddedRoms.TeachingKernel)!.Kernel.ToArray();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_x86_program()
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_kernel.AsSpan(18), 62);

        Refuses("is an x86-64 program, not a MIPS one", "run", Write(_kernel));
    }

    [Theory]
    [InlineData(3, "is not an ELF file")]
    [InlineData(40, "is cut short")]
    [InlineData(60, "is cut short")]
    [InlineData(5000, "is cut short")]
    public void A_program_cut_short(int bytes, string expected) => Refuses(expected, "run", Write(_kernel[..bytes]));

    [Fact]
    public void A_file_that_is_no_program() => Refuses("is not an ELF file", "run", Write("#!/bin/sh\n"u8.ToArray()));

    [Fact]
    public void A_ramdisk_larger_than_memory() =>
        Refuses("does not fit", "run", "kernel", "--memory", "16", "--initrd", Write(new byte[17 << 20]));

    [Fact]
    public void A_program_cut_short_is_not_disassembled_either() => Refuses("is cut short", "disasm", Write(_kernel[..5000]));

    [Fact]
    public void A_cache_that_is_a_file() => DbtProcess.Refuses("cannot use the cache", ["run", "debian"], cache: Write([]));

    private string Write(byte[] content)
    {
        string path = Path.Combine(_folder, "file");
        File.WriteAllBytes(path, content);
        return path;
    }

    private static void Refuses(string expected, params string[] arguments) => DbtProcess.Refuses(expected, arguments);
}

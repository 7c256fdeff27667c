using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Loading;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>Kernels that are no ELF but the bytes that are to lie in memory.</summary>
public sealed class RawImageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("cop0", "little")]
    [InlineData("cop0-be", "big")]
    public void One_is_put_where_a_Malta_s_kernels_lie_and_runs_in_the_byte_order_that_is_said(string rom, string order)
    {
        ElfImage program = ElfImage.Parse(EmbeddedRoms.Load(rom)!.Kernel, rom);

        (int status, string output, _) = DbtProcess.Run("run", Write(program.Segments[0].Contents.Span), "--endian", order, "--engine", "interp");

        Assert.EndsWith("ROM-OK", output.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(0, status);
    }

    [Fact]
    public void It_becomes_a_program_of_one_segment_that_is_entered_at_its_first_byte()
    {
        ElfImage program = ElfImage.Parse(RawImage.AsElf(new byte[] { 1, 2, 3, 4, 5 }, "raw", ByteOrder.Big), "raw");

        Assert.Equal((ByteOrder.Big, 0xffff_ffff_8010_0000), (program.ByteOrder, program.Entry));
        Assert.Equal([1, 2, 3, 4, 5], Assert.Single(program.Segments).Contents.ToArray());
        Assert.Equal(0xffff_ffff_8010_0000, program.Segments[0].VirtualAddress);
    }

    [Fact]
    public void Without_its_byte_order_it_is_refused() =>
        DbtProcess.Refuses("or a raw image with --endian", ["run", Write([1, 2, 3, 4])]);

    [Fact]
    public void An_ELF_says_itself_which_order_it_is_of()
    {
        DbtProcess.Refuses("is a big-endian ELF", ["run", Write(ElfFile.Build(bigEndian: true)), "--endian", "little"]);
        DbtProcess.Refuses("takes little or big", ["run", "kernel", "--endian", "middle"]);
    }

    [Fact]
    public void An_empty_one_is_refused() => DbtProcess.Refuses("is empty", ["run", Write([]), "--endian", "big"]);

    private string Write(ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(_folder, "image");
        File.WriteAllBytes(path, content);
        return path;
    }
}

using System.Buffers.Binary;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Loading;

public sealed class ElfImageTests
{
    [Fact]
    public void A_little_endian_MIPS_executable_is_read()
    {
        ElfImage image = ElfImage.Parse(ElfFile.Build(entry: 0x8010_0400), "vmlinux");
        Assert.Equal(8, image.Machine);
        Assert.Equal(ByteOrder.Little, image.ByteOrder);
        Assert.False(image.Is64);
        Assert.Equal(0xffff_ffff_8010_0400, image.Entry);
        ElfSegment segment = Assert.Single(image.Segments);
        Assert.Equal(0xffff_ffff_8010_0000, segment.VirtualAddress);
        Assert.Equal(0x2000ul, segment.MemoryBytes);
        Assert.Equal(0x1000, segment.Contents.Length);
    }

    [Fact]
    public void A_64_bit_executable_is_read()
    {
        ElfImage image = ElfImage.Parse(ElfFile.Build(is64: true, entry: 0xffff_ffff_8010_0400), "vmlinux");
        Assert.True(image.Is64);
        Assert.Equal(0xffff_ffff_8010_0400, image.Entry);
        Assert.Equal(0x2000ul, Assert.Single(image.Segments).MemoryBytes);
    }

    [Fact]
    public void An_address_is_named_after_the_symbol_before_it()
    {
        ElfImage image = ElfImage.Parse(ElfFile.Build(symbols: true), "vmlinux");
        Assert.Equal(("start_kernel", 8ul), image.FindSymbol(0xffff_ffff_8010_0008));
        Assert.Equal(("panic", 0ul), image.FindSymbol(0xffff_ffff_8010_0100));
        Assert.Null(image.FindSymbol(0xffff_ffff_8000_0000));
        Assert.Null(image.FindSymbol(0xffff_ffff_c000_0000));
    }

    [Fact]
    public void A_symbol_s_name_commands_no_terminal()
    {
        byte[] file = ElfFile.Build(symbols: true);
        file[file.AsSpan().IndexOf("panic"u8)] = 0x1b;

        Assert.Equal("\ufffdanic", ElfImage.Parse(file, "vmlinux").FindSymbol(0xffff_ffff_8010_0100)?.Name);
    }

    [Fact]
    public void An_image_without_symbols_names_nothing() =>
        Assert.Null(ElfImage.Parse(ElfFile.Build(), "vmlinux").FindSymbol(0xffff_ffff_8010_0000));

    [Theory]
    [InlineData("", "is not an ELF file")]
    [InlineData("\u007fELF", "is cut short")]
    [InlineData("#!/bin/sh\n", "is not an ELF file")]
    public void What_is_no_ELF_file_is_refused(string contents, string problem) =>
        Assert.Contains(problem, Refusal(System.Text.Encoding.Latin1.GetBytes(contents)));

    [Theory]
    [InlineData(62, "is an x86-64 program")]
    [InlineData(183, "is a 64-bit ARM (AArch64) program")]
    [InlineData(9999, "ELF machine 9999")]
    public void Another_machines_program_is_refused_by_name(ushort machine, string problem) =>
        Assert.Contains(problem, Refusal(ElfFile.Build(machine: machine)));

    [Fact]
    public void A_big_endian_program_is_read_in_its_own_order()
    {
        ElfImage image = ElfImage.Parse(ElfFile.Build(bigEndian: true, entry: 0x8010_0400), "vmlinux");
        Assert.Equal((ByteOrder.Big, 0xffff_ffff_8010_0400), (image.ByteOrder, image.Entry));
    }

    [Theory]
    [InlineData(0x2000_0000, false, "is a MIPS III program")]
    [InlineData(0x6000_0000, true, "is a MIPS64 program, and a 24Kf runs MIPS32 up to release 2")]
    [InlineData(0x8000_0000, false, "is a MIPS64 release 2 program")]
    [InlineData(0x8000_0020, false, "qemu-system-mips64el -cpu MIPS64R2-generic")]
    [InlineData(0x0000_0020, false, "is a 64-bit MIPS (N32) program")]
    [InlineData(0x0000_0000, true, "is a 64-bit MIPS program")]
    [InlineData(0x7200_1000, false, "is a microMIPS program")]
    [InlineData(0x9000_1000, false, "is a MIPS32 release 6 program")]
    [InlineData(0xa000_0000, true, "is a MIPS64 release 6 program")]
    public void A_program_for_another_kind_of_MIPS_is_read_but_not_run(uint flags, bool is64, string problem)
    {
        byte[] file = ElfFile.Build(is64: is64, entry: is64 ? 0xffff_ffff_8010_0000 : 0x8010_0000);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(is64 ? 48 : 36), flags);
        MachineConfiguration machine = new() { Kernel = file, KernelName = "vmlinux", MemoryBytes = 16 << 20 };

        string message = Assert.Throws<GuestSetupException>(() => new VirtualMachine(machine)).Message;

        Assert.StartsWith("vmlinux is a", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData(0x0000_1000)]
    [InlineData(0x5000_1000)]
    [InlineData(0x7000_1100)]
    [InlineData(0x7400_1000)]
    public void What_a_24Kf_runs_is_run_MIPS16_parts_or_not(uint flags)
    {
        byte[] file = ElfFile.Build();
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(36), flags);

        using VirtualMachine machine = new(new MachineConfiguration { Kernel = file, KernelName = "vmlinux", MemoryBytes = 16 << 20 });
    }

    [Fact]
    public void A_file_without_segments_is_refused() =>
        Assert.Contains("has nothing to load", Refusal(ElfFile.Build(segments: 0)));

    [Theory]
    [InlineData(40, "the ELF header")]
    [InlineData(70, "the table of program headers")]
    [InlineData(0x1800, "segment 0")]
    public void A_truncated_file_is_refused_with_what_is_missing(int bytes, string part)
    {
        string message = Refusal(ElfFile.Build()[..bytes]);
        Assert.Contains("is cut short", message);
        Assert.Contains(part, message);
    }

    [Fact]
    public void A_segment_smaller_in_memory_than_in_the_file_is_refused()
    {
        byte[] file = ElfFile.Build();
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(52 + 20), 16);
        Assert.Contains("more bytes in the file than in memory", Refusal(file));
    }

    [Fact]
    public void Section_headers_too_short_for_their_fields_are_none()
    {
        byte[] file = ElfFile.Build(symbols: true);
        void Put(int at, params ReadOnlySpan<uint> words)
        {
            foreach (uint word in words)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), word);
                at += 4;
            }
        }
        // Three headers of 20 bytes at the end of the file: the first begins that of the symbols, the second that of their names; the size of the third, which is code, would lie behind the end.
        const int Bytes = 20;
        uint At(int section) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(SectionHeader(section) + 16));
        int table = file.Length - 3 * Bytes;
        Put(table, 0, 2, 0, 0, At(1), 48, 1, 0, 0, At(2), 32, 1, 6, 0x8010_0000, 0);
        Put(32, (uint)table);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(46), Bytes);

        ElfImage image = ElfImage.Parse(file, "vmlinux");

        Assert.Null(image.FindSymbol(0xffff_ffff_8010_0000));
        Assert.Empty(image.FindCode());
    }

    [Fact]
    public void No_truncation_and_no_flipped_byte_of_a_header_ends_in_anything_but_a_refusal()
    {
        byte[] good = ElfFile.Build(symbols: true);
        foreach (int i in (IEnumerable<int>)[.. Enumerable.Range(0, 0x100), .. Enumerable.Range(SectionHeader(0), good.Length - SectionHeader(0))])
        {
            byte[] flipped = [.. good];
            flipped[i] ^= 0xff;
            ParseOrRefuse(flipped);
            ParseOrRefuse(good[..i]);
        }
    }

    private static int SectionHeader(int index) => ElfFile.SegmentOffset + ElfFile.SegmentBytes + 40 * index;

    private static void ParseOrRefuse(byte[] file)
    {
        try
        {
            ElfImage image = ElfImage.Parse(file, "kernel");
            image.FindSymbol(0xffff_ffff_8010_0000);
            image.FindCode();
        }
        catch (GuestSetupException refusal)
        {
            Assert.DoesNotContain('\n', refusal.Message);
        }
    }

    private static string Refusal(byte[] file)
    {
        string message = Assert.Throws<GuestSetupException>(() => ElfImage.Parse(file, "kernel")).Message;
        Assert.StartsWith("kernel ", message);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}

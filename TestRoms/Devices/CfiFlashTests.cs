using Dbt.Runtime.Devices;
using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Devices;

public sealed class CfiFlashTests
{
    private readonly CfiFlash _flash = new(4 << 20, ByteOrder.Little);

    [Fact]
    public void It_reads_as_memory_until_it_is_told_otherwise()
    {
        _flash.Load(4, [1, 2, 3, 4]);
        Assert.Equal(0x0403_0201u, _flash.Read(4, 4));
        Assert.Equal(0x0302u, _flash.Read(5, 2));
        Assert.Equal(0x04u, _flash.Read(7, 1));
    }

    [Fact]
    public void To_a_big_endian_processor_it_reads_as_big_endian_memory_and_answers_commands_alike()
    {
        var flash = new CfiFlash(4 << 20, ByteOrder.Big);
        flash.Load(4, [1, 2, 3, 4]);
        Assert.Equal(0x0102_0304u, flash.Read(4, 4));
        Assert.Equal(0x0304u, flash.Read(6, 2));
        flash.Write(0x55 << 2, 4, 0x98);
        Assert.Equal('Q', (char)flash.Read(0x40, 4));
    }

    [Fact]
    public void The_query_names_the_Intel_command_set_and_the_size()
    {
        _flash.Write(0x55 << 2, 4, 0x98);
        Assert.Equal(['Q', 'R', 'Y'], [(char)_flash.Read(0x40, 4), (char)_flash.Read(0x44, 4), (char)_flash.Read(0x48, 4)]);
        Assert.Equal(1u, _flash.Read(0x13 << 2, 4));
        Assert.Equal(22u, _flash.Read(0x27 << 2, 4));
        _flash.Write(0, 4, 0xff);
        Assert.Equal(0u, _flash.Read(0x40, 4));
    }

    [Fact]
    public void A_block_is_erased_to_ones_and_programmed_by_clearing_bits()
    {
        _flash.Write(0x1_0000, 4, 0x20);
        _flash.Write(0x1_0000, 4, 0xd0);
        Assert.Equal(0x80u, _flash.Read(0, 4));
        _flash.Write(0x1_0008, 4, 0x40);
        _flash.Write(0x1_0008, 4, 0x1234_5678);
        _flash.Write(0, 4, 0xff);
        Assert.Equal(0x1234_5678u, _flash.Read(0x1_0008, 4));
        Assert.Equal(0xffff_ffffu, _flash.Read(0x1_fffc, 4));
        Assert.Equal(0u, _flash.Read(0x2_0000, 4));
    }
}

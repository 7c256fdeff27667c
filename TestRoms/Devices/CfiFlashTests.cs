using Dbt.Runtime.Devices;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;
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
        Assert.Equal(0x80_0080u, _flash.Read(0, 4));
        Assert.Equal(0x80u, _flash.Read(0, 2));
        _flash.Write(0x1_0008, 4, 0x40);
        _flash.Write(0x1_0008, 4, 0x1234_5678);
        _flash.Write(0, 4, 0xff);
        Assert.Equal(0x1234_5678u, _flash.Read(0x1_0008, 4));
        Assert.Equal(0xffff_ffffu, _flash.Read(0x1_fffc, 4));
        Assert.Equal(0u, _flash.Read(0x2_0000, 4));
    }

    [Fact]
    public void It_is_memory_but_while_it_is_told_something_and_says_when_that_changes_and_what_it_holds_does()
    {
        List<string> said = [];
        _flash.Switched += () => said.Add(_flash.IsReadable ? "array" : "device");
        _flash.Changed += (offset, bytes) => said.Add($"{offset:x} {bytes:x}");
        Command(0x50, 0x70, 0xff);
        Command(0x40, 0x1234);
        Command(0xff, 0x20, 0xd0, 0xff);

        Assert.Equal(["device", "array", "device", "0 2", "array", "device", "0 10000", "array"], said);
    }

    [Fact]
    public void One_that_is_protected_fails_to_program_and_to_erase_and_says_so_until_that_is_cleared()
    {
        var flash = new CfiFlash(4 << 20, ByteOrder.Little) { IsProtected = true };
        flash.Load(0, [1, 2]);
        foreach ((uint[] commands, uint status) in (ReadOnlySpan<(uint[], uint)>)
            [([0x40, 0], 0x90), ([0x50, 0x20, 0xd0], 0xa0), ([0x50, 0xe8, 0, 0, 0xd0], 0x90), ([0x70], 0x90), ([0x50, 0x70], 0x80)])
        {
            foreach (uint command in commands)
                flash.Write(0, 2, command);
            Assert.Equal(status, flash.Read(0, 2));
        }
        Assert.Equal([1, 2], flash.Contents.Span[..2].ToArray());
    }

    [Theory]
    [InlineData(0x40u, 0x0f0fu)]
    [InlineData(0x20u, 0xd0u)]
    [InlineData(0x60u, 0xd0u)]
    [InlineData(0xe8u, 1u, 0x1111u, 0x2222u, 0xd0u)]
    public void Saved_between_two_stores_of_a_command_it_goes_on_as_one_that_was_not(params uint[] stores)
    {
        for (int point = 0; point <= stores.Length; point++)
        {
            var flash = new CfiFlash(4 << 20, ByteOrder.Little);
            CfiFlash whole = new(4 << 20, ByteOrder.Little), other = new(4 << 20, ByteOrder.Little);
            whole.Load(0, [0x55, 0x55]);
            flash.Load(0, [0x55, 0x55]);
            foreach (uint store in stores)
                whole.Write(0, 2, store);
            foreach (uint store in stores[..point])
                flash.Write(0, 2, store);
            using MemoryStream saved = new();
            StateWriter.Write(saved, flash);
            saved.Position = 0;
            StateReader.Read(saved, other);
            foreach (uint store in stores[point..])
                other.Write(0, 2, store);

            Assert.Equal(StateLister.Of(whole), StateLister.Of(other));
        }
    }

    [Fact]
    public void Whatever_it_is_told_it_answers_and_tells_where_it_has_changed()
    {
        ReadOnlySpan<uint> commands = [0x10, 0x40, 0x20, 0xd0, 0xe8, 0x60, 0x70, 0x50, 0x90, 0x98, 0xff, 0x00];
        Random random = new(17);
        byte[] copy = _flash.Contents.ToArray();
        _flash.Changed += (offset, bytes) => _flash.Contents.Span.Slice(offset, bytes).CopyTo(copy.AsSpan(offset));
        for (int i = 0; i < 200_000; i++)
        {
            int bytes = 1 << random.Next(3);
            uint offset = (uint)(random.Next(8) == 0 ? random.Next(4 << 20) : random.Next(0x2000)) & (uint)-bytes;
            uint value = random.Next(2) == 0 ? commands[random.Next(commands.Length)] : (uint)random.Next(16);
            if (random.Next(3) == 0)
                _flash.Read(offset, bytes);
            else
                _flash.Write(offset, bytes, value);
        }
        Assert.True(_flash.Contents.Span.SequenceEqual(copy));
        Assert.Contains((byte)0xff, copy);
    }

    private void Command(params ReadOnlySpan<uint> stores)
    {
        foreach (uint store in stores)
            _flash.Write(0, 2, store);
    }
}

using System.Buffers.Binary;
using System.Text;
using Dbt.Runtime.State;
using Xunit;

namespace Dbt.TestRoms.Devices;

/// <summary>A hard disk by its registers (ATA/ATAPI-6).</summary>
public sealed class AtaDiskTests : IDisposable
{
    private const int Error = 1, Count = 2, Low = 3, Mid = 4, High = 5, StatusRegister = 7;

    private readonly IdeBench _bench = new();

    [Fact]
    public void After_reset_a_disk_shows_the_signature_of_a_disk()
    {
        _bench.Out(Mid, 0x55);
        _bench.Control(0x04);
        Assert.Equal(IdeBench.Busy, _bench.Status & IdeBench.Busy);
        _bench.Control(0x00);

        Assert.Equal(IdeBench.Ready, _bench.In(StatusRegister));
        Assert.Equal((1, 1, 1, 0, 0), (_bench.In(Error), _bench.In(Count), _bench.In(Low), _bench.In(Mid), _bench.In(High)));
    }

    [Fact]
    public void A_drive_that_is_not_there_reads_as_zeros()
    {
        _bench.Out(6, 0x10);
        Assert.Equal((0, 0), (_bench.In(StatusRegister), _bench.In(Count)));
        _bench.Out(StatusRegister, 0xec);
        Assert.Equal(0, _bench.Status);
        _bench.Out(6, 0);
        Assert.Equal(IdeBench.Ready, _bench.Status);
    }

    [Fact]
    public void It_identifies_itself_with_its_size_what_it_can_do_and_a_checksum()
    {
        _bench.Command(0xec);
        Assert.True(_bench.Lines[0]);
        Assert.Equal(IdeBench.Wants, _bench.In(StatusRegister));
        Assert.False(_bench.Lines[0]);
        byte[] identity = _bench.ReadData(512);

        Assert.Equal(IdeBench.Ready, _bench.Status);
        Assert.Equal(IdeBench.Sectors, BinaryPrimitives.ReadInt32LittleEndian(identity.AsSpan(120)));
        Assert.Equal(IdeBench.Sectors, BinaryPrimitives.ReadInt64LittleEndian(identity.AsSpan(200)));
        Assert.Equal("DBT HARDDISK", Text(identity, 27, 40));
        Assert.Equal("DBT00001", Text(identity, 10, 20));
        Assert.Equal(0x7400, Word(identity, 83) & 0xfc00);
        Assert.Equal(0x203f, Word(identity, 88));
        Assert.Equal(0, identity.Sum(part => part) & 0xff);
    }

    [Fact]
    public void A_sector_is_read_word_by_word_after_an_interrupt()
    {
        _bench.Command(0x20, lba: 1000);
        Assert.Equal(IdeBench.Busy, _bench.Status & IdeBench.Busy);
        Assert.False(_bench.Lines[0]);
        _bench.Wait();

        Assert.True(_bench.Lines[0]);
        Assert.Equal(IdeBench.Wants, _bench.In(StatusRegister));
        Assert.Equal(IdeBench.Sector(1000), _bench.ReadData(512));
        Assert.Equal(IdeBench.Ready, _bench.Status);
    }

    [Fact]
    public void Each_sector_of_several_asks_for_an_interrupt_and_with_READ_MULTIPLE_each_block_does()
    {
        Assert.Equal([1, 1, 1, 1, 1], InterruptsOf(0x20));
        _bench.Command(0xc6, count: 2);
        _bench.In(StatusRegister);
        Assert.Equal([2, 2, 1], InterruptsOf(0xc4));

        List<int> InterruptsOf(int command)
        {
            List<int> sectors = [];
            _bench.Command(command, lba: 77, count: 5);
            for (int read = 0; read < 5;)
            {
                _bench.Wait();
                Assert.True(_bench.Lines[0]);
                Assert.Equal(IdeBench.Wants, _bench.In(StatusRegister));
                int before = read;
                while ((_bench.Status & 8) != 0)
                    Assert.Equal(IdeBench.Sector(77 + read++), _bench.ReadData(512));
                sectors.Add(read - before);
            }
            Assert.Equal(IdeBench.Ready, _bench.Status);
            return sectors;
        }
    }

    [Fact]
    public void The_data_port_has_four_bytes_for_who_asks_for_four()
    {
        _bench.Command(0x20, lba: 3);
        _bench.Wait();

        Assert.Equal(3u << 8, _bench.Ide.CommandPorts(0).Read(0, 4));
        Assert.Equal(3u << 8 | 1, _bench.Ide.CommandPorts(0).Read(0, 4));
    }

    [Theory]
    [InlineData(0x30, false)]
    [InlineData(0xc5, false)]
    [InlineData(0x34, true)]
    [InlineData(0x39, true)]
    [InlineData(0xce, true)]
    public void What_is_written_by_PIO_is_on_the_disk_and_nothing_else_is(int command, bool isExtended)
    {
        _bench.Command(0xc6, count: 4);
        byte[] written = [.. Enumerable.Range(0, 6 * 512).Select(i => (byte)(i ^ i >> 7))];
        if (isExtended)
            _bench.CommandExt(command, 200, 6);
        else
            _bench.Command(command, lba: 200, count: 6);
        for (int at = 0; at < written.Length; at += 512)
        {
            _bench.Wait();
            Assert.Equal(IdeBench.Wants, _bench.In(StatusRegister));
            _bench.WriteData(written.AsSpan(at, 512));
        }
        _bench.Wait();

        Assert.True(_bench.Lines[0]);
        Assert.Equal(IdeBench.Ready, _bench.In(StatusRegister));
        byte[] disk = _bench.OnDisk;
        Assert.Equal(written, disk.AsSpan(200 * 512, written.Length).ToArray());
        Assert.Equal(IdeBench.Sector(199), disk.AsSpan(199 * 512, 512).ToArray());
        Assert.Equal(IdeBench.Sector(206), disk.AsSpan(206 * 512, 512).ToArray());
    }

    [Fact]
    public void A_sector_is_found_by_cylinder_head_and_sector_and_the_geometry_can_be_changed()
    {
        Assert.Equal(IdeBench.Sector((2 * 16 + 3) * 63 + 4), ReadAt(2, 3, 5));
        _bench.Out(2, 32);
        _bench.Out(6, 7);
        _bench.Out(StatusRegister, 0x91);
        Assert.Equal(IdeBench.Sector((2 * 8 + 3) * 32 + 4), ReadAt(2, 3, 5));

        byte[] ReadAt(int cylinder, int head, int sector)
        {
            _bench.Out(2, 1);
            _bench.Out(3, sector);
            _bench.Out(4, cylinder);
            _bench.Out(5, cylinder >> 8);
            _bench.Out(6, head);
            _bench.Out(StatusRegister, 0x20);
            _bench.Wait();
            return _bench.ReadData(512);
        }
    }

    [Fact]
    public void Where_there_is_no_sector_the_drive_says_so_and_where_the_command_began()
    {
        _bench.Command(0x20, lba: IdeBench.Sectors - 1, count: 2);

        Assert.True(_bench.Lines[0]);
        Assert.Equal(IdeBench.Failed, _bench.In(StatusRegister));
        Assert.Equal(0x10, _bench.In(Error));
        Assert.Equal(IdeBench.Sectors - 1, _bench.In(Low) | _bench.In(Mid) << 8 | _bench.In(High) << 16);
        _bench.CommandExt(0x24, 1L << 40, 1);
        Assert.Equal(0x10, _bench.In(Error));
        _bench.Control(0x80);
        Assert.Equal((0, 0, 1), (_bench.In(Low), _bench.In(Mid), _bench.In(High)));
    }

    [Theory]
    [InlineData(0x00, 0)]
    [InlineData(0xa1, 0)]
    [InlineData(0xb0, 0xd0)]
    [InlineData(0xef, 0x99)]
    [InlineData(0xc4, 0)]
    [InlineData(0xff, 0)]
    public void What_it_does_not_know_is_aborted(int command, int features)
    {
        _bench.Command(command, features: features);
        _bench.Wait();

        Assert.Equal(IdeBench.Failed, _bench.In(StatusRegister));
        Assert.Equal(0x04, _bench.In(Error));
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x40)]
    [InlineData(0x42)]
    [InlineData(0x70)]
    [InlineData(0xe0)]
    [InlineData(0xe5)]
    [InlineData(0xe7)]
    [InlineData(0xea)]
    public void What_moves_no_data_ends_with_an_interrupt(int command)
    {
        _bench.CommandExt(command, 0, 1);
        _bench.Wait();

        Assert.True(_bench.Lines[0]);
        Assert.Equal(IdeBench.Ready, _bench.In(StatusRegister));
    }

    [Fact]
    public void A_transfer_mode_and_the_write_cache_are_chosen_and_shown()
    {
        _bench.Command(0xef, count: 0x42, features: 0x03);
        _bench.Command(0xef, features: 0x82);
        _bench.Wait();
        _bench.Command(0xec);
        byte[] identity = _bench.ReadData(512);

        Assert.Equal(0x043f, Word(identity, 88));
        Assert.Equal(0, Word(identity, 85) & 0x20);
    }

    [Fact]
    public void Diagnosis_ends_with_an_interrupt_and_the_signature()
    {
        _bench.Out(StatusRegister, 0x90);
        Assert.True(_bench.Lines[0]);
        Assert.Equal((1, 1), (_bench.In(Error), _bench.In(Count)));
    }

    [Fact]
    public void Without_interrupts_the_line_stays_down_until_they_are_wanted()
    {
        _bench.Control(0x02);
        _bench.Command(0xec);
        Assert.False(_bench.Lines[0]);
        _bench.Control(0x00);
        Assert.True(_bench.Lines[0]);
    }

    [Fact]
    public void A_drive_that_may_not_be_written_refuses_and_one_that_forgets_leaves_the_file_alone()
    {
        using IdeBench protectedBench = new(drive => drive with { IsReadOnly = true }), forgetful = new(drive => drive with { IsSnapshot = true });
        protectedBench.Command(0x30, lba: 5);
        Assert.Equal((IdeBench.Failed, 0x44), (protectedBench.In(StatusRegister), protectedBench.In(Error)));

        forgetful.Command(0x30, lba: 5);
        forgetful.WriteData(new byte[512]);
        forgetful.Wait();
        forgetful.Command(0x20, lba: 5, count: 2);
        forgetful.Wait();
        Assert.Equal(new byte[512], forgetful.ReadData(512));
        forgetful.Wait();
        Assert.Equal(IdeBench.Sector(6), forgetful.ReadData(512));
        Assert.Equal(IdeBench.Sector(5), forgetful.OnDisk.AsSpan(5 * 512, 512).ToArray());
    }

    [Fact]
    public void A_reset_in_the_middle_of_a_transfer_ends_it()
    {
        _bench.Command(0x20, lba: 1, count: 9);
        _bench.Control(0x04);
        _bench.Control(0x00);
        _bench.Wait();

        Assert.Equal(IdeBench.Ready, _bench.Status);
        Assert.False(_bench.Lines[0]);
        Assert.Equal(0, _bench.ReadData(2)[0]);
    }

    [Fact]
    public void While_it_is_busy_its_status_is_steady_until_it_is_not()
    {
        _bench.Command(0x20, lba: 1);
        long until = _bench.Ide.CommandPorts(0).SteadyUntil(StatusRegister, null);

        Assert.Equal(_bench.Clock.NextDue, until);
        Assert.Equal(0, _bench.Ide.CommandPorts(0).SteadyUntil(0, null));
        _bench.Wait();
        Assert.Equal(0, _bench.Ide.CommandPorts(0).SteadyUntil(StatusRegister, null));
    }

    [Fact]
    public void A_state_saved_in_the_middle_of_a_transfer_goes_on_as_if_nothing_had_happened()
    {
        using IdeBench other = new();
        byte[] pattern = [.. Enumerable.Range(0, 1024).Select(i => (byte)(i * 3))];
        _bench.Command(0x30, lba: 40, count: 2);
        _bench.WriteData(pattern.AsSpan(0, 512));
        using MemoryStream state = new();
        StateWriter.Write(state, _bench.Ide);
        state.Position = 0;
        StateReader.Read(state, other.Ide);
        other.WriteData([]);
        foreach (IdeBench bench in (IdeBench[])[_bench, other])
        {
            bench.Wait();
            Assert.Equal(IdeBench.Wants, bench.In(StatusRegister));
            bench.WriteData(pattern.AsSpan(512));
            bench.Wait();
            Assert.Equal(IdeBench.Ready, bench.Status);
            Assert.Equal(pattern, bench.OnDisk.AsSpan(40 * 512, 1024).ToArray());
        }
    }

    public void Dispose() => _bench.Dispose();

    private static int Word(byte[] identity, int word) => BinaryPrimitives.ReadUInt16LittleEndian(identity.AsSpan(2 * word));

    private static string Text(byte[] identity, int word, int length)
    {
        byte[] text = identity.AsSpan(2 * word, length).ToArray();
        for (int i = 0; i < length; i += 2)
            (text[i], text[i + 1]) = (text[i + 1], text[i]);
        return Encoding.ASCII.GetString(text).TrimEnd();
    }
}

using System.Buffers.Binary;
using Xunit;

namespace Dbt.TestRoms.Devices;

/// <summary>A CD-ROM drive by its registers and its packets (ATA/ATAPI-6, MMC-3).</summary>
public sealed class AtapiCdromTests : IDisposable
{
    private const int Error = 1, Reason = 2, Mid = 4, High = 5, StatusRegister = 7;

    private readonly IdeBench _bench = new() { Channel = 1 };

    [Fact]
    public void After_reset_it_shows_the_signature_of_a_packet_device_and_a_disk_s_IDENTIFY_is_aborted()
    {
        Assert.Equal((0x14, 0xeb, 0), (_bench.In(Mid), _bench.In(High), _bench.Status));
        _bench.Out(Mid, 0);
        _bench.Command(0xec);

        Assert.Equal(IdeBench.Failed, _bench.In(StatusRegister));
        Assert.Equal((0x04, 0x14, 0xeb), (_bench.In(Error), _bench.In(Mid), _bench.In(High)));
    }

    [Fact]
    public void It_identifies_itself_as_a_CD_ROM_drive_with_packets_of_12_bytes()
    {
        _bench.Command(0xa1);
        Assert.True(_bench.Lines[1]);
        byte[] identity = _bench.ReadData(512);
        Assert.Equal(0x85c0, BinaryPrimitives.ReadUInt16LittleEndian(identity));
        Assert.Equal(0, identity.Sum(part => part) & 0xff);
        Assert.Equal(IdeBench.Ready, _bench.Status);
    }

    [Fact]
    public void The_first_command_about_the_medium_is_told_that_it_may_be_another_and_why_is_asked_for()
    {
        Assert.Null(_bench.Packet(0x00));
        Assert.Equal(0x60, _bench.In(Error));
        byte[] sense = _bench.Packet(0x03, 0, 0, 0, 18)!;
        Assert.Equal((0x70, 6, 0x28), (sense[0], sense[2], sense[12]));
        Assert.Equal([], _bench.Packet(0x00)!);
        Assert.Equal(0, _bench.Packet(0x03, 0, 0, 0, 18)![2]);
    }

    [Fact]
    public void An_answer_comes_after_an_interrupt_with_its_length_and_another_follows_at_the_end()
    {
        _bench.Out(4, 0xfe);
        _bench.Out(5, 0xff);
        _bench.Out(StatusRegister, 0xa0);
        Assert.Equal((IdeBench.Wants, 0x01), (_bench.In(StatusRegister), _bench.In(Reason)));
        Assert.False(_bench.Lines[1]);
        _bench.WriteData([0x12, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0]);

        Assert.True(_bench.Lines[1]);
        Assert.Equal((0x02, 36, 0), (_bench.In(Reason), _bench.In(Mid), _bench.In(High)));
        Assert.Equal(IdeBench.Wants, _bench.In(StatusRegister));
        byte[] answer = _bench.ReadData(36);
        Assert.Equal((0x05, 0x80), (answer[0], answer[1]));
        Assert.True(_bench.Lines[1]);
        Assert.Equal((0x03, IdeBench.Ready), (_bench.In(Reason), _bench.In(StatusRegister)));
    }

    [Theory]
    [InlineData(new byte[] { 0x28, 0, 0, 0, 0, 7, 0, 0, 100 }, 7, 100)]
    [InlineData(new byte[] { 0xa8, 0, 0, 0, 0, 250, 0, 0, 0, 6 }, 250, 6)]
    [InlineData(new byte[] { 0xbe, 0, 0, 0, 0, 3, 0, 0, 2, 0x10 }, 3, 2)]
    public void Blocks_are_read_in_parts_of_what_the_host_takes_at_a_time(byte[] packet, int first, int count)
    {
        _bench.Packet(0x00);
        byte[] read = _bench.Packet(packet)!;

        Assert.Equal([.. Enumerable.Range(first, count).SelectMany(block => Enumerable.Repeat((byte)(block + 1), 2048))], read);
    }

    [Fact]
    public void Blocks_go_to_memory_by_the_bus_master()
    {
        _bench.Packet(0x00);
        _bench.Regions((0x2_0000, 4096), (0x4_0000, 2048));
        _bench.Out(1, 1);
        _bench.Out(StatusRegister, 0xa0);
        _bench.WriteData([0x28, 0, 0, 0, 0, 20, 0, 0, 3, 0, 0, 0]);
        _bench.OutMaster(0, 9);
        _bench.Wait();

        Assert.True(_bench.Lines[1]);
        Assert.Equal((4u, 0x03, IdeBench.Ready), (_bench.InMaster(2) & 7, _bench.In(Reason), _bench.In(StatusRegister)));
        Assert.Equal((21, 22, 23), (_bench.Memory.Bytes[0x2_0000], _bench.Memory.Bytes[0x2_0000 + 4095], _bench.Memory.Bytes[0x4_0000]));
    }

    [Fact]
    public void It_tells_its_capacity_its_one_track_and_what_it_is()
    {
        _bench.Packet(0x00);
        Assert.Equal([0, 0, 0, 255, 0, 0, 8, 0], _bench.Packet(0x25)!);
        Assert.Equal([0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xaa, 0, 0, 0, 1, 0], _bench.Packet(0x43, 0, 0, 0, 0, 0, 0, 0, 64)!);
        Assert.Equal([0, 10, 1, 1, 0, 0x14, 0xaa, 0, 0, 0, 5, 31], _bench.Packet(0x43, 2, 0, 0, 0, 0, 0xaa, 0, 64)!);
        Assert.Equal(8, _bench.Packet(0x46, 0, 0, 0, 0, 0, 0, 0, 255)![7]);
        byte[] abilities = _bench.Packet(0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 255)!;
        Assert.Equal((28, 26, 0x2a), (abilities.Length, abilities[1], abilities[8]));
    }

    [Theory]
    [InlineData(new byte[] { 0x28, 0, 0, 0, 1, 0, 0, 0, 1 }, 5, 0x21)]
    [InlineData(new byte[] { 0xa8, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 5, 0x21)]
    [InlineData(new byte[] { 0x2a, 0, 0, 0, 0, 0, 0, 0, 1 }, 5, 0x20)]
    [InlineData(new byte[] { 0x5a, 0, 0x3e, 0, 0, 0, 0, 0, 255 }, 5, 0x24)]
    [InlineData(new byte[] { 0xff }, 5, 0x20)]
    public void What_cannot_be_is_refused_with_the_reason(byte[] packet, int key, int code)
    {
        _bench.Packet(0x00);
        Assert.Null(_bench.Packet(packet));
        Assert.Equal(0x54, _bench.In(Error));
        byte[] sense = _bench.Packet(0x03, 0, 0, 0, 18)!;
        Assert.Equal((key, code), (sense[2], sense[12]));
    }

    [Fact]
    public void A_tray_that_is_held_stays_and_one_that_is_open_has_no_medium()
    {
        _bench.Packet(0x00);
        _bench.Packet(0x1e, 0, 0, 0, 1);
        Assert.Null(_bench.Packet(0x1b, 0, 0, 0, 2));
        _bench.Packet(0x1e, 0, 0, 0, 0);
        Assert.Equal([], _bench.Packet(0x1b, 0, 0, 0, 2)!);
        Assert.Null(_bench.Packet(0x25));
        Assert.Equal(0x3a, _bench.Packet(0x03, 0, 0, 0, 18)![12]);
        Assert.Equal([], _bench.Packet(0x1b, 0, 0, 0, 3)!);
        Assert.Null(_bench.Packet(0x00));
        Assert.Equal([], _bench.Packet(0x00)!);
    }

    [Fact]
    public void DEVICE_RESET_is_obeyed_at_any_time()
    {
        _bench.Out(StatusRegister, 0xa0);
        _bench.Out(StatusRegister, 0x08);
        Assert.Equal((0x14, 0xeb, 1), (_bench.In(Mid), _bench.In(High), _bench.In(Error)));
    }

    public void Dispose() => _bench.Dispose();
}

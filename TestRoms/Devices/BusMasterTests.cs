using System.Diagnostics;
using Dbt.Runtime.State;
using Xunit;

namespace Dbt.TestRoms.Devices;

/// <summary>The bus master of an IDE channel (82371AB §5.2) with a disk that moves data by it.</summary>
public sealed class BusMasterTests : IDisposable
{
    private const int StatusRegister = 7;
    private const uint Start = 1, ToMemory = 8, Active = 1, Error = 2, Interrupt = 4;

    private readonly IdeBench _bench = new();

    [Theory]
    [InlineData(0xc8)]
    [InlineData(0x25)]
    public void A_read_is_scattered_over_the_regions_of_the_table(int command)
    {
        _bench.Regions((0x2_0000, 700), (0x3_0000, 324), (0x4_0002, 512));
        Issue(command, 100, 3);
        _bench.OutMaster(0, Start | ToMemory);
        Assert.Equal(Active, _bench.InMaster(2) & 7);
        _bench.Wait();

        Assert.Equal(Interrupt, _bench.InMaster(2) & 7);
        Assert.True(_bench.Lines[0]);
        Assert.Equal(IdeBench.Ready, _bench.In(StatusRegister));
        byte[] read = [.. At(0x2_0000, 700), .. At(0x3_0000, 324), .. At(0x4_0002, 512)];
        Assert.Equal([.. IdeBench.Sector(100), .. IdeBench.Sector(101), .. IdeBench.Sector(102)], read);
        Assert.Equal(0, _bench.Memory.Bytes[0x2_0000 + 700]);
    }

    [Theory]
    [InlineData(0xca)]
    [InlineData(0x35)]
    [InlineData(0x3d)]
    public void A_write_is_gathered_from_them(int command)
    {
        byte[] written = [.. Enumerable.Range(0, 1024).Select(i => (byte)(i * 5))];
        written.AsSpan(0, 600).CopyTo(_bench.Memory.Bytes.AsSpan(0x5_0000));
        written.AsSpan(600).CopyTo(_bench.Memory.Bytes.AsSpan(0x6_0000));
        _bench.Regions((0x5_0000, 600), (0x6_0000, 424));
        Issue(command, 50, 2);
        _bench.OutMaster(0, Start);
        _bench.Wait();

        Assert.Equal(Interrupt, _bench.InMaster(2) & 7);
        Assert.Equal(IdeBench.Ready, _bench.In(StatusRegister));
        Assert.Equal(written, _bench.OnDisk.AsSpan(50 * 512, 1024).ToArray());
    }

    [Fact]
    public void More_than_the_drive_s_buffer_goes_in_pieces_and_a_length_of_0_is_64_KB()
    {
        _bench.Regions((0x4_0000, 0), (0x5_0000, 0), (0x6_0000, 0), (0x7_0000, 0));
        Issue(0x25, 0, 512);
        _bench.OutMaster(0, Start | ToMemory);
        _bench.Wait();

        Assert.Equal(IdeBench.Ready, _bench.In(StatusRegister));
        Assert.Equal(_bench.OnDisk.AsSpan(0, 512 * 512).ToArray(), At(0x4_0000, 512 * 512));
    }

    [Fact]
    public void It_may_be_started_before_the_command_or_after()
    {
        _bench.Regions((0x2_0000, 512));
        _bench.OutMaster(0, Start | ToMemory);
        Issue(0xc8, 9, 1);
        _bench.Wait();

        Assert.Equal(IdeBench.Sector(9), At(0x2_0000, 512));
    }

    [Fact]
    public void A_table_that_is_longer_leaves_it_active_and_one_that_is_shorter_ends_it_without_an_interrupt()
    {
        _bench.Regions((0x2_0000, 1024));
        Issue(0xc8, 9, 1);
        _bench.OutMaster(0, Start | ToMemory);
        _bench.Wait();
        Assert.Equal(Active | Interrupt, _bench.InMaster(2) & 7);

        _bench.In(StatusRegister);
        _bench.OutMaster(0, 0);
        _bench.OutMaster(2, 6);
        Assert.Equal(0u, _bench.InMaster(2) & 7);
        _bench.Regions((0x2_0000, 512));
        Issue(0xc8, 9, 2);
        _bench.OutMaster(0, Start | ToMemory);
        _bench.Wait();
        Assert.Equal(0u, _bench.InMaster(2) & 7);
        Assert.False(_bench.Lines[0]);
        Assert.Equal(IdeBench.Sector(9), At(0x2_0000, 512));
    }

    [Theory]
    [InlineData(0xc8, IdeBench.MemoryBytes - 256u)]
    [InlineData(0xc8, 0x1800_0000u)]
    [InlineData(0xca, 0xffff_fffeu)]
    public void Where_no_memory_answers_it_stops_with_an_error_and_so_does_the_drive(int command, uint address)
    {
        _bench.Regions((address, 512));
        Issue(command, 9, 1);
        _bench.OutMaster(0, Start | ToMemory);
        _bench.Wait();

        Assert.Equal(Error | Interrupt, _bench.InMaster(2) & 7);
        Assert.Equal(IdeBench.Failed, _bench.In(StatusRegister));
        Assert.Equal(IdeBench.Sector(9), _bench.OnDisk.AsSpan(9 * 512, 512).ToArray());
    }

    [Fact]
    public void A_table_outside_of_memory_is_an_error_too()
    {
        _bench.OutMaster(4, 0xffff_fffc, 4);
        Issue(0xc8, 9, 1);
        _bench.OutMaster(0, Start | ToMemory);
        _bench.Wait();

        Assert.Equal(Error | Interrupt, _bench.InMaster(2) & 7);
    }

    [Fact]
    public void A_transfer_that_the_host_stops_goes_on_when_it_is_started_again()
    {
        _bench.Regions((0x2_0000, 512));
        Issue(0xc8, 9, 1);
        _bench.OutMaster(0, Start | ToMemory);
        _bench.OutMaster(0, 0);
        _bench.Wait();
        Assert.Equal(0, _bench.Memory.Bytes[0x2_0000 + 1]);

        _bench.OutMaster(0, Start | ToMemory);
        _bench.Wait();
        Assert.Equal(IdeBench.Sector(9), At(0x2_0000, 512));
    }

    [Fact]
    public void A_state_saved_with_data_on_the_way_goes_on_as_if_nothing_had_happened()
    {
        using IdeBench other = new();
        _bench.Regions((0x4_0000, 0), (0x5_0000, 0), (0x6_0000, 0), (0x7_0000, 0));
        Issue(0x25, 64, 512);
        _bench.OutMaster(0, Start | ToMemory);
        _bench.Step();
        using MemoryStream state = new();
        StateWriter.Write(state, _bench.Clock);
        StateWriter.Write(state, _bench.Ide);
        StateWriter.Write(state, _bench.Ide.Function);
        state.Position = 0;
        StateReader.Read(state, other.Clock);
        StateReader.Read(state, other.Ide);
        StateReader.Read(state, other.Ide.Function);
        _bench.Memory.Bytes.CopyTo(other.Memory.Bytes, 0);
        _bench.Wait();
        other.Wait();

        Assert.Equal(_bench.Clock.Now, other.Clock.Now);
        Assert.Equal(_bench.Memory.Bytes, other.Memory.Bytes);
        Assert.Equal(StateLister.Of(_bench.Ide), StateLister.Of(other.Ide));
        Assert.Equal(_bench.OnDisk.AsSpan(64 * 512, 512 * 512).ToArray(), At(0x4_0000, 512 * 512));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_written_to_the_registers_and_wherever_the_table_leads_nothing_breaks_and_everything_ends(int seed)
    {
        Random random = new(seed);
        random.NextBytes(_bench.Memory.Bytes);
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < 30_000; i++)
        {
            _bench.Channel = random.Next(2);
            int value = random.Next() >> random.Next(24), bytes = 1 << random.Next(3);
            switch (random.Next(8))
            {
                case 0: _bench.Ide.CommandPorts(_bench.Channel).Read((uint)random.Next(8), bytes); break;
                case 1: _bench.Ide.CommandPorts(_bench.Channel).Write((uint)random.Next(8), bytes, (uint)value); break;
                case 2: _bench.OutMaster((uint)random.Next(8), (uint)value, bytes); break;
                case 3: _bench.Control(value & (random.Next(20) == 0 ? 0xff : 0x82)); break;
                case 4: _bench.Command(_commands[random.Next(_commands.Length)], value & 0xffff, value >> 8, value); break;
                case 5: _bench.WriteData(_bench.Memory.Bytes.AsSpan(random.Next(1 << 19), 2 * random.Next(300))); break;
                case 6: _bench.ReadData(2 * random.Next(300)); break;
                default:
                    if (_bench.Clock.NextDue != long.MaxValue)
                        _bench.Step();
                    break;
            }
        }
        foreach (int channel in (int[])[0, 1])
        {
            _bench.Channel = channel;
            _bench.Control(0x04);
            _bench.Control(0x00);
        }
        _bench.Wait();
        _bench.Channel = 0;
        _bench.Command(0x20, lba: 4095);
        _bench.Wait();
        Assert.Equal(IdeBench.Wants, _bench.In(StatusRegister));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
    }

    private static readonly int[] _commands =
        [0x08, 0x20, 0x24, 0x25, 0x29, 0x30, 0x34, 0x35, 0x39, 0x3d, 0x40, 0x42, 0x90, 0x91, 0xa0, 0xa1, 0xc4, 0xc5, 0xc6, 0xc8, 0xca, 0xce, 0xe7, 0xea, 0xec, 0xef];

    public void Dispose() => _bench.Dispose();

    private void Issue(int command, int lba, int count)
    {
        if (command is 0x25 or 0x35 or 0x3d)
            _bench.CommandExt(command, lba, count);
        else
            _bench.Command(command, lba, count);
    }

    private byte[] At(int address, int bytes) => _bench.Memory.Bytes.AsSpan(address, bytes).ToArray();
}

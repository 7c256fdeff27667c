using Dbt.Runtime.Network;
using Dbt.Runtime.State;
using Xunit;
using static Dbt.TestRoms.Devices.PcnetBench;

namespace Dbt.TestRoms.Devices;

/// <summary>The Am79C973, by its data sheet.</summary>
public sealed class PcnetTests
{
    private const uint InitDone = 0x0100, Transmitted = 0x0200, Received = 0x0400, MemoryError = 0x0800, Babble = 0x4000;
    private const uint First = 0x0200, Last = 0x0100, Error = 0x4000;

    private static readonly MacAddress s_broadcast = new(0xffff_ffff_ffff), s_group = new(0x0100_5e00_0001), s_other = new(0x0200_0000_0001);

    private readonly PcnetBench _bench = new();

    [Fact]
    public void The_PROM_holds_the_address_and_a_sum_of_all_it_holds()
    {
        byte[] prom = [.. Enumerable.Range(0, 16).Select(i => (byte)_bench.Ports.Read(Base + (uint)i, 1))];

        Assert.Equal([0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0, 0, 0, 0x11, 0, 0], prom[..12]);
        Assert.Equal("WW"u8.ToArray(), prom[14..]);
        Assert.Equal(prom.Sum(value => value) - prom[12] - prom[13], prom[12] | prom[13] << 8);
        Assert.Equal(0x1200_5452u, _bench.PciMemory.Read(0x1200_0000, 4));
    }

    [Fact]
    public void The_chip_is_an_Am79C973_and_stands_still_after_reset()
    {
        Assert.Equal(0x5003u, _bench.Csr(88));
        Assert.Equal(0x0262u, _bench.Csr(89));
        Assert.Equal(0x0004u, _bench.Csr(0));
        Assert.Equal([0x5452u, 0x1200u, 0x5634u], Enumerable.Range(12, 3).Select(_bench.Csr));
        Assert.Equal(0x2000_1022u, _bench.Card.Function.Configuration.Read(0, 4));
        Assert.Equal(0x020000u, _bench.Card.Function.Configuration.Read(8, 4) >> 8);
    }

    [Fact]
    public void The_ports_become_words_with_the_first_word_written_and_half_words_by_a_reset()
    {
        Assert.Equal(uint.MaxValue, _bench.Ports.Read(Base + 0x10, 4));
        _bench.Ports.Write(Base + 0x10, 4, 0);
        _bench.Ports.Write(Base + 0x14, 4, 88);
        Assert.Equal(0x5003u, _bench.Ports.Read(Base + 0x10, 4));
        Assert.Equal(0xffffu, _bench.Ports.Read(Base + 0x10, 2));
        _bench.Ports.Read(Base + 0x18, 4);
        Assert.Equal(0x5003u, _bench.Csr(88));
    }

    [Fact]
    public void Most_registers_can_be_written_only_while_the_card_stands_still()
    {
        _bench.Start();
        _bench.Csr(12, 0x1234);
        Assert.Equal(0x5452u, _bench.Csr(12));
        _bench.Csr(5, 1);
        _bench.Csr(12, 0x1234);
        Assert.Equal(0x1234u, _bench.Csr(12));
        _bench.Csr(5, 0);
        _bench.Csr(0, 4);
        _bench.Csr(13, 0x4321);
        Assert.Equal(0x4321u, _bench.Csr(13));
    }

    [Fact]
    public void The_transceiver_tells_of_the_link_and_of_one_that_was_lost_meanwhile()
    {
        const int phy = 30 << 5;
        _bench.Bcr(33, phy | 2);
        Assert.Equal(0u, _bench.Bcr(34));
        _bench.Bcr(33, phy | 3);
        Assert.Equal(0x6b60u, _bench.Bcr(34));
        _bench.Bcr(33, 1 << 5 | 2);
        Assert.Equal(0xffffu, _bench.Bcr(34));
        _bench.Bcr(33, phy | 1);
        Assert.Equal(0x0024u, _bench.Bcr(34) & 0x0024);
        Assert.Equal(0x80c0u, _bench.Bcr(4));

        _bench.Port.LinkUp = false;
        Assert.Equal(0x00c0u, _bench.Bcr(4));
        _bench.Port.LinkUp = true;
        _bench.Bcr(33, phy | 1);
        Assert.Equal(0u, _bench.Bcr(34) & 0x0004);
        Assert.Equal(4u, _bench.Bcr(34) & 0x0004);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void In_each_style_frames_leave_and_come_and_the_rings_go_round(uint style)
    {
        PcnetBench bench = new(style);
        bench.Start();
        for (uint round = 0; round < 11; round++)
        {
            uint index = round % Descriptors;
            byte[] sent = Frame(s_other, 60 + (int)round, (byte)round), received = Frame(Address, 1514 - (int)round, (byte)~round);

            bench.Send(index, sent);
            bench.Port.Receive(received);

            Assert.Equal(sent, bench.Sent[^1]);
            Assert.Equal(First | Last, bench.Get(TransmitRing, index).Status);
            (uint status, uint length) = bench.Get(ReceiveRing, index);
            Assert.Equal(style == 0 ? First | Last : First | Last | 0x0040, status);
            Assert.Equal((uint)received.Length + 4, length);
            Assert.Equal(received, bench.Memory.Bytes[(int)BufferAt(index)..][..received.Length]);
            Assert.True(bench.Interrupt);
            Assert.Equal(Transmitted | Received, bench.Csr(0) & 0x7f00);
            bench.Csr(0, 0x7f40);
            Assert.False(bench.Interrupt);
            bench.Put(ReceiveRing, index, Own, BufferAt(index), BufferBytes);
        }
        Assert.Equal(11, bench.Sent.Count);
    }

    [Fact]
    public void Initialization_tells_when_it_is_done_and_interrupts_where_that_is_enabled_and_not_masked()
    {
        _bench.Csr(1, Block);
        _bench.Csr(0, 0x0001);
        Assert.Equal(InitDone | 0x0081, _bench.Csr(0));
        Assert.False(_bench.Interrupt);
        _bench.Csr(0, 0x0040);
        Assert.True(_bench.Interrupt);
        _bench.Csr(3, InitDone);
        Assert.False(_bench.Interrupt);
        _bench.Csr(3, 0);
        _bench.Csr(0, InitDone | 0x0040);
        Assert.Equal(0x0041u, _bench.Csr(0));
        Assert.False(_bench.Interrupt);
    }

    [Fact]
    public void A_frame_of_several_buffers_leaves_as_one_and_interrupts_once()
    {
        _bench.Start();
        byte[] frame = Frame(s_other, 300);
        for (uint i = 0; i < 3; i++)
        {
            frame.AsSpan((int)i * 100, 100).CopyTo(_bench.Memory.Bytes.AsSpan((int)BufferAt(i)));
            _bench.Put(TransmitRing, i, Own | (i == 0 ? First : 0) | (i == 2 ? Last : 0), BufferAt(i), 100);
        }

        _bench.Csr(0, 0x0048);

        Assert.Equal(frame, Assert.Single(_bench.Sent));
        Assert.Equal([First, 0u, Last], Enumerable.Range(0, 3).Select(i => _bench.Get(TransmitRing, (uint)i).Status));
    }

    [Fact]
    public void What_the_guest_filled_without_saying_so_leaves_unless_it_forbade_that()
    {
        _bench.Start(features: 0);
        _bench.Put(TransmitRing, 0, Own | First | Last, BufferAt(0), 64);
        _bench.Pass(20_000_000);
        Assert.Single(_bench.Sent);
        _bench.Csr(4, 0x1115);
        _bench.Put(TransmitRing, 1, Own | First | Last, BufferAt(1), 64);
        _bench.Pass(100_000_000);
        Assert.Single(_bench.Sent);
    }

    [Fact]
    public void A_short_frame_is_padded_where_the_guest_wants_that_and_always_when_it_comes()
    {
        _bench.Start(features: 0x1800);
        _bench.Send(0, Frame(s_other, 20));
        Assert.Equal([.. Frame(s_other, 20), .. new byte[40]], Assert.Single(_bench.Sent));
        _bench.Port.Receive(Frame(Address, 42));
        Assert.Equal(64u, _bench.Get(ReceiveRing, 0).Info);
    }

    [Fact]
    public void A_frame_waits_until_there_is_a_descriptor_for_it()
    {
        _bench.Start();
        for (byte i = 0; i < 6; i++)
            _bench.Port.Receive(Frame(Address, 60, i));
        Assert.True(_bench.Port.IsWaiting);
        _bench.Put(ReceiveRing, 0, Own, BufferAt(0), BufferBytes);
        _bench.Csr(0, 0x7f40);
        Assert.Equal(4, _bench.Memory.Bytes[BufferAt(0) + 20]);
        Assert.True(_bench.Port.IsWaiting);
        _bench.Put(ReceiveRing, 1, Own, BufferAt(1), BufferBytes);
        _bench.Pass(20_000_000);
        Assert.Equal(5, _bench.Memory.Bytes[BufferAt(1) + 20]);
        Assert.False(_bench.Port.IsWaiting);
    }

    [Fact]
    public void A_frame_longer_than_a_buffer_goes_on_in_the_next_and_what_has_none_is_lost()
    {
        _bench.Start(bufferBytes: 100);
        _bench.Port.Receive(Frame(Address, 196));
        Assert.Equal((First, 0u), _bench.Get(ReceiveRing, 0));
        Assert.Equal((Last | 0x0040, 200u), _bench.Get(ReceiveRing, 1));
        _bench.Port.Receive(Frame(Address, 400));
        Assert.Equal((First, 0u), _bench.Get(ReceiveRing, 2));
        Assert.Equal((Error | 0x0400, 0u), _bench.Get(ReceiveRing, 3));
        Assert.False(_bench.Port.IsWaiting);
    }

    [Theory]
    [InlineData(0u, 0ul, true, true, false, false)]
    [InlineData(0x8000u, 0ul, true, true, true, true)]
    [InlineData(0x4000u, 0ul, true, false, false, false)]
    [InlineData(0x2000u, 0ul, false, true, false, false)]
    [InlineData(0u, ulong.MaxValue, true, true, true, false)]
    [InlineData(0u, 1ul << 0x1c, true, true, false, false)]
    public void Only_what_is_for_the_card_comes_in(uint mode, ulong filter, bool own, bool broadcast, bool group, bool other)
    {
        _bench.Start(mode, filter);
        bool[] came = [.. new[] { Address, s_broadcast, s_group, s_other }.Select(to =>
        {
            _bench.Port.Receive(Frame(to, 60));
            bool has = (_bench.Csr(0) & Received) != 0;
            _bench.Csr(0, 0x7f40);
            return has;
        })];

        Assert.Equal([own, broadcast, group, other], came);
    }

    [Fact]
    public void The_filter_of_groups_is_the_check_sequence_s_six_high_bits()
    {
        int[] bits = [.. Enumerable.Range(0, 64).Where(bit =>
        {
            PcnetBench bench = new();
            bench.Start(filter: 1ul << bit);
            bench.Port.Receive(Frame(s_group, 60));
            return (bench.Csr(0) & Received) != 0;
        })];

        Assert.Equal([HashOf(s_group)], bits);
    }

    [Fact]
    public void Without_a_cable_a_frame_is_lost_with_an_error_and_nothing_comes()
    {
        _bench.Start();
        _bench.Port.LinkUp = false;
        _bench.Send(0, Frame(s_other, 60));
        _bench.Port.Receive(Frame(Address, 60));
        Assert.Empty(_bench.Sent);
        Assert.Equal((Error | First | Last, 0x0800_0000u), _bench.Get(TransmitRing, 0));
        Assert.Equal(0xa200u, _bench.Csr(0) & 0xff00);
        Assert.Equal(Own, _bench.Get(ReceiveRing, 0).Status);
    }

    [Fact]
    public void In_loopback_what_is_sent_comes_back_and_nothing_leaves()
    {
        _bench.Start(mode: 0x8044);
        _bench.Send(0, Frame(s_other, 80, 7));
        Assert.Empty(_bench.Sent);
        Assert.Equal(84u, _bench.Get(ReceiveRing, 0).Info);
        _bench.Port.Receive(Frame(Address, 60));
        Assert.Equal(Own, _bench.Get(ReceiveRing, 1).Status);
    }

    [Fact]
    public void A_frame_without_an_end_stops_the_transmitter_unless_the_guest_wants_it_to_go_on()
    {
        _bench.Start();
        _bench.Send(0, Frame(s_other, 60), Own | First);
        Assert.Equal((Error | First, 0xc000_0000u), _bench.Get(TransmitRing, 0));
        Assert.Equal(0u, _bench.Csr(0) & 0x0010);
        _bench.Csr(0, 4);
        _bench.Csr(3, 0x0040);
        _bench.Start();
        _bench.Send(0, Frame(s_other, 60), Own | First);
        Assert.Equal(0x0010u, _bench.Csr(0) & 0x0010);
    }

    [Fact]
    public void A_frame_longer_than_any_is_babble_and_does_not_leave()
    {
        _bench.Start();
        for (uint i = 0; i < 2; i++)
            _bench.Put(TransmitRing, i, Own | (i == 0 ? First : Last), BufferAt(0), 4000);
        _bench.Csr(0, 0x0048);
        Assert.Empty(_bench.Sent);
        Assert.Equal(Babble, _bench.Csr(0) & Babble);
        Assert.Equal(0u, _bench.Get(TransmitRing, 1).Status & Own);
    }

    [Fact]
    public void What_is_not_memory_is_an_error_and_so_is_memory_that_the_guest_keeps_from_the_card()
    {
        _bench.Csr(2, 0x1800);
        _bench.Csr(0, 1);
        Assert.Equal(MemoryError, _bench.Csr(0) & 0x7f00);

        PcnetBench forbidden = new();
        forbidden.Card.Function.Configuration.Write(0x04, 2, 3);
        forbidden.Start();
        Assert.Equal(MemoryError, forbidden.Csr(0) & 0x7f00);

        PcnetBench buffer = new();
        buffer.Start();
        buffer.Put(TransmitRing, 0, Own | First | Last, 0x1be0_0000, 64);
        buffer.Csr(0, 0x0048);
        Assert.Empty(buffer.Sent);
        Assert.Equal(MemoryError, buffer.Csr(0) & MemoryError);
    }

    [Fact]
    public void Stopping_it_forgets_what_waits()
    {
        _bench.Start();
        for (int i = 0; i < 6; i++)
            _bench.Port.Receive(Frame(Address, 60));
        _bench.Csr(0, 4);
        Assert.Equal(4u, _bench.Csr(0));
        Assert.False(_bench.Port.IsWaiting);
        Assert.False(_bench.Interrupt);
    }

    [Fact]
    public void A_card_with_frames_that_wait_goes_on_in_another_process()
    {
        _bench.Start();
        for (byte i = 0; i < 7; i++)
            _bench.Port.Receive(Frame(Address, 60 + i, i));
        MemoryStream saved = new();
        StateWriter.Write(saved, _bench.Card);
        saved.Position = 0;
        PcnetBench other = new();
        _bench.Memory.Bytes.CopyTo(other.Memory.Bytes, 0);

        StateReader.Read(saved, other.Card);

        Assert.Equal(StateLister.Of(_bench.Card), StateLister.Of(other.Card));
        foreach (PcnetBench bench in new[] { _bench, other })
        {
            for (uint i = 0; i < 3; i++)
                bench.Put(ReceiveRing, i, Own, BufferAt(i), BufferBytes);
            bench.Pass(20_000_000);
        }
        Assert.Equal(6, other.Memory.Bytes[BufferAt(2) + 20]);
        Assert.Equal(_bench.Memory.Bytes, other.Memory.Bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_a_guest_writes_it_breaks_nothing(int seed)
    {
        Random random = new(seed);
        PcnetBench bench = new();
        for (int step = 0; step < 30_000; step++)
        {
            uint offset = (uint)random.Next(32);
            int bytes = 1 << random.Next(3);
            uint value = random.Next(3) == 0 ? (uint)random.Next() : (uint)random.Next(0x200);
            switch (random.Next(12))
            {
                case 0:
                    bench.Ports.Read(Base + offset, bytes);
                    break;
                case 1:
                    bench.Ports.Write(Base + offset, bytes, value);
                    break;
                case 2:
                    bench.Port.Receive(Frame(random.Next(2) == 0 ? Address : s_broadcast, random.Next(14, 1519)));
                    break;
                case 3:
                    random.NextBytes(bench.Memory.Bytes.AsSpan(random.Next(0x2000), 64));
                    break;
                case 4:
                    bench.Csr(random.Next(128), value);
                    break;
                case 5:
                    bench.Bcr(random.Next(128), value);
                    break;
                case 6 when random.Next(50) == 0:
                    bench.Start((uint)random.Next(0x10000), (ulong)random.NextInt64(), random.Next(4096), (uint)random.Next(0x10000));
                    break;
                case 7:
                    bench.Put(random.Next(2) == 0 ? ReceiveRing : TransmitRing, (uint)random.Next(4), (uint)random.Next(0x10000) | Own, value, random.Next(4096));
                    break;
                case 8:
                    bench.Pass(random.Next(20_000_000));
                    break;
                case 9:
                    bench.Csr(0, 0x0048);
                    break;
                default:
                    bench.Csr(0, (uint)random.Next(0x10000));
                    break;
            }
        }
        Assert.All(bench.Sent, frame => Assert.InRange(frame.Length, 1, 4096));
    }

    private static int HashOf(MacAddress address)
    {
        uint sum = uint.MaxValue;
        for (int i = 0; i < MacAddress.Bytes; i++)
        {
            for (int bit = 0; bit < 8; bit++)
                sum = sum >> 1 ^ (((sum ^ (uint)address[i] >> bit) & 1) != 0 ? 0xedb8_8320u : 0);
        }
        return (int)(sum >> 26);
    }
}

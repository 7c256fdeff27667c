using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;
using Xunit;

namespace Dbt.TestRoms.Devices;

/// <summary>The 82540EM, by its manual.</summary>
public sealed class E1000Tests
{
    private const uint Base = 0x1200_0000, Ports = 0x1000, ReceiveRing = 0x1000, TransmitRing = 0x2000, Descriptors = 8;
    private const uint Control = 0x000, Status = 0x008, EepromPins = 0x010, EepromRead = 0x014, Mdio = 0x020, Causes = 0x0c0, SetCauses = 0x0c8,
        Enable = 0x0d0, Disable = 0x0d8, ReceiveControl = 0x100, ReceiveTail = 0x2818, TransmitControl = 0x400, TransmitTail = 0x3818;
    private const uint Extended = 1u << 29, Last = 1u << 24, Report = 1u << 27, Segments = 1u << 26;

    private static readonly MacAddress s_address = MacAddress.OfCard(0), s_other = new(0x0200_0000_0001), s_group = new(0x0100_5e00_0001);

    private readonly AddressSpace _ports = new("ports", uint.MaxValue), _memory = new("memory", 0);
    private readonly BusMemory _ram = new(1 << 18);
    private readonly EthernetPort _port = new(s_address);
    private readonly List<byte[]> _sent = [];
    private readonly E1000 _card;
    private bool _interrupt;
    private uint _next;

    public E1000Tests()
    {
        _card = new E1000("net-0", _ports, _memory, _ram, _port);
        _port.Sent += frame => _sent.Add(frame.ToArray());
        PciBus bus = new((_, _) => 0, (_, level) => _interrupt = level);
        bus.Attach(18, 0, _card.Function);
        _card.Function.Configuration.Write(0x10, 4, Base);
        _card.Function.Configuration.Write(0x14, 4, Ports);
        _card.Function.Configuration.Write(0x04, 2, 7);
        Set(0x2800, ReceiveRing);
        Set(0x2808, Descriptors * 16);
        Set(0x3800, TransmitRing);
        Set(0x3808, Descriptors * 16);
        for (uint i = 0; i < Descriptors; i++)
            Word(ReceiveRing + 16 * i, 0x8000 + 0x1000 * i);
        Set(ReceiveTail, Descriptors - 1);
        Set(ReceiveControl, 0x8002);
        Set(TransmitControl, 0x0002);
    }

    [Fact]
    public void The_EEPROM_is_read_bit_by_bit_and_word_by_word_and_its_sum_is_right()
    {
        ushort[] bits = [.. Enumerable.Range(0, 64).Select(word => ReadSerially((uint)word))];
        ushort[] words = [.. Enumerable.Range(0, 64).Select(word =>
        {
            Set(EepromRead, 1 | (uint)word << 8);
            Assert.Equal(0x10u, Get(EepromRead) & 0x10);
            return (ushort)(Get(EepromRead) >> 16);
        })];

        Assert.Equal(bits, words);
        Assert.Equal([0x5452, 0x1200, 0x5634], bits.Take(3).Select(word => (int)word));
        Assert.Equal(0xbaba, bits.Sum(word => word) & 0xffff);
    }

    [Fact]
    public void The_transceiver_is_at_address_1_and_tells_of_the_link_and_its_speed()
    {
        Assert.Equal(0x0141u, Phy(2));
        Assert.Equal(0x0c20u, Phy(3));
        Assert.Equal(0xac00u, Phy(17));
        Assert.Equal(0x83u, Get(Status));
        _port.LinkUp = false;
        Assert.Equal(0x81u, Get(Status));
        Assert.Equal(0u, Phy(17));
        Assert.Equal(0x04u, Get(Causes));
        Set(Mdio, 2u << 26 | 2u << 21);
        Assert.Equal(1u, Get(Mdio) >> 30 & 1);
    }

    [Fact]
    public void The_ports_show_any_register()
    {
        _ports.Write(Ports, 4, Status);
        Assert.Equal(0x83u, _ports.Read(Ports + 4, 4));
        _ports.Write(Ports, 4, Enable);
        _ports.Write(Ports + 4, 4, 0x80);
        Assert.Equal(0x80u, Get(Enable));
    }

    [Fact]
    public void A_cause_interrupts_where_it_is_enabled_and_is_gone_when_it_was_read()
    {
        Set(SetCauses, 0x04);
        Assert.False(_interrupt);
        Set(Enable, 0x06);
        Assert.True(_interrupt);
        Set(Disable, 0x04);
        Assert.False(_interrupt);
        Set(Enable, 0x04);
        Assert.Equal(0x04u, Get(Causes));
        Assert.False(_interrupt);
        Assert.Equal(0u, Get(Causes));
    }

    [Fact]
    public void Frames_leave_whole_and_come_with_a_check_sequence()
    {
        Set(Enable, 0x81);
        byte[] frame = Frame(s_other, 200);
        frame.AsSpan(0, 100).CopyTo(_ram.Bytes.AsSpan(0x2_0000));
        frame.AsSpan(100).CopyTo(_ram.Bytes.AsSpan(0x2_1000));
        Give(0x2_0000, 0, 100, 0);
        Give(0x2_1000, 0, 100 | Last | Report, 0);
        Set(TransmitTail, _next);

        Assert.Equal(frame, Assert.Single(_sent));
        Assert.Equal(0u, Read(TransmitRing + 12));
        Assert.Equal(1u, Read(TransmitRing + 16 + 12));
        Assert.True(_interrupt);
        Assert.Equal(3u, Get(Causes));

        _port.Receive(Frame(s_address, 80));
        Assert.Equal(84u, Read(ReceiveRing + 8));
        Assert.Equal(7u, Read(ReceiveRing + 12));
        Assert.Equal(Frame(s_address, 80), _ram.Bytes[0x8000..0x8050]);
        Assert.Equal(0x80u, Get(Causes) & 0x80);
    }

    [Fact]
    public void A_frame_waits_for_a_descriptor_and_one_longer_than_a_buffer_takes_several()
    {
        Set(ReceiveControl, 0x3_8002);
        _port.Receive(Frame(s_address, 1000));
        Assert.Equal([256u, 256u, 256u, 236u], Enumerable.Range(0, 4).Select(i => Read(ReceiveRing + 16 * (uint)i + 8)));
        Assert.Equal([5u, 5u, 5u, 7u], Enumerable.Range(0, 4).Select(i => Read(ReceiveRing + 16 * (uint)i + 12)));
        _port.Receive(Frame(s_address, 1000));
        Assert.True(_port.IsWaiting);
        Set(ReceiveTail, 3);
        Assert.False(_port.IsWaiting);
    }

    [Theory]
    [InlineData(0x8002u, false, true, true, false, false)]
    [InlineData(0x800au, false, true, true, false, true)]
    [InlineData(0x8012u, false, true, true, true, false)]
    [InlineData(0x0002u, false, true, false, false, false)]
    [InlineData(0x8002u, true, true, true, true, false)]
    public void Only_what_is_for_the_card_comes_in(uint control, bool group, bool own, bool broadcast, bool many, bool other)
    {
        Set(ReceiveControl, control);
        // The twelve high-order bits of the address's last two bytes, 00:01.
        if (group)
            Set(0x5200, 0x1_0000);
        bool[] came = [.. new[] { s_address, new MacAddress(0xffff_ffff_ffff), s_group, s_other }.Select(to =>
        {
            _port.Receive(Frame(to, 60));
            return (Get(Causes) & 0x80) != 0;
        })];

        Assert.Equal([own, broadcast, many, other], came);
    }

    [Fact]
    public void A_large_piece_of_TCP_is_cut_into_segments_each_with_its_own_sums()
    {
        byte[] whole = Tcp(payload: 2500);
        whole.CopyTo(_ram.Bytes.AsSpan(0x2_0000));
        Give(14 | 24 << 8 | 33 << 16, 34 | 50 << 8, 2500 | 3u << 24 | Segments | Extended, 54 << 8 | 1000u << 16);
        Give(0x2_0000, 0, (uint)whole.Length | 1 << 20 | Last | Segments | Extended | Report, 0x0300);
        Set(TransmitTail, _next);

        Assert.Equal([1054, 1054, 554], _sent.Select(frame => frame.Length));
        for (int i = 0; i < 3; i++)
        {
            byte[] frame = _sent[i];
            Assert.Equal(frame.Length - 14, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(16)));
            Assert.Equal(7 + i, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(18)));
            Assert.Equal(0x1000_0000u + 1000u * (uint)i, BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(38)));
            Assert.Equal(i == 2 ? 0x19 : 0x10, frame[47]);
            Assert.Equal(0xffff, Sum(frame.AsSpan(14, 20)));
            Assert.Equal(0xffff, Sum(frame.AsSpan(34), (uint)Sum(frame.AsSpan(26, 8)) + 6 + (uint)frame.Length - 34));
            Assert.Equal(whole.AsSpan(54 + 1000 * i, frame.Length - 54), frame.AsSpan(54));
        }
    }

    [Fact]
    public void A_reset_leaves_the_address_and_nothing_else()
    {
        Set(Enable, 0xff);
        Set(Control, 1u << 26);
        Assert.Equal(0u, Get(Enable));
        Assert.Equal(0u, Get(ReceiveControl));
        Assert.Equal(0x1200_5452u, Get(0x5400));
        Assert.Equal(0x8000_5634u, Get(0x5404));
    }

    [Fact]
    public void Its_state_is_whole()
    {
        Set(ReceiveTail, 0);
        _port.Receive(Frame(s_address, 60));
        Set(0x5200, 5);
        MemoryStream saved = new();
        StateWriter.Write(saved, _card);
        saved.Position = 0;
        E1000Tests other = new();
        StateReader.Read(saved, other._card);
        Assert.Equal(StateLister.Of(_card), StateLister.Of(other._card));
        Assert.True(other._port.IsWaiting);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_a_guest_writes_it_breaks_nothing(int seed)
    {
        Random random = new(seed);
        uint[] registers = [Control, EepromPins, EepromRead, Mdio, Causes, SetCauses, Enable, Disable, ReceiveControl, TransmitControl, ReceiveTail, TransmitTail,
            0x2800, 0x2808, 0x2810, 0x3800, 0x3808, 0x3810, 0x5200, 0x5400, 0x5600];
        for (int step = 0; step < 20_000; step++)
        {
            uint value = random.Next(2) == 0 ? (uint)random.Next(0x400) : (uint)random.NextInt64(1L << 32);
            switch (random.Next(8))
            {
                case 0:
                    _memory.Read(Base + (uint)random.Next(0x2_0000), 1 << random.Next(3));
                    break;
                case 1:
                    _memory.Write(Base + (uint)random.Next(0x2_0000), 1 << random.Next(3), value);
                    break;
                case 2:
                    _port.Receive(Frame(s_address, random.Next(14, 1519)));
                    break;
                case 3:
                    random.NextBytes(_ram.Bytes.AsSpan(random.Next(0x3000), 64));
                    break;
                case 4:
                    Set(ReceiveControl, value | 2);
                    Set(TransmitControl, 2);
                    break;
                default:
                    Set(registers[random.Next(registers.Length)], value);
                    break;
            }
        }
        Assert.All(_sent, frame => Assert.InRange(frame.Length, 1, EthernetPort.LongestFrame));
    }

    private uint Get(uint register) => _memory.Read(Base + register, 4);

    private void Set(uint register, uint value) => _memory.Write(Base + register, 4, value);

    private uint Read(uint address) => BinaryPrimitives.ReadUInt32LittleEndian(_ram.Bytes.AsSpan((int)address));

    private void Word(uint address, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_ram.Bytes.AsSpan((int)address), value);

    private void Give(uint first, uint second, uint third, uint fourth)
    {
        uint address = TransmitRing + 16 * _next;
        (_next, uint[] words) = ((_next + 1) % Descriptors, [first, second, third, fourth]);
        for (uint i = 0; i < 4; i++)
            Word(address + 4 * i, words[i]);
    }

    private uint Phy(uint number)
    {
        Set(Mdio, 2u << 26 | 1u << 21 | number << 16);
        return Get(Mdio) & 0xffff;
    }

    // As Linux's driver does it.
    private ushort ReadSerially(uint word)
    {
        const uint select = 2;
        Set(EepromPins, select);
        for (int bit = 8; bit >= 0; bit--)
        {
            uint pins = select | ((6 << 6 | word) >> bit & 1) << 2;
            Set(EepromPins, pins);
            Set(EepromPins, pins | 1);
            Set(EepromPins, pins);
        }
        uint value = 0;
        for (int bit = 0; bit < 16; bit++)
        {
            Set(EepromPins, select | 1);
            value = value << 1 | Get(EepromPins) >> 3 & 1;
            Set(EepromPins, select);
        }
        Set(EepromPins, 0);
        return (ushort)value;
    }

    private static byte[] Frame(MacAddress to, int length)
    {
        byte[] frame = new byte[length];
        Array.Fill(frame, (byte)0x5a);
        for (int i = 0; i < MacAddress.Bytes; i++)
            frame[i] = to[i];
        return frame;
    }

    // Ethernet, IPv4 and TCP as Linux leaves them to a card that cuts: no length in the sum over the pseudo header.
    private static byte[] Tcp(int payload)
    {
        byte[] frame = new byte[54 + payload];
        new Random(1).NextBytes(frame.AsSpan(54));
        (frame[12], frame[14], frame[22], frame[23]) = (8, 0x45, 64, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(18), 7);
        new byte[] { 10, 0, 2, 15, 10, 0, 2, 2 }.CopyTo(frame, 26);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(38), 0x1000_0000);
        (frame[46], frame[47]) = (0x50, 0x19);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(50), (ushort)Sum(frame.AsSpan(26, 8), 6));
        return frame;
    }

    private static int Sum(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        uint sum = seed;
        for (int i = 0; i < bytes.Length; i += 2)
            sum += (uint)(bytes[i] << 8 | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        return (int)sum;
    }
}

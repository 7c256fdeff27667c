using System.Text;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Time;
using Xunit;

namespace Dbt.TestRoms.Devices;

public sealed class Uart16550Tests
{
    private const uint Data = 0, Enable = 1, Identification = 2, FifoControl = 2, LineControl = 3, ModemControl = 4, LineStatus = 5, ModemStatus = 6;

    private readonly Clock _clock = new();
    private readonly Uart16550 _uart;
    private readonly List<bool> _changes = [];
    private readonly StringBuilder _sent = new();

    public Uart16550Tests()
    {
        _uart = new Uart16550(_clock, "test", new InterruptLine(_changes.Add), 115_200);
        _uart.Transmitted += value => _sent.Append((char)value);
    }

    [Fact]
    public void A_written_byte_leaves_at_once_and_the_transmitter_stays_empty()
    {
        Write(Data, 'h');
        Write(Data, 'i');
        Assert.Equal("hi", _sent.ToString());
        Assert.Equal(0x60u, Read(LineStatus));
    }

    [Fact]
    public void Enabling_the_transmitter_interrupt_raises_it_and_reading_its_identity_clears_it()
    {
        Write(Enable, 2);
        Assert.Equal(0x02u, Read(Identification));
        Assert.Equal(0x01u, Read(Identification));
        Assert.Equal([true, false], _changes);
    }

    [Fact]
    public void Each_byte_sent_gives_a_new_edge()
    {
        Write(Enable, 2);
        _changes.Clear();
        Write(Data, 'x');
        Assert.Equal([false, true], _changes);
    }

    [Fact]
    public void Without_FIFO_received_bytes_come_one_by_one()
    {
        Write(Enable, 1);
        _uart.Receive(1);
        _uart.Receive(2);
        Assert.Equal(0x04u, Read(Identification));
        Assert.Equal(0x61u, Read(LineStatus));
        Assert.Equal(1u, Read(Data));
        Assert.Equal(2u, Read(Data));
        Assert.Equal(0x60u, Read(LineStatus));
        Assert.Equal([true, false, true, false], _changes);
    }

    [Fact]
    public void The_FIFO_interrupts_at_its_trigger_level()
    {
        Write(FifoControl, 0x81);
        Write(Enable, 1);
        for (byte i = 0; i < 7; i++)
            _uart.Receive(i);
        Assert.Equal(0xc1u, Read(Identification));
        _uart.Receive(7);
        Assert.Equal(0xc4u, Read(Identification));
    }

    [Fact]
    public void Below_the_trigger_level_four_silent_characters_time_out()
    {
        Write(FifoControl, 0x81);
        Write(LineControl, 3);
        Write(Enable, 1);
        _uart.Receive(9);
        long character = 10L * 12 * 1_000_000_000 / 115_200;
        RunTo(4 * character - 1);
        Assert.Equal(0xc1u, Read(Identification));
        RunTo(4 * character);
        Assert.Equal(0xccu, Read(Identification));
        Assert.Equal(9u, Read(Data));
        Assert.Equal(0xc1u, Read(Identification));
    }

    [Fact]
    public void What_does_not_fit_waits_outside_and_is_not_lost()
    {
        Write(FifoControl, 0x01);
        for (int i = 0; i < 100; i++)
            _uart.Receive((byte)i);
        Assert.Equal(0x61u, Read(LineStatus));
        for (uint i = 0; i < 100; i++)
            Assert.Equal(i, Read(Data));
        Assert.Equal(0x60u, Read(LineStatus));
    }

    [Fact]
    public void In_loopback_the_transmitter_feeds_the_receiver_and_the_outputs_the_modem_status()
    {
        Assert.Equal(0xb0u, Read(ModemStatus));
        Write(ModemControl, 0x1a);
        Assert.Equal(0x90u, Read(ModemStatus));
        Write(Data, 0x5a);
        Assert.Equal("", _sent.ToString());
        Assert.Equal(0x5au, Read(Data));
    }

    [Fact]
    public void A_sixteen_byte_FIFO_overruns_at_the_seventeenth()
    {
        Write(FifoControl, 0x01);
        Write(ModemControl, 0x10);
        for (uint i = 0; i < 17; i++)
            Write(Data, i);
        Assert.Equal(0x63u, Read(LineStatus));
        Assert.Equal(0x61u, Read(LineStatus));
        for (uint i = 0; i < 16; i++)
            Assert.Equal(i, Read(Data));
        Assert.Equal(0x60u, Read(LineStatus));
    }

    [Fact]
    public void The_divisor_latch_hides_data_and_interrupt_enable()
    {
        Write(Enable, 5);
        Write(LineControl, 0x83);
        Write(Data, 0x01);
        Write(Enable, 0x02);
        Assert.Equal(0x01u, Read(Data));
        Assert.Equal(0x02u, Read(Enable));
        Write(LineControl, 0x03);
        Assert.Equal(5u, Read(Enable));
        Assert.Equal("", _sent.ToString());
    }

    private uint Read(uint register) => _uart.Read(register, 1);

    private void Write(uint register, uint value) => _uart.Write(register, 1, value);

    private void RunTo(long time)
    {
        _clock.MoveTo(time);
        _clock.FireDue();
    }
}

using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Xunit;

namespace Dbt.TestRoms.Devices;

public sealed class I8259Tests
{
    private readonly I8259Pair _pics;
    private bool _output;

    public I8259Tests()
    {
        _pics = new I8259Pair(new InterruptLine(level => _output = level));
        Initialise(_pics.Master, 0x40, 4);
        Initialise(_pics.Slave, 0x48, 2);
    }

    [Fact]
    public void A_rising_edge_is_remembered_until_it_is_acknowledged()
    {
        Pulse(4);
        Assert.True(_output);
        Assert.Equal(0x44u, _pics.Acknowledge());
        Assert.False(_output);
    }

    [Fact]
    public void A_lower_priority_waits_for_the_end_of_the_higher_one()
    {
        Pulse(3);
        Assert.Equal(0x43u, _pics.Acknowledge());
        Pulse(4);
        Assert.False(_output);
        Pulse(1);
        Assert.True(_output);
        Assert.Equal(0x41u, _pics.Acknowledge());
        Command(_pics.Master, 0x61);
        Assert.False(_output);
        Command(_pics.Master, 0x20);
        Assert.Equal(0x44u, _pics.Acknowledge());
    }

    [Fact]
    public void The_slave_speaks_through_pin_2()
    {
        Pulse(12);
        Assert.Equal(0x4cu, _pics.Acknowledge());
        Assert.Equal(0x04u, InService(_pics.Master));
        Assert.Equal(0x10u, InService(_pics.Slave));
        Command(_pics.Slave, 0x64);
        Command(_pics.Master, 0x62);
        Assert.Equal(0u, InService(_pics.Master) | InService(_pics.Slave));
    }

    [Fact]
    public void A_masked_request_stays_and_shows_when_it_is_unmasked()
    {
        _pics.Master.Write(1, 1, 0x10);
        Pulse(4);
        Assert.False(_output);
        Assert.Equal(0x10u, _pics.Master.Read(1, 1));
        _pics.Master.Write(1, 1, 0);
        Assert.True(_output);
    }

    [Fact]
    public void Nothing_to_serve_is_a_spurious_interrupt_on_pin_7() => Assert.Equal(0x47u, _pics.Acknowledge());

    [Fact]
    public void A_level_request_lasts_as_long_as_the_line()
    {
        _pics.Slave.EdgeLevel.Write(0, 1, 0xff);
        Assert.Equal(0xdeu, _pics.Slave.EdgeLevel.Read(0, 1));
        _pics.Lines[11].Set(true);
        Assert.Equal(0x4bu, _pics.Acknowledge());
        Command(_pics.Slave, 0x63);
        Command(_pics.Master, 0x62);
        Assert.True(_output);
        _pics.Lines[11].Set(false);
        Assert.Equal(0u, Requests(_pics.Slave));
    }

    [Fact]
    public void Polling_acknowledges_and_names_the_pin()
    {
        Pulse(5);
        Command(_pics.Master, 0x0c);
        Assert.Equal(0x85u, _pics.Master.Read(0, 1));
        Assert.Equal(0x20u, InService(_pics.Master));
        Command(_pics.Master, 0x0c);
        Assert.Equal(0u, _pics.Master.Read(0, 1));
    }

    [Fact]
    public void Rotation_makes_the_served_pin_the_last()
    {
        Pulse(3);
        _pics.Acknowledge();
        Command(_pics.Master, 0xa0);
        Pulse(3);
        Pulse(4);
        Assert.Equal(0x44u, _pics.Acknowledge());
    }

    [Fact]
    public void Setting_the_priority_makes_the_next_pin_the_first()
    {
        Command(_pics.Master, 0xc4);
        Pulse(0);
        Pulse(5);
        Assert.Equal(0x45u, _pics.Acknowledge());
    }

    [Fact]
    public void The_special_mask_lets_lower_pins_through_a_masked_one()
    {
        Pulse(1);
        _pics.Acknowledge();
        Pulse(6);
        Assert.False(_output);
        _pics.Master.Write(1, 1, 0x02);
        Command(_pics.Master, 0x68);
        Assert.True(_output);
        Command(_pics.Master, 0x48);
        Assert.False(_output);
    }

    [Fact]
    public void Automatic_end_of_interrupt_leaves_nothing_in_service()
    {
        Initialise(_pics.Master, 0x40, 4, icw4: 3);
        Pulse(4);
        _pics.Acknowledge();
        Assert.Equal(0u, InService(_pics.Master));
    }

    private static void Initialise(I8259 pic, uint vector, uint cascade, uint icw4 = 1)
    {
        pic.Write(0, 1, 0x11);
        pic.Write(1, 1, vector);
        pic.Write(1, 1, cascade);
        pic.Write(1, 1, icw4);
    }

    private static void Command(I8259 pic, uint value) => pic.Write(0, 1, value);

    private static uint InService(I8259 pic)
    {
        Command(pic, 0x0b);
        return pic.Read(0, 1);
    }

    private static uint Requests(I8259 pic)
    {
        Command(pic, 0x0a);
        return pic.Read(0, 1);
    }

    private void Pulse(int line)
    {
        _pics.Lines[line].Set(true);
        _pics.Lines[line].Set(false);
    }
}

using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Xunit;

namespace Dbt.TestRoms.Devices;

public sealed class I8042Tests
{
    private readonly I8042 _controller;
    private int _keyboardEdges, _mouseEdges;

    public I8042Tests() => _controller = new I8042(
        new InterruptLine(level => _keyboardEdges += level ? 1 : 0),
        new InterruptLine(level => _mouseEdges += level ? 1 : 0),
        () => { });

    [Fact]
    public void The_self_test_passes()
    {
        Assert.Equal(0x18u, Status);
        Command(0xaa);
        Assert.Equal(0x1du, Status);
        Assert.Equal(0x55u, Data());
        Assert.Equal(0x1cu, Status);
    }

    [Fact]
    public void A_keyboard_resets_and_says_what_it_is()
    {
        Send(0xff);
        Assert.Equal([0xfau, 0xaau], [Data(), Data()]);
        Send(0xf2);
        Assert.Equal([0xfau, 0xabu, 0x83u], [Data(), Data(), Data()]);
        Assert.Equal(5, _keyboardEdges);
    }

    [Fact]
    public void A_mouse_resets_and_says_what_it_is()
    {
        Command(0xd4);
        Send(0xff);
        Assert.Equal(0x39u, Status);
        Assert.Equal([0xfau, 0xaau, 0x00u], [Data(), Data(), Data()]);
        Assert.Equal(3, _mouseEdges);
        Assert.Equal(0, _keyboardEdges);
    }

    [Fact]
    public void The_auxiliary_loop_comes_back_as_from_the_mouse()
    {
        Command(0xd3);
        Send(0x5a);
        Assert.Equal(0x39u, Status);
        Assert.Equal(0x5au, Data());
    }

    [Fact]
    public void A_disabled_keyboard_keeps_its_bytes()
    {
        Command(0xad);
        Send(0xee);
        Assert.Equal(0x18u, Status);
        Command(0xae);
        Assert.Equal(0xeeu, Data());
    }

    [Fact]
    public void A_device_whose_answers_nobody_reads_keeps_as_many_as_its_buffer_holds()
    {
        for (int i = 0; i < 1000; i++)
            Send(0xf4);

        int kept = 0;
        for (; (Status & 1) != 0; kept++)
            Assert.Equal(0xfau, Data());
        Assert.Equal(16, kept);
    }

    private uint Status => _controller.Command.Read(0, 1);

    private uint Data() => _controller.Data.Read(0, 1);

    private void Command(uint value) => _controller.Command.Write(0, 1, value);

    private void Send(uint value) => _controller.Data.Write(0, 1, value);
}

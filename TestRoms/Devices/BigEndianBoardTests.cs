using Dbt.Runtime.Boards;
using Dbt.Runtime.Boards.Malta;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Time;
using Xunit;

namespace Dbt.TestRoms.Devices;

/// <summary>What a big-endian processor finds on its Malta: what QEMU's answers to the same accesses are.</summary>
public sealed class BigEndianBoardTests
{
    private const uint Gt64120 = 0x1be0_0000, Ports = 0x1800_0000, ConfigurationAddress = Gt64120 + 0xcf8, ConfigurationData = Gt64120 + 0xcfc;

    private readonly MaltaBoard _board =
        new(new BoardConnections(new Clock(), new AddressSpace("physical", unmapped: 0), (_, _) => { }, new DateTime(2026, 1, 1), ByteOrder.Big) { Memory = new BusMemory(0) });

    public BigEndianBoardTests()
    {
        Write(0x1400_0068, 4, 0xdf00_0000);
        Write(Gt64120 + 0x48, 4, 0xc000_0000);
        Write(Gt64120 + 0x50, 4, 0x4000_0000);
    }

    [Fact]
    public void The_board_s_own_registers_are_numbers_and_say_which_order_it_is()
    {
        Assert.Equal(0x12u, Read(0x1f00_0208, 4));
        Assert.Equal(0x12u, Read(0x1f00_020b, 1));
        Assert.Equal(0x420u, Read(0x1fc0_0010, 4));
        Assert.Equal(0x60u, Read(0x1f00_0928, 4));
        Assert.Equal(0x60u, Read(0x1f00_0928, 1));
    }

    [Fact]
    public void The_system_controller_s_registers_are_little_endian()
    {
        Assert.Equal(0xdf00_0000u, Read(Gt64120 + 0x68, 4));
        Assert.Equal(0xdfu, Read(Gt64120 + 0x68, 1));
        Assert.Equal(0xdf00u, Read(Gt64120 + 0x68, 2));
        Assert.Equal(0u, Read(Gt64120, 4));
        Assert.Equal(0u, Read(Gt64120 + 0xc00, 4));
    }

    [Fact]
    public void Told_that_its_processor_is_little_endian_it_has_numbers_for_a_big_endian_one()
    {
        Write(Gt64120, 4, 0x0010_0000);

        Assert.Equal(0x1000u, Read(Gt64120, 4));
        Assert.Equal(0x70fu, Read(Gt64120 + 0xc04, 4));
        Assert.Equal(0x0fu, Read(Gt64120 + 0xc07, 1));
    }

    [Fact]
    public void Configuration_data_are_numbers_but_for_the_controller_itself_until_it_is_told_not_to_swap()
    {
        Write(ConfigurationAddress, 4, 0x0000_0080);
        Assert.Equal(0xab11_2046u, Read(ConfigurationData, 4));
        Write(ConfigurationAddress, 4, 0x0050_0080);
        Assert.Equal(0x7110_8086u, Read(ConfigurationData, 4));
        Assert.Equal(0x71u, Read(ConfigurationData, 1));
        Assert.Equal(0x7110u, Read(ConfigurationData, 2));
        Write(Gt64120 + 0xc00, 4, 0x0100_0000);
        Assert.Equal(0x8680_1071u, Read(ConfigurationData, 4));
    }

    [Fact]
    public void Ports_keep_their_addresses_and_what_is_wider_than_one_is_turned_around()
    {
        Assert.Equal(0x60u, Read(Ports + 0x3fd, 1));
        uint modemControl = Read(Ports + 0x3fc, 1);
        Assert.Equal(modemControl << 8 | 0x60, Read(Ports + 0x3fc, 2));
    }

    private uint Read(uint address, int bytes) => _board.PhysicalBus.Read(address, bytes);

    private void Write(uint address, int bytes, uint value) => _board.PhysicalBus.Write(address, bytes, value);
}

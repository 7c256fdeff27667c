using System.Globalization;
using System.Runtime.CompilerServices;
using Dbt.Runtime.Boards;
using Dbt.Runtime.Boards.Malta;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Time;
using Xunit;

namespace Dbt.TestRoms.Devices;

public sealed class MaltaBoardTests
{
    private const uint Gt64120 = 0x1be0_0000, Ports = 0x1800_0000, PciIdentity = 0x00;

    private readonly Clock _clock = new();
    private readonly bool[] _pins = new bool[8];
    private readonly MaltaBoard _board;
    private bool _poweredOff, _reset;

    public MaltaBoardTests()
    {
        _board = new MaltaBoard(new BoardConnections(_clock, new AddressSpace("physical", unmapped: 0), (pin, level) => _pins[pin] = level, new DateTime(2024, 2, 29, 23, 59, 58), ByteOrder.Little) { Memory = new BusMemory(0) });
        _board.PowerOffRequested += () => _poweredOff = true;
        _board.ResetRequested += () => _reset = true;
    }

    [Fact]
    public void Every_device_answers_a_Debian_boot_as_QEMU_did()
    {
        var mismatches = new List<string>();
        foreach (string line in File.ReadLines(Beside("qemu-malta-boot.txt")).Where(line => !line.StartsWith('#')))
        {
            string[] fields = line.Split(' ');
            uint address = Hex(fields[1]), value = Hex(fields[2]);
            int bytes = int.Parse(fields[3], CultureInfo.InvariantCulture);
            address += address < 0x10000 ? Ports : 0;
            Pass(1000);
            if (fields[0] == "W")
                Write(address, bytes, value);
            else if (Read(address, bytes) is var answer && answer != value)
                mismatches.Add($"{line}: {answer:x}");
        }
        Assert.Empty(mismatches);
        Assert.True(_poweredOff);
    }

    [Fact]
    public void Addresses_with_nothing_behind_them_read_zero_and_missing_ports_read_ones()
    {
        MoveSystemController();
        Assert.Equal(0u, Read(0x1d00_0000, 4));
        Assert.Equal(0xffu, Read(Ports + 0x300, 1));
        Write(0x1d00_0000, 4, 1);
    }

    [Fact]
    public void The_revision_register_names_a_CoreLV_card()
    {
        Assert.Equal(0x420u, Read(0x1fc0_0010, 4));
        _board.LoadRom([1, 2, 3, 4]);
        Assert.Equal(0x0403_0201u, Read(0x1fc0_0000, 4));
        Assert.Equal(0x0403_0201u, Read(0x1e00_0000, 4));
        Assert.Equal(0u, Read(0x1e00_0010, 4));
        Assert.Equal(0x420u, Read(0x1fc0_0010, 4));
    }

    [Fact]
    public void The_system_controller_moves_its_registers_and_windows()
    {
        Assert.Equal(0xa0u, Read(0x1400_0068, 4));
        MoveSystemController();
        Assert.Equal(0u, Read(0x1400_0068, 4));
        Assert.Equal(0xdfu, Read(Gt64120 + 0x68, 4));
        Write(Ports + 0x70, 1, 13);
        Assert.Equal(0x80u, Read(Ports + 0x71, 1));
        Write(Gt64120 + 0x50, 4, 0);
        Assert.Equal(0u, Read(Ports + 0x71, 1));
    }

    [Fact]
    public void The_system_controller_swaps_bytes_for_a_processor_of_the_other_order()
    {
        MoveSystemController();
        Write(Gt64120, 4, 0);
        Assert.Equal(0xdf00_0000u, Read(Gt64120 + 0x68, 4));
        Write(Gt64120, 4, 0x0010_0000);
        Assert.Equal(0xdfu, Read(Gt64120 + 0x68, 4));
    }

    [Fact]
    public void Five_PCI_functions_are_there_and_no_more()
    {
        MoveSystemController();
        var found = new List<string>();
        for (uint slotAndFunction = 0; slotAndFunction < 31 * 8; slotAndFunction++)
        {
            if (ReadConfiguration(slotAndFunction, PciIdentity) is var identity && identity != uint.MaxValue)
                found.Add($"{slotAndFunction >> 3:x2}.{slotAndFunction & 7} {identity:x8}");
        }
        Assert.Equal(["00.0 462011ab", "0a.0 71108086", "0a.1 71118086", "0a.2 71128086", "0a.3 71138086"], found);
    }

    [Fact]
    public void A_base_address_register_tells_its_size_and_opens_when_IO_is_enabled()
    {
        MoveSystemController();
        const uint uhci = 10 << 3 | 2;
        WriteConfiguration(uhci, 0x20, uint.MaxValue);
        Assert.Equal(0xffff_ffe1u, ReadConfiguration(uhci, 0x20));
        WriteConfiguration(uhci, 0x20, 0x1040);
        Assert.Equal(0xffffu, Read(Ports + 0x1050, 2));
        WriteConfiguration(uhci, 0x04, 1);
        Assert.Equal(0x80u, Read(Ports + 0x1050, 2));
    }

    [Fact]
    public void A_byte_of_configuration_space_is_read_and_written_alone()
    {
        MoveSystemController();
        Write(Gt64120 + 0xcf8, 4, 0x8000_0000 | 10 << 11 | 0x60);
        Write(Gt64120 + 0xcfd, 1, 0x80);
        Assert.Equal(0x0b0b_800au, Read(Gt64120 + 0xcfc, 4));
        Assert.Equal(0x80u, Read(Gt64120 + 0xcfd, 1));
    }

    [Fact]
    public void Sleeping_in_S5_switches_the_power_off()
    {
        MoveSystemController();
        const uint power = 10 << 3 | 3;
        WriteConfiguration(power, 0x40, 0x1000);
        WriteConfiguration(power, 0x80, 1);
        Write(Ports + 0x1004, 2, 0x0400 | 0x2000);
        Assert.False(_poweredOff);
        Write(Ports + 0x1004, 2, 0x2000);
        Assert.True(_poweredOff);
    }

    [Theory]
    [InlineData(0x1f00_0500, 4, 0x42)]
    [InlineData(Ports + 0xcf9, 1, 0x06)]
    [InlineData(Ports + 0x64, 1, 0xfe)]
    public void Each_reset_register_resets_the_board(uint address, int bytes, uint value)
    {
        MoveSystemController();
        Write(address, bytes, 0);
        Assert.False(_reset);
        Write(address, bytes, value);
        Assert.True(_reset);
    }

    [Fact]
    public void The_display_shows_a_word_or_single_characters()
    {
        Write(0x1f00_0410, 4, 0xcafe);
        Assert.Equal("0000CAFE", _board.Fpga.Display);
        Write(0x1f00_0418, 4, 'L');
        Write(0x1f00_0420, 4, 'I');
        Assert.Equal("LI00CAFE", _board.Fpga.Display);
        Write(0x1f00_0408, 4, 0x1aa);
        Assert.Equal(0xaa, _board.Fpga.Leds);
    }

    [Fact]
    public void The_ISA_ports_interrupt_through_the_8259s_and_the_CBUS_port_by_itself()
    {
        MoveSystemController();
        foreach (uint port in (uint[])[0x20, 0xa0])
        {
            Write(Ports + port, 1, 0x11);
            Write(Ports + port + 1, 1, port == 0x20 ? 0u : 8u);
            Write(Ports + port + 1, 1, port == 0x20 ? 4u : 2u);
            Write(Ports + port + 1, 1, 1);
            Write(Ports + port + 1, 1, port == 0x20 ? 0xefu : 0xffu);
        }
        Assert.False(_pins[2]);
        Write(Ports + 0x3f9, 1, 1);
        _board.SerialPorts[0].Receive((byte)'x');
        Assert.True(_pins[2]);
        Assert.Equal(4u, Read(Gt64120 + 0xc34, 4));
        Assert.False(_pins[2]);

        Write(0x1f00_0908, 4, 1);
        _board.SerialPorts[2].Receive((byte)'y');
        Assert.True(_pins[4]);
        Assert.Equal('y', (char)Read(0x1f00_0900, 4));
        Assert.False(_pins[4]);
    }

    [Fact]
    public void Polling_the_clock_allocates_nothing()
    {
        MoveSystemController();
        Poll(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Poll(100_000);
        // The just-in-time compiler allocates a little on this thread; a register access would show a hundred times that.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);

        void Poll(int times)
        {
            for (int i = 0; i < times; i++)
            {
                Write(Ports + 0x70, 1, 10);
                Read(Ports + 0x71, 1);
                _clock.MoveTo(_clock.Now + 12_345);
            }
        }
    }

    [Fact]
    public void An_IDE_channel_without_drives_reads_zero()
    {
        MoveSystemController();
        Write(Ports + 0x1f6, 1, 0xa0);
        Write(Ports + 0x1f2, 1, 0x55);
        Assert.Equal(0u, Read(Ports + 0x1f2, 1));
        Assert.Equal(0u, Read(Ports + 0x1f7, 1));
        Assert.Equal(0u, Read(Ports + 0x3f6, 1));
    }

    [Fact]
    public void The_frame_number_counts_milliseconds_while_USB_runs()
    {
        MoveSystemController();
        const uint uhci = 10 << 3 | 2;
        WriteConfiguration(uhci, 0x20, 0x1040);
        WriteConfiguration(uhci, 0x04, 1);
        Assert.Equal(0x20u, Read(Ports + 0x1042, 2));
        Write(Ports + 0x1040, 2, 1);
        Pass(7_500_000);
        Assert.Equal(7u, Read(Ports + 0x1046, 2));
        Assert.Equal(0u, Read(Ports + 0x1042, 2));
        Write(Ports + 0x1040, 2, 2);
        Assert.Equal(0u, Read(Ports + 0x1046, 2));
        Assert.Equal(0x20u, Read(Ports + 0x1042, 2));
    }

    [Fact]
    public void The_power_management_timer_counts_at_3_58_MHz()
    {
        MoveSystemController();
        const uint power = 10 << 3 | 3;
        WriteConfiguration(power, 0x40, 0x1000);
        WriteConfiguration(power, 0x80, 1);
        Pass(1_000_000_000);
        Assert.Equal(3_579_545u, Read(Ports + 0x1008, 4));
        Write(Ports + 0x1000, 2, 0x0100);
        Assert.Equal(1u, Read(Ports + 0x1000, 2));
        Write(Ports + 0x1000, 2, 1);
        Assert.Equal(0u, Read(Ports + 0x1000, 2));
        Pass(2_000_000_000);
        Assert.Equal(1u, Read(Ports + 0x1000, 2));
    }

    private static string Beside(string file, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, file);

    private static uint Hex(string text) => (uint)Convert.ToUInt64(text, 16);

    private uint Read(uint address, int bytes) => _board.PhysicalBus.Read(address, bytes);

    private void Write(uint address, int bytes, uint value) => _board.PhysicalBus.Write(address, bytes, value);

    private uint ReadConfiguration(uint slotAndFunction, uint register)
    {
        Write(Gt64120 + 0xcf8, 4, 0x8000_0000 | slotAndFunction << 8 | register);
        return Read(Gt64120 + 0xcfc, 4);
    }

    private void WriteConfiguration(uint slotAndFunction, uint register, uint value)
    {
        Write(Gt64120 + 0xcf8, 4, 0x8000_0000 | slotAndFunction << 8 | register);
        Write(Gt64120 + 0xcfc, 4, value);
    }

    // What the boot ROM does.
    private void MoveSystemController()
    {
        Write(0x1400_0068, 4, 0xdf);
        Write(Gt64120 + 0x48, 4, 0xc0);
        Write(Gt64120 + 0x50, 4, 0x40);
        Write(Gt64120 + 0x58, 4, 0x80);
        Write(Gt64120 + 0x60, 4, 0x3f);
    }

    private void Pass(long nanoseconds)
    {
        _clock.MoveTo(_clock.Now + nanoseconds);
        _clock.FireDue();
    }
}

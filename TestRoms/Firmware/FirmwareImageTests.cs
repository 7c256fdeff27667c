using System.Text;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Xunit;
using static Dbt.TestRoms.Machines.GuestCode;

namespace Dbt.TestRoms.Firmware;

/// <summary>Programs for the board's flash: what they are taken for, and where the processor finds them.</summary>
public sealed class FirmwareImageTests
{
    // Says F at the CBUS port, from where the flash is seen below its mirror, and resets the board.
    private static readonly uint[] s_program =
    [
        .. Li(T0, 0xbe00_0020), JumpTo(T0), Nop, 0x0000_0420, Nop, Nop, Nop,
        .. Li(T0, 0xbf00_0000), Addiu(T1, Zero, (short)'F'), Sw(T1, 0x900, T0), Addiu(T1, Zero, 0x42), Sw(T1, 0x500, T0),
        JumpTo(31), Nop,
    ];

    public static TheoryData<ByteOrder, bool, Engine> Images
    {
        get
        {
            TheoryData<ByteOrder, bool, Engine> data = [];
            foreach (Engine engine in Enum.GetValues<Engine>())
            {
                data.Add(ByteOrder.Little, false, engine);
                data.Add(ByteOrder.Little, true, engine);
                data.Add(ByteOrder.Big, false, engine);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void An_image_starts_where_the_processor_does_and_runs_where_the_flash_is(ByteOrder order, bool isTurned, Engine engine)
    {
        byte[] image = isTurned ? FirmwareImage.Turned(Bytes(order)) : Bytes(order);
        using VirtualMachine machine = new(Of(image, isTurned ? order : null) with { Engine = engine });
        StringBuilder said = new();
        machine.SerialOutput += (port, value) => said.Append(port).Append((char)value);

        Assert.Equal(StopReason.Reset, machine.Run(CancellationToken.None).Reason);
        Assert.Equal("2F", said.ToString());
    }

    [Theory]
    [InlineData(0xbfc0_0000)]
    [InlineData(0xbe00_0000)]
    public void An_ELF_lies_where_it_is_linked_to(uint address)
    {
        byte[] elf = SmallGuest.Image(ByteOrder.Big, address, s_program);

        Assert.Equal(StopReason.Reset, GuestRun.Of(Of(elf, null)).End.Reason);
    }

    [Fact]
    public void The_rest_of_the_flash_is_what_its_file_has_or_erased()
    {
        byte[] flash = new byte[4 << 20];
        flash[0x3e_0000] = 1;
        using VirtualMachine kept = new(Of(Bytes(ByteOrder.Big), null) with { Flash = flash }), erased = new(Of(Bytes(ByteOrder.Big), null));

        Assert.Equal([1, 0], kept.Board.Flash.Contents.Span.Slice(0x3e_0000, 2).ToArray());
        Assert.Equal([0xff, 0xff], erased.Board.Flash.Contents.Span.Slice(0x3e_0000, 2).ToArray());
        Assert.Equal(Bytes(ByteOrder.Big), erased.Board.Flash.Contents.Span[..(4 * s_program.Length)].ToArray());
    }

    [Fact]
    public void What_is_in_flash_already_is_started_and_not_changed()
    {
        byte[] flash = new byte[4 << 20];
        Bytes(ByteOrder.Big).CopyTo(flash, 0);
        MachineConfiguration guest = Of(Bytes(ByteOrder.Big), null) with { Kernel = FirmwareImage.InFlash(flash, "flash", null), Flash = flash };
        using VirtualMachine machine = new(guest);

        Assert.Equal(StopReason.Reset, machine.Run(CancellationToken.None).Reason);
        Assert.True(machine.Board.Flash.Contents.Span.SequenceEqual(flash));
    }

    [Fact]
    public void A_kernel_boots_as_always_with_a_flash_of_its_own()
    {
        byte[] flash = new byte[4 << 20];
        flash[0] = 7;
        MachineConfiguration guest = GuestRun.Rom("pmap") with { Flash = flash };
        using VirtualMachine machine = new(guest);

        Assert.EndsWith("ROM-OK", GuestRun.Of(machine).Console.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(7, machine.Board.Flash.Contents.Span[0]);
    }

    [Fact]
    public void A_file_that_does_not_show_its_byte_order_is_refused_unless_that_is_said()
    {
        Assert.Contains("--endian", Assert.Throws<GuestSetupException>(() => Of(new byte[100], null)).Message, StringComparison.Ordinal);
        Assert.Equal(ByteOrder.Big, ElfImage.Parse(Of(new byte[100], ByteOrder.Big).Kernel, "").ByteOrder);
    }

    [Fact]
    public void A_file_larger_than_the_flash_is_refused() =>
        Assert.Contains("4 MB", Assert.Throws<GuestSetupException>(() => Of(new byte[(4 << 20) + 1], ByteOrder.Big)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_program_that_is_linked_to_RAM_is_refused()
    {
        MachineConfiguration kernel = GuestRun.Rom("pmap") with { StartsInFlash = true };

        Assert.Contains("--kernel", Assert.Throws<GuestSetupException>(() => new VirtualMachine(kernel)).Message, StringComparison.Ordinal);
    }

    private static MachineConfiguration Of(byte[] image, ByteOrder? order) => new()
    {
        Kernel = FirmwareImage.AsElf(image, "loader", order),
        KernelName = "loader",
        StartsInFlash = true,
        MemoryBytes = 16 << 20,
        TranslateInBackground = false,
        InstructionLimit = 1000,
    };

    private static byte[] Bytes(ByteOrder order)
    {
        byte[] bytes = new byte[4 * s_program.Length];
        for (int i = 0; i < s_program.Length; i++)
            order.WriteWord(bytes.AsSpan(4 * i), s_program[i]);
        return bytes;
    }
}

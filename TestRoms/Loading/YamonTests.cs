using System.Buffers.Binary;
using System.Text;
using Dbt.Runtime;
using Dbt.Runtime.Loading;
using Xunit;

namespace Dbt.TestRoms.Loading;

public sealed class YamonTests
{
    private const int Megabyte = 1 << 20;

    private readonly byte[] _memory = new byte[64 * Megabyte];
    private readonly ElfImage _kernel = ElfImage.Parse(ElfFile.Build(entry: 0x8010_0400), "vmlinux");

    [Fact]
    public void The_kernel_is_copied_and_the_rest_of_its_segment_cleared()
    {
        _memory.AsSpan().Fill(0xff);
        Load([], "");
        Assert.Equal(0x5a, _memory[0x10_0000]);
        Assert.Equal(0x5a, _memory[0x10_0fff]);
        Assert.Equal(0x00, _memory[0x10_1000]);
        Assert.Equal(0x00, _memory[0x10_1fff]);
        Assert.Equal(0xff, _memory[0x10_2000]);
    }

    [Fact]
    public void The_environment_says_what_QEMU_says()
    {
        Load([], "console=ttyS0");
        Assert.Equal(
            ["vmlinux", "console=ttyS0", "memsize", "67108864", "ememsize", "67108864", "modetty0", "38400n8r", "rngseed"],
            Environment()[..9]);
        Assert.Equal(10, Environment().Count);
        Assert.Matches("^[0-9a-f]{64}$", Environment()[9]);
    }

    [Theory]
    [InlineData(20, "0xffffffff83fe0000")]
    [InlineData(1_133_252, "0xffffffff83ed0000")]
    public void The_ramdisk_lies_where_QEMU_puts_it(int bytes, string address)
    {
        byte[] initrd = new byte[bytes];
        initrd[^1] = 0x77;
        Load(initrd, "quiet");
        Assert.Equal($"rd_start={address} rd_size={bytes} quiet", Environment()[1]);
        Assert.Equal(0x77, _memory[(int)(Convert.ToUInt64(address, 16) & 0x1fff_ffff) + bytes - 1]);
    }

    [Fact]
    public void Beyond_256_MB_the_ramdisk_stays_in_low_memory_and_all_memory_is_told()
    {
        byte[] low = new byte[256 * Megabyte];
        Yamon.Load(low, 2048ul * Megabyte, _kernel, "vmlinux", new byte[20], "");
        Assert.Equal("rd_start=0xffffffff8ffe0000 rd_size=20 ", Text(low, 1));
        Assert.Equal("268435456", Text(low, 3));
        Assert.Equal("2147483648", Text(low, 5));
    }

    [Fact]
    public void The_seed_depends_on_the_guest_alone()
    {
        Load([1], "a");
        string first = Environment()[9];
        Load([1], "b");
        Assert.Equal(first, Environment()[9]);
        Load([2], "b");
        Assert.NotEqual(first, Environment()[9]);
    }

    [Fact]
    public void A_kernel_of_another_segment_finds_the_ramdisk_there()
    {
        Yamon.Load(_memory, 64 * Megabyte, _kernel, "vmlinux", new byte[20], "", kseg0: 0x4000_0000);
        Assert.StartsWith("rd_start=0x43fe0000 ", Environment()[1]);
    }

    [Fact]
    public void A_ramdisk_too_large_is_refused_with_the_memory_it_needs()
    {
        string message = Assert.Throws<GuestSetupException>(() => Load(new byte[63 * Megabyte], "")).Message;
        Assert.Contains("does not fit", message);
        Assert.Contains("give the machine at least 65 MB", message);
    }

    [Fact]
    public void A_kernel_too_large_is_refused()
    {
        ElfImage large = ElfImage.Parse(ElfFile.Build(memoryBytes: 64 * Megabyte), "vmlinux");
        string message = Assert.Throws<GuestSetupException>(
            () => Yamon.Load(_memory, 64 * Megabyte, large, "vmlinux", [], "")).Message;
        Assert.Contains("needs memory up to 65 MB, the machine has 64 MB", message);
    }

    [Theory]
    [InlineData(0xbe00_0000)]
    [InlineData(0xbfc0_0000)]
    public void A_boot_loader_linked_for_flash_is_refused_as_what_it_is(uint address)
    {
        ElfImage loader = ElfImage.Parse(ElfFile.Build(address: address, entry: address), "uboot.elf");
        string message = Assert.Throws<GuestSetupException>(
            () => Yamon.Load(_memory, 64 * Megabyte, loader, "uboot.elf", [], "")).Message;
        Assert.Contains("uboot.elf is linked for the board's flash", message);
    }

    [Fact]
    public void A_kernel_over_its_own_arguments_is_refused()
    {
        ElfImage low = ElfImage.Parse(ElfFile.Build(address: 0x8000_1000), "vmlinux");
        Assert.Contains("boot monitor", Assert.Throws<GuestSetupException>(
            () => Yamon.Load(_memory, 64 * Megabyte, low, "vmlinux", [], "")).Message);
    }

    [Fact]
    public void A_command_line_too_long_is_refused() =>
        Assert.Contains("shorten it", Assert.Throws<GuestSetupException>(() => Load([], new string('x', 256))).Message);

    [Fact]
    public void The_boot_ROM_jumps_over_the_vectors_and_enters_the_kernel()
    {
        byte[] rom = Load([], "");
        Assert.Equal(0x0bf0_0160u, Word(rom, 0));
        Assert.Equal(0x9fc0_0580u, Word(rom, 0x500));
        Assert.Equal(0x9fc0_083cu, Word(rom, 0x504));
        Assert.Equal(0x9fc0_0808u, Word(rom, 0x534));
        Assert.Equal(0x9fc0_0800u, Word(rom, 0x554));
        Assert.Contains(0x3c19_8010u, Words(rom));
        Assert.Contains(0x3739_0400u, Words(rom));
    }

    [Fact]
    public void A_big_endian_kernel_finds_everything_in_its_own_order()
    {
        ElfImage kernel = ElfImage.Parse(ElfFile.Build(entry: 0x8010_0400, bigEndian: true), "vmlinux");
        byte[] rom = Yamon.Load(_memory, 64 * Megabyte, kernel, "vmlinux", [], "");
        Assert.Equal([0x80, 0x00, 0x20, 0x40], _memory[0x2000..0x2004]);
        Assert.Equal([0x9f, 0xc0, 0x08, 0x08], rom[0x534..0x538]);
        // The system controller's registers stay little-endian: lui k0, 0xdf00.
        Assert.Equal([0x3c, 0x1a, 0xdf, 0x00], rom[0x58c..0x590]);
    }

    private byte[] Load(byte[] initrd, string commandLine) =>
        Yamon.Load(_memory, (ulong)_memory.Length, _kernel, "vmlinux", initrd, commandLine);

    private static uint Word(byte[] image, int at) => BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at));

    private static IEnumerable<uint> Words(byte[] image) => Enumerable.Range(0, image.Length / 4).Select(i => Word(image, 4 * i));

    private static string Text(byte[] memory, int index)
    {
        int at = (int)(Word(memory, 0x2000 + 4 * index) & 0x1fff_ffff);
        return Encoding.UTF8.GetString(memory.AsSpan(at, Array.IndexOf(memory, (byte)0, at) - at));
    }

    private List<string> Environment()
    {
        var strings = new List<string>();
        for (int i = 0; Word(_memory, 0x2000 + 4 * i) != 0; i++)
            strings.Add(Text(_memory, i));
        return strings;
    }
}

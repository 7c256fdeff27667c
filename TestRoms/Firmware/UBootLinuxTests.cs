using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Network;
using Dbt.Runtime.Storage;
using Dbt.TestRoms.BigEndian;
using Dbt.TestRoms.Debian;
using Dbt.Tool.Guests;
using Dbt.Tool.Network;
using Xunit;

namespace Dbt.TestRoms.Firmware;

/// <summary>A boot loader in flash that boots Linux: what it boots comes from an IDE disk and by TFTP from the user network, and what to do from flash.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class UBootLinuxTests : IDisposable
{
    // Debian has none for a big-endian Malta, and its other one finds no disk; docs/firmware.md says how they are built.
    private const string BuiltVariable = "DBT_UBOOT";

    private const int SectorBytes = 512;
    private const string Kernel = "84000000", Ramdisk = "86000000";

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    [SkippableFact]
    public void It_boots_Linux_by_TFTP_as_its_environment_in_flash_says()
    {
        Skip.If(!File.Exists(UBootTests.Image), "needs Debian's package u-boot-qemu");
        Guest guest = DebianGuest.With("true");
        Serve("kernel", UBootImage.Kernel(guest.Kernel));
        Serve("ramdisk", guest.Initrd.ToArray());

        string boot = Boot(
            Machine(UBootTests.Image, ByteOrder.Little), "maltael # ", $"dhcp {Kernel} kernel; tftpboot {Ramdisk} ramdisk", guest);

        Assert.Equal(3, boot.Split("Bytes transferred").Length);
    }

    [SkippableTheory]
    [InlineData(ByteOrder.Little, "maltael", true)]
    [InlineData(ByteOrder.Big, "malta", false)]
    public void It_boots_Linux_from_a_disk_and_by_TFTP(ByteOrder order, string board, bool kernelOnDisk)
    {
        string? built = Environment.GetEnvironmentVariable(BuiltVariable);
        Skip.If(built is null, $"needs U-Boots that are built, in the folder that {BuiltVariable} names");
        Guest guest = order == ByteOrder.Little ? DebianGuest.With("true") : MaltaGuest.With("true");
        byte[] kernel = UBootImage.Kernel(guest.Kernel), ramdisk = guest.Initrd.ToArray();
        byte[] onDisk = kernelOnDisk ? kernel : ramdisk;
        Serve("served", kernelOnDisk ? ramdisk : kernel);
        int sectors = (onDisk.Length + SectorBytes - 1) / SectorBytes;
        string disk = Path.Combine(_folder, "disk.img");
        File.WriteAllBytes(disk, [.. onDisk, .. new byte[sectors * SectorBytes - onDisk.Length]]);
        (string fromDisk, string fromNetwork) = kernelOnDisk ? (Kernel, Ramdisk) : (Ramdisk, Kernel);

        string boot = Boot(
            Machine(Path.Combine(built, board, "u-boot.bin"), order) with { Drives = [new DriveConfiguration(0, disk)] }, $"{board} # ",
            $"ide reset; ide read {fromDisk} 0 {sectors:x}; dhcp {fromNetwork} served", guest);

        Assert.Contains($"{sectors} blocks read: OK", boot, StringComparison.Ordinal);
        Assert.Contains("Bytes transferred", boot, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Has it told once what to load, and boots it anew.
    private static string Boot(MachineConfiguration machine, string prompt, string load, Guest guest)
    {
        byte[] flash;
        using (FirmwareSession first = new(machine))
        {
            first.Until(prompt);
            // It tells of the memory's size in megabytes, and Linux reads bytes; Linux looks for the ramdisk on the command line alone.
            first.Say($"setenv bootargs console=ttyS0 memsize=256M rd_start=0x{Ramdisk} rd_size=0x{guest.Initrd.Length:x} said=by-U-Boot", prompt);
            first.Say($"setenv bootcmd '{load}; bootm {Kernel}'", prompt);
            Assert.EndsWith("\nOK\n" + prompt, first.Say("saveenv", prompt), StringComparison.Ordinal);
            flash = first.Machine.Board.Flash.Contents.ToArray();
        }

        using FirmwareSession second = new(machine with { Flash = flash });
        second.Until(prompt);
        string boot = second.Say("boot", guest.ReadyMark!);
        Assert.Contains("Kernel command line: ", boot, StringComparison.Ordinal);
        Assert.Contains("said=by-U-Boot", boot, StringComparison.Ordinal);
        return boot;
    }

    private MachineConfiguration Machine(string loader, ByteOrder order) => new()
    {
        Kernel = FirmwareImage.AsElf(File.ReadAllBytes(loader), "u-boot.bin", order),
        KernelName = "u-boot.bin",
        StartsInFlash = true,
        MemoryBytes = 256 << 20,
        Network = [new NetworkCard(CardModel.Pcnet, MacAddress.OfCard(0), Connect)],
    };

    private void Serve(string name, byte[] contents) => File.WriteAllBytes(Path.Combine(_folder, name), contents);

    private INetworkBackend Connect()
    {
        Skip.If(OperatingSystem.IsWindows(), "there is no --net user");
        try
        {
            return NetworkSpecification.Parse($"user,tftp={_folder}", out _)!.Connect();
        }
        catch (GuestSetupException missing)
        {
            throw new SkipException(missing.Message);
        }
    }
}

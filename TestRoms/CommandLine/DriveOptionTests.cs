using Dbt.Runtime.Storage;
using Dbt.Tool.Options;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

public sealed class DriveOptionTests
{
    [Fact]
    public void A_disk_is_a_file_with_what_is_to_be_different_behind_it()
    {
        DriveConfiguration[] disks = Disks("--disk", "a.img", "--disk", "b.qcow2,format=qcow2,snapshot,backing=c,backing=d", "--disk", "e,ro,format=raw");

        Assert.Equal([(0, "a.img"), (1, "b.qcow2"), (2, "e")], disks.Select(disk => (disk.Slot, disk.File)));
        Assert.Equal((null, false, false), (disks[0].Format, disks[0].IsReadOnly, disks[0].IsSnapshot));
        Assert.Equal((ImageFormat.Qcow2, false, true), (disks[1].Format, disks[1].IsReadOnly, disks[1].IsSnapshot));
        Assert.Equal(["c", "d"], disks[1].Backing);
        Assert.Equal((ImageFormat.Raw, true, false), (disks[2].Format, disks[2].IsReadOnly, disks[2].IsSnapshot));
    }

    [Fact]
    public void A_CD_ROM_drive_is_the_master_of_the_second_channel_and_disks_make_room_for_it()
    {
        var options = Tool.CommandLine.CreateRoot().Parse(["run", "kernel", "--disk", "a", "--disk", "b", "--disk", "c", "--cdrom", "d"]);
        Assert.Empty(options.Errors);
        Dbt.Hypervisor.MachineConfiguration machine =
            DriveOptions.Cdrom.SetsMachine!(DriveOptions.Disks.SetsMachine!(MachineOptions.Usual, DriveOptions.Disks.In(options)), DriveOptions.Cdrom.In(options));

        Assert.Equal([(0, "a", false), (1, "b", false), (3, "c", false), (2, "d", true)], machine.Drives.Select(drive => (drive.Slot, drive.File, drive.IsCdrom)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",ro")]
    [InlineData("a.img,wrong")]
    [InlineData("a.img,format=vmdk")]
    [InlineData("a.img,ro,snapshot")]
    public void What_is_none_is_refused_with_what_it_takes(string text)
    {
        string error = Assert.Single(Tool.CommandLine.CreateRoot().Parse(["run", "kernel", "--disk", text]).Errors).Message;
        Assert.StartsWith("--disk takes FILE[,if=ide|virtio][,format=raw|qcow2]", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Five_drives_are_one_too_many()
    {
        string[] four = [.. Enumerable.Repeat((string[])["--disk", "a"], 4).SelectMany(one => one)];
        var options = Tool.CommandLine.CreateRoot().Parse(["run", "kernel", .. four, "--cdrom", "b"]);

        Assert.Contains("4 times in all", DriveOptions.Disks.RefusalOf(options), StringComparison.Ordinal);
    }

    private static DriveConfiguration[] Disks(params string[] arguments)
    {
        var options = Tool.CommandLine.CreateRoot().Parse(["run", "kernel", .. arguments]);
        Assert.Empty(options.Errors);
        return DriveOptions.Disks.In(options);
    }
}

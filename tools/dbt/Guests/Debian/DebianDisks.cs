using System.Text;
using Dbt.Runtime.Storage;

namespace Dbt.Tool.Guests.Debian;

/// <summary>What is on the first disk of a machine that Debian's kernel is to run on.</summary>
internal enum FirstDisk
{
    /// <summary>There is no disk, or one with something that dbt did not put there.</summary>
    Other,

    /// <summary>Nothing, and it has room for a Debian and may be written.</summary>
    Blank,

    /// <summary>A Debian that dbt installed.</summary>
    Debian,
}

/// <summary>The drives of a machine, as the guest's init is told of them.</summary>
internal static class DebianDisks
{
    // The label of a file system that dbt installed a Debian on.
    private const string Label = "dbt-debian";

    // And of one on which it did not come to the end.
    private const string UnfinishedLabel = "dbt-installing";

    // Less is no disk for a Debian.
    private const long LeastBytes = 480L << 20;

    // Where an ext4 file system has its label (Linux: Documentation/filesystems/ext4/super.rst).
    private const int Superblock = 1024, MagicAt = Superblock + 0x38, LabelAt = Superblock + 0x78, LabelBytes = 16;
    private const int LookedAt = 64 << 10;

    /// <summary>Looks at the first disk.</summary>
    public static FirstDisk Look(IReadOnlyList<DriveConfiguration> drives)
    {
        if (First(drives) is not { } first)
            return FirstDisk.Other;
        using IDiskImage image = DiskImage.Open(first with { IsReadOnly = true, IsSnapshot = false });
        byte[] start = new byte[LookedAt];
        image.Read(0, start.AsSpan(0, (int)Math.Min(LookedAt, image.Bytes)));
        bool isExt4 = start[MagicAt] == 0x53 && start[MagicAt + 1] == 0xef;
        string label = isExt4 ? Encoding.ASCII.GetString(start, LabelAt, LabelBytes).TrimEnd('\0') : "";
        if (label == Label)
            return FirstDisk.Debian;
        bool isBlank = label == UnfinishedLabel || !start.AsSpan().ContainsAnyExcept((byte)0);
        bool isKept = first is { IsReadOnly: false, IsSnapshot: false };
        return isBlank && isKept && image.Bytes >= LeastBytes ? FirstDisk.Blank : FirstDisk.Other;
    }

    /// <summary>The first disk, one of virtio before all others; null where there is none.</summary>
    public static DriveConfiguration? First(IReadOnlyList<DriveConfiguration> drives) => drives
        .Where(drive => drive is { Slot: 0, IsCdrom: false })
        .OrderByDescending(drive => drive.IsVirtio).FirstOrDefault();

    /// <summary>What init is told: the devices to wait for, and which of them, if any, is its root.</summary>
    public static CpioArchive Describe(IReadOnlyList<DriveConfiguration> drives, bool hasRoot)
    {
        StringBuilder text = new();
        char disk = 'a', virtio = 'a';
        foreach (DriveConfiguration drive in drives.OrderBy(drive => drive.Slot))
            text.Append(drive.IsCdrom ? "sr0\n" : drive.IsVirtio ? $"vd{virtio++}\n" : $"sd{disk++}\n");
        CpioArchive archive = new();
        archive.AddFile("disks", Encoding.ASCII.GetBytes(text.ToString()));
        if (hasRoot)
            archive.AddFile("root-is-on-disk", [.. First(drives)!.IsVirtio ? "vda\n"u8 : "sda\n"u8]);
        return archive;
    }
}

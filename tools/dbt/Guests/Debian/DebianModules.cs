using Dbt.Runtime.Persistence;

namespace Dbt.Tool.Guests.Debian;

/// <summary>
/// The modules of Debian's kernel that a disk needs, as a piece of an initramfs: the cache keeps them for each kernel.
/// </summary>
internal static class DebianModules
{
    /// <summary>The folder of the cache they are in.</summary>
    public const string Folder = "debian-modules";

    /// <summary>Where init finds them, in the order in which it loads them.</summary>
    public const string Place = "modules";

    // Each needs those before it: the controller, CD-ROM drives, file systems. What else they need is in the kernel.
    private static readonly string[] s_modules =
    [
        "drivers/ata/ata_piix", "drivers/cdrom/cdrom", "drivers/scsi/sr_mod", "lib/crc16", "crypto/crc32c_generic",
        "fs/mbcache", "fs/jbd2/jbd2", "fs/ext4/ext4", "fs/isofs/isofs",
    ];

    /// <summary>Takes those of a kernel from the cache, and when they are not there, from Debian.</summary>
    public static byte[] Load(GuestCache cache, IFetchProgress progress, string kernel) =>
        WholeFile.TryRead(PathIn(cache, kernel)) ?? cache.Change(
            progress, () => WholeFile.TryRead(PathIn(cache, kernel)) ?? Fetch(cache, progress, kernel));

    private static byte[] Fetch(GuestCache cache, IFetchProgress progress, string kernel)
    {
        string package = "linux-image-" + kernel["vmlinuz-".Length..];
        Apt apt = new(cache.PathOf("apt"), suite: null, progress.Stop);
        apt.Update(progress);
        cache.InStaging(staging =>
        {
            apt.Download([package], staging, $"the modules of {package}", progress);
            string file = Directory.GetFiles(staging, package + "_*.deb").Single();
            progress.Step(
                "unpacking them", _ => Keep(cache, DebPackage.ReadFiles(file, IsKept, progress.Stop), kernel));
        });
        return WholeFile.TryRead(PathIn(cache, kernel)) ?? throw new IOException("modules vanished from the cache");
    }

    /// <summary>Whether a file of the kernel's package is one that is kept.</summary>
    public static bool IsKept(string path) => NumberOf(path) >= 0;

    /// <summary>Puts those among the files of a kernel package into the cache.</summary>
    public static void Keep(GuestCache cache, IEnumerable<KeyValuePair<string, byte[]>> files, string kernel) =>
        cache.ReplaceFile(PathIn(cache, kernel), Pack(files.Where(file => IsKept(file.Key))));

    private static byte[] Pack(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        CpioArchive archive = new();
        archive.AddDirectory(Place);
        foreach ((string path, byte[] content) in files)
            archive.AddFile($"{Place}/{NumberOf(path)}-{Path.GetFileName(path)}", content);
        return archive.ToArray();
    }

    private static int NumberOf(string path) =>
        Array.FindIndex(s_modules, module => path.EndsWith($"/kernel/{module}.ko", StringComparison.Ordinal));

    private static string PathIn(GuestCache cache, string kernel) => cache.PathOf(Folder, kernel + ".cpio");
}

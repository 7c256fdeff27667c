using System.Text;

namespace Dbt.Tool.Guests.Debian;

/// <summary>
/// The initramfs of <c>dbt run debian</c>: busybox, a small init, packages, and what to run. It is not compressed:
/// inflating it costs the guest about six times the instructions of copying it, and the host has the memory.
/// </summary>
internal static class DebianInitramfs
{
    /// <summary>What init prints on the console when it is done and the shell, or the command, starts.</summary>
    public const string ReadyMark = "BOOT-OK";

    /// <summary>The folders it has from the start.</summary>
    public static IReadOnlyList<string> Folders { get; } =
        ["dev", "etc", "mnt", "proc", "root", "run", "sys", "tmp", "usr", "usr/bin", "usr/lib", "usr/sbin", "var",
            "var/tmp"];

    /// <summary>Where init mounts file systems.</summary>
    public static IReadOnlyList<string> Mounted { get; } = ["dev", "proc", "sys"];

    /// <summary>Init, and what it is told.</summary>
    public static IReadOnlyList<string> Own { get; } =
    [
        "init", "init-console", "exec", "etc/terminal", "etc/modules", "etc/udhcpc", "disks", "root-is-on-disk",
        DebianModules.Place,
    ];

    /// <summary>What init runs in.</summary>
    public const string Shell = "usr/bin/busybox";

    /// <summary>Builds it from busybox, packages, and what the user wants in it.</summary>
    /// <param name="busybox">The program.</param>
    /// <param name="packages">Pieces of an initramfs.</param>
    /// <param name="user">What the user wants.</param>
    /// <param name="disks">What is needed for disks; empty where there are none.</param>
    public static byte[] Build(
        byte[] busybox, IEnumerable<byte[]> packages, UserSpace user, params IEnumerable<byte[]> disks)
    {
        CpioArchive task = new();
        if (user.Command is not null)
            task.AddFile("exec", Encoding.UTF8.GetBytes(user.Command + "\n"));
        if (user.Terminal is not null)
        {
            task.AddDirectory("etc");
            task.AddFile("etc/terminal", Encoding.UTF8.GetBytes(user.Terminal));
        }
        if (user.Modules.Count > 0)
            AddModules(task, user.Modules);
        // The kernel unpacks archives that follow each other one after the other. Where it has to stop, what is to be
        // done must be there already.
        MemoryStream ramdisk = new();
        byte[][] archives = [Base(busybox).ToArray(), task.ToArray(), .. disks, .. packages, user.Files ?? []];
        foreach (byte[] archive in archives)
            ramdisk.Write(archive);
        return ramdisk.ToArray();
    }

    private static void AddModules(CpioArchive archive, IReadOnlyList<(string Name, byte[] File)> modules)
    {
        archive.AddDirectory("etc");
        archive.AddFile(
            "etc/modules", Encoding.UTF8.GetBytes(string.Concat(modules.Select(module => module.Name + "\n"))));
        archive.AddProgram("etc/udhcpc", Script("udhcpc"));
        archive.AddDirectory("usr/lib/modules");
        foreach ((string name, byte[] file) in modules)
            archive.AddFile($"usr/lib/modules/{name}{KernelModules.Suffix}", file);
    }

    /// <summary>The init of a machine with disks, which the usual one follows.</summary>
    public static CpioArchive InitForDisks()
    {
        CpioArchive archive = new();
        archive.AddProgram("init", Script("init-disk"));
        archive.AddProgram("init-console", Script("init"));
        return archive;
    }

    /// <summary>A script that is part of dbt.</summary>
    public static byte[] Script(string name) =>
        EmbeddedFile.Find(typeof(DebianInitramfs).Assembly, $"debian/{name}")!;

    private static CpioArchive Base(byte[] busybox)
    {
        CpioArchive archive = new();
        foreach (string folder in Folders)
            archive.AddDirectory(folder);
        archive.AddDirectory("tmp", (UnixFileMode)0x3ff);
        foreach (string merged in (string[])["bin", "lib", "sbin"])
            archive.AddSymbolicLink(merged, $"usr/{merged}");
        archive.AddProgram(Shell, busybox);
        archive.AddProgram("init", Script("init"));
        archive.AddFile("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"u8.ToArray());
        archive.AddFile("etc/group", "root:x:0:\n"u8.ToArray());
        archive.AddCharacterDevice("dev/console", 5, 1);
        archive.AddCharacterDevice("dev/null", 1, 3, (UnixFileMode)0x1b6);
        archive.AddCharacterDevice("dev/tty", 5, 0, (UnixFileMode)0x1b6);
        return archive;
    }
}

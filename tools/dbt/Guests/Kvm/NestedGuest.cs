using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Kvm;

/// <summary>
/// What a root has for guests of its own: a virtual machine monitor, two kernels, and the initramfs of both.
/// </summary>
internal static class NestedGuest
{
    /// <summary>Packs it as a piece of the root's initramfs.</summary>
    /// <param name="malta">The kernel for a Malta.</param>
    /// <param name="generic">The kernel that takes a device tree.</param>
    /// <param name="busybox">The user space.</param>
    public static byte[] Pack(byte[] malta, byte[] generic, byte[] busybox)
    {
        CpioArchive archive = new();
        foreach (string folder in (string[])["boot", "usr", "usr/bin"])
            archive.AddDirectory(folder);
        archive.AddFile("boot/vmlinux", malta);
        archive.AddFile("boot/vmlinux-generic", generic);
        archive.AddFile("boot/initramfs", Initramfs(busybox));
        archive.AddProgram("usr/bin/vmm", Embedded("kvm/vmm"));
        return archive.ToArray();
    }

    private static byte[] Initramfs(byte[] busybox)
    {
        CpioArchive archive = new();
        foreach (string folder in (string[])["dev", "proc", "root", "sys", "tmp", "usr", "usr/bin"])
            archive.AddDirectory(folder);
        archive.AddSymbolicLink("bin", "usr/bin");
        archive.AddProgram(DebianInitramfs.Shell, busybox);
        archive.AddProgram("init", Embedded("kvm/init-nested"));
        archive.AddCharacterDevice("dev/console", 5, 1);
        archive.AddCharacterDevice("dev/null", 1, 3, (UnixFileMode)0x1b6);
        return archive.ToArray();
    }

    private static byte[] Embedded(string name) => EmbeddedFile.Find(typeof(NestedGuest).Assembly, name)!;
}

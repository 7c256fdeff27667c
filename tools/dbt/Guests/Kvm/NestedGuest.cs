using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Kvm;

/// <summary>
/// What a root has for guests of its own: a virtual machine monitor, a Linux, and the initramfs of that.
/// </summary>
internal static class NestedGuest
{
    /// <summary>Packs it as a piece of the root's initramfs.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="busybox">The user space.</param>
    public static byte[] Pack(byte[] kernel, byte[] busybox)
    {
        CpioArchive archive = new();
        foreach (string folder in (string[])["boot", "usr", "usr/bin"])
            archive.AddDirectory(folder);
        archive.AddFile("boot/vmlinux", kernel);
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

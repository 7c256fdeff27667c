using System.IO.Compression;
using System.Text;

namespace Dbt.Tool.Guests.Kvm;

/// <summary>
/// The initramfs of a guest for KVM's trap-and-emulate: busybox and a small init. It is compressed: that is how the
/// guest was measured whose exits ours are compared with.
/// </summary>
internal static class KvmInitramfs
{
    /// <summary>Builds it; <paramref name="command"/> is what to run in place of a shell.</summary>
    public static byte[] Build(byte[] busybox, string? command)
    {
        CpioArchive archive = new();
        foreach (string folder in (string[])["dev", "etc", "mnt", "proc", "root", "run", "sys", "tmp", "usr",
            "usr/bin"])
            archive.AddDirectory(folder);
        archive.AddSymbolicLink("bin", "usr/bin");
        archive.AddProgram("usr/bin/busybox", busybox);
        archive.AddProgram("init", EmbeddedFile.Find(typeof(KvmInitramfs).Assembly, "kvm/init")!);
        archive.AddCharacterDevice("dev/console", 5, 1);
        archive.AddCharacterDevice("dev/null", 1, 3, (UnixFileMode)0x1b6);
        if (command is not null)
            archive.AddFile("exec", Encoding.UTF8.GetBytes(command + "\n"));
        using MemoryStream compressed = new();
        using (GZipStream stream = new(compressed, CompressionLevel.SmallestSize))
            stream.Write(archive.ToArray());
        return compressed.ToArray();
    }
}

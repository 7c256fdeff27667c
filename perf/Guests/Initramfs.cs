using System.Text;

namespace Dbt.Perf.Guests;

/// <summary>The files of the Linux guest, as an archive in the "newc" format of cpio, which the kernel unpacks.</summary>
internal static class Initramfs
{
    private const uint Directory = 0x41ed, Program = 0x81ed, CharacterDevice = 0x2180;

    /// <summary>Packs them; <paramref name="command"/> is what init runs.</summary>
    public static byte[] Build(byte[] busybox, byte[] sysbench, string command)
    {
        MemoryStream archive = new();
        foreach (string folder in (string[])["bin", "dev", "proc", "sys"])
            Add(archive, folder, Directory, []);
        Add(archive, "dev/console", CharacterDevice, [], major: 5, minor: 1);
        Add(archive, "bin/busybox", Program, busybox);
        Add(archive, "sysbench", Program, sysbench);
        Add(archive, "benchmark", Program, Encoding.UTF8.GetBytes(command + "\n"));
        Add(archive, "init", Program, Init());
        Add(archive, "TRAILER!!!", 0, []);
        return archive.ToArray();
    }

    private static byte[] Init()
    {
        using Stream script = typeof(Initramfs).Assembly.GetManifestResourceStream("init")!;
        byte[] text = new byte[script.Length];
        script.ReadExactly(text);
        return text;
    }

    private static void Add(MemoryStream archive, string path, uint mode, byte[] content, uint major = 0, uint minor = 0)
    {
        byte[] name = Encoding.UTF8.GetBytes(path + "\0");
        uint inode = (uint)archive.Length + 1;
        ReadOnlySpan<uint> fields = [inode, mode, 0, 0, 1, 0, (uint)content.Length, 0, 0, major, minor, (uint)name.Length, 0];
        archive.Write("070701"u8);
        foreach (uint field in fields)
            archive.Write(Encoding.ASCII.GetBytes(field.ToString("x8")));
        archive.Write(name);
        Pad(archive);
        archive.Write(content);
        Pad(archive);
    }

    private static void Pad(MemoryStream archive)
    {
        while (archive.Length % 4 != 0)
            archive.WriteByte(0);
    }
}

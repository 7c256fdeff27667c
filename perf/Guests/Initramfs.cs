using System.Text;
using Dbt.Tool.Guests;

namespace Dbt.Perf.Guests;

/// <summary>
/// The initial ramdisk of the Linux benchmarks: no more than they need, and all output on the console, where every
/// contender shows it.
/// </summary>
internal static class Initramfs
{
    /// <summary>Packs it; <paramref name="command"/> is what init runs.</summary>
    public static byte[] Build(byte[] busybox, byte[] sysbench, string command)
    {
        CpioArchive archive = new();
        foreach (string folder in (string[])["bin", "dev", "proc", "sys"])
            archive.AddDirectory(folder);
        archive.AddCharacterDevice("dev/console", 5, 1);
        archive.AddProgram("bin/busybox", busybox);
        archive.AddProgram("sysbench", sysbench);
        archive.AddProgram("init", EmbeddedFile.Find(typeof(Initramfs).Assembly, "init")!);
        archive.AddFile("benchmark", Encoding.UTF8.GetBytes(command + "\n"));
        return archive.ToArray();
    }
}

using System.Text;
using Dbt.Tool.Guests;

namespace Dbt.Perf.Guests;

/// <summary>
/// The initial ramdisk of the Linux benchmarks: no more than they need, and all output on the console, where every
/// contender shows it.
/// </summary>
internal static class Initramfs
{
    /// <summary>Packs it.</summary>
    /// <param name="busybox">Debian's.</param>
    /// <param name="name">What the benchmark's program is called.</param>
    /// <param name="program">The program.</param>
    /// <param name="command">What init runs.</param>
    public static byte[] Build(byte[] busybox, string name, byte[] program, string command)
    {
        CpioArchive archive = new();
        foreach (string folder in (string[])["bin", "dev", "proc", "sys"])
            archive.AddDirectory(folder);
        archive.AddCharacterDevice("dev/console", 5, 1);
        archive.AddProgram("bin/busybox", busybox);
        archive.AddProgram(name, program);
        archive.AddProgram("init", EmbeddedFile.Find(typeof(Initramfs).Assembly, "init")!);
        archive.AddFile("benchmark", Encoding.UTF8.GetBytes(command + "\n"));
        return archive.ToArray();
    }
}

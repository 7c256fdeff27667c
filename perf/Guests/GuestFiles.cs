using System.Diagnostics;
using Dbt.Runtime.Memory;
using Dbt.Tool.Comparison;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Perf.Guests;

/// <summary>The files a benchmark boots from; every contender is given the same ones.</summary>
/// <param name="folder">Where those are written that are made here.</param>
/// <param name="order">The byte order of the kernels; Linux is little-endian.</param>
internal sealed class GuestFiles(string folder, ByteOrder order)
{
    private static readonly string _roms = Path.Combine(Repository.Roms, "bin");

    // From the cache of dbt, or fetched into it.
    private readonly Lazy<DebianFiles> _debian =
        new(() => DebianFiles.Load(GuestCache.OfUser(), new ConsoleFetchProgress()));

    /// <summary>The byte order of a benchmark's guest.</summary>
    public ByteOrder OrderOf(Benchmark benchmark) => benchmark is RomBenchmark ? order : ByteOrder.Little;

    /// <summary>The path of the kernel.</summary>
    public string Kernel(Benchmark benchmark) =>
        benchmark is RomBenchmark
            ? Path.Combine(_roms, order == ByteOrder.Big ? "be" : "", $"bench-{benchmark.Name}.elf")
            : Written(_debian.Value.KernelName, () => _debian.Value.Kernel);

    /// <summary>The path of the initial ramdisk; null for none.</summary>
    public string? Initrd(Benchmark benchmark) => benchmark is not LinuxBenchmark linux ? null : Written(
        $"{linux.Name}.cpio",
        () => Initramfs.Build(
            _debian.Value.Busybox, linux.Program,
            File.ReadAllBytes(Path.Combine(_roms, "linux", $"{linux.Program}.elf")), linux.Command));

    /// <summary>Where dbt keeps translations for the benchmarks that are about them.</summary>
    public string Translations { get; } = Path.Combine(folder, "translations");

    /// <summary>
    /// Waits until the translations that a run has left are compiled; that goes on behind its end, in a process of its
    /// own.
    /// </summary>
    public void AwaitTranslations(TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        while (!Directory.Exists(Translations) || Directory.GetFiles(Translations, "*.regions").Length == 0)
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                throw new ComparisonException(
                    "dbt has kept no translations: crossgen2, which is fetched when dbt is built, may be missing");
            }
            Thread.Sleep(100);
        }
    }

    private string Written(string name, Func<byte[]> content)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
            File.WriteAllBytes(path, content());
        return path;
    }
}

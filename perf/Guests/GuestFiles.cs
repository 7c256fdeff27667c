using Dbt.Perf.Comparison;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Perf.Guests;

/// <summary>The files a benchmark boots from; every contender is given the same ones.</summary>
internal sealed class GuestFiles(string folder)
{
    private static readonly string _roms = Path.Combine(Repository.Roms, "bin");

    // From the cache of dbt, or fetched into it.
    private readonly Lazy<DebianFiles> _debian = new(() => DebianFiles.Load(GuestCache.OfUser(), new ConsoleFetchProgress()));

    /// <summary>The path of the kernel.</summary>
    public string Kernel(Benchmark benchmark) =>
        benchmark is RomBenchmark ? Path.Combine(_roms, $"bench-{benchmark.Name}.elf") : Written(_debian.Value.KernelName, () => _debian.Value.Kernel);

    /// <summary>The path of the initial ramdisk; null for none.</summary>
    public string? Initrd(Benchmark benchmark) => benchmark is not LinuxBenchmark linux ? null : Written(
        $"{linux.Name}.cpio",
        () => Initramfs.Build(_debian.Value.Busybox, File.ReadAllBytes(Path.Combine(_roms, "linux", "sysbench.elf")), linux.Command));

    private string Written(string name, Func<byte[]> content)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
            File.WriteAllBytes(path, content());
        return path;
    }
}

using Dbt.Perf.Comparison;

namespace Dbt.Perf.Guests;

/// <summary>The files a benchmark boots from; every contender is given the same ones.</summary>
internal sealed class GuestFiles(string folder)
{
    private readonly Lazy<DebianFiles> _debian = new(DebianFiles.OfUser);

    /// <summary>The path of the kernel.</summary>
    public string Kernel(Benchmark benchmark) =>
        benchmark is RomBenchmark ? Path.Combine(Repository.Roms, "bin", $"bench-{benchmark.Name}.elf") : _debian.Value.Kernel;

    /// <summary>The path of the initial ramdisk; null for none.</summary>
    public string? Initrd(Benchmark benchmark)
    {
        if (benchmark is not LinuxBenchmark linux)
            return null;
        string path = Path.Combine(folder, $"{linux.Name}.cpio");
        if (!File.Exists(path))
            File.WriteAllBytes(path, Initramfs.Build(File.ReadAllBytes(_debian.Value.Busybox), File.ReadAllBytes(Path.Combine(Repository.Roms, "bin", "linux", "sysbench.elf")), linux.Command));
        return path;
    }
}

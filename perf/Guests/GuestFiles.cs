using System.Text;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Perf.Guests;

/// <summary>The files a benchmark boots from; every contender is given the same ones.</summary>
/// <param name="folder">Where those are written that are made here.</param>
/// <param name="order">The byte order of the kernels; Linux is little-endian.</param>
internal sealed class GuestFiles(string folder, ByteOrder order)
{
    private static readonly string _roms = Path.Combine(Repository.Roms, "bin");

    private readonly GuestCache _cache = GuestCache.OfUser();
    private readonly ConsoleFetchProgress _progress = new();
    private DebianFiles? _debian;

    /// <summary>The byte order of a benchmark's guest.</summary>
    public ByteOrder OrderOf(Benchmark benchmark) => benchmark is RomBenchmark ? order : ByteOrder.Little;

    /// <summary>The path of the kernel.</summary>
    public string Kernel(Benchmark benchmark) =>
        benchmark is RomBenchmark
            ? Path.Combine(_roms, order == ByteOrder.Big ? "be" : "", $"bench-{benchmark.Name}.elf")
            : Written(Debian.KernelName, () => Debian.Kernel);

    /// <summary>The path of the initial ramdisk; null for none.</summary>
    public string? Initrd(Benchmark benchmark) => benchmark switch
    {
        ProgramBenchmark program => Written($"{program.Name}.cpio", () => RamdiskOf(program)),
        LinuxBenchmark linux => Written($"{linux.Name}.cpio", () => RamdiskOf(linux)),
        _ => null,
    };

    /// <summary>Where dbt keeps translations for the benchmarks that are about them.</summary>
    public KeptTranslations Translations { get; } = new(Path.Combine(folder, "translations"));

    // From the cache of dbt, or fetched into it.
    private DebianFiles Debian => _debian ??= DebianFiles.Load(_cache, _progress);

    private byte[] RamdiskOf(LinuxBenchmark linux) => Initramfs.Build(
        Debian.Busybox, linux.Program, File.ReadAllBytes(Path.Combine(_roms, "linux", $"{linux.Program}.elf")),
        linux.Command);

    private byte[] RamdiskOf(ProgramBenchmark program)
    {
        string script = Encoding.UTF8.GetString(EmbeddedFile.Find(typeof(GuestFiles).Assembly, "programs.sh")!);
        return DebianInitramfs.Build(
            Debian.Busybox, new PackageSets(_cache, _progress).Load(program.Packages),
            new UserSpace { Command = $"{program.Command}\n{script}" });
    }

    private string Written(string name, Func<byte[]> content)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
            File.WriteAllBytes(path, content());
        return path;
    }
}

using System.Security.Cryptography;
using System.Text;
using Dbt.Runtime;
using Dbt.Runtime.Persistence;

namespace Dbt.Tool.Guests.Debian;

/// <summary>What is kept of Debian's kernel and busybox packages.</summary>
/// <param name="KernelName">The kernel's name, with its version.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Busybox">busybox.</param>
/// <param name="Modules">Modules of the kernel, by the names of their files; none where they were not kept yet.</param>
internal sealed record DebianFiles(
    string KernelName, byte[] Kernel, byte[] Busybox, IReadOnlyDictionary<string, byte[]> Modules)
{
    /// <summary>The folder of the cache they are in.</summary>
    public const string Folder = "debian";

    private const string KernelPackage = "linux-image-4kc-malta", BusyboxPackage = "busybox-static";
    private const string Sums = "sha256sums", KernelPrefix = "vmlinuz-", BusyboxFile = "busybox";

    /// <summary>Takes them from the cache, and when they are not there, or not whole, from Debian.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="progress">Is told how it goes.</param>
    /// <param name="modules">Names of modules that have to be among them, as they are in what is fetched now.</param>
    public static DebianFiles Load(GuestCache cache, IFetchProgress progress, params IReadOnlyList<string> modules)
    {
        return Kept() ?? cache.Change(progress, () => Kept() ?? Fetch(cache, progress, false));

        DebianFiles? Kept() =>
            TryLoad(cache) is { } files && KernelModules.Are(files.Modules, modules) ? files : null;
    }

    /// <summary>Fetches them whether or not they are there.</summary>
    public static DebianFiles Refresh(GuestCache cache, IFetchProgress progress) =>
        cache.Change(progress, () => Fetch(cache, progress, true));

    /// <summary>Takes them from the cache; null when they are not there or not whole.</summary>
    public static DebianFiles? TryLoad(GuestCache cache)
    {
        if (WholeFile.TryRead(cache.PathOf(Folder, Sums)) is not { } sums)
            return null;
        Dictionary<string, byte[]> files = [];
        foreach (string line in Encoding.UTF8.GetString(sums).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split("  ") is not [string sum, string name]
                || WholeFile.TryRead(cache.PathOf(Folder, name)) is not { } content || Sum(content) != sum)
                return null;
            files[name] = content;
        }
        string? kernel = files.Keys.FirstOrDefault(name => name.StartsWith(KernelPrefix, StringComparison.Ordinal));
        return kernel is not null && files.TryGetValue(BusyboxFile, out byte[]? busybox)
            ? new DebianFiles(
                kernel, files[kernel], busybox,
                files.Where(file => file.Key.EndsWith(KernelModules.Suffix, StringComparison.Ordinal)).ToDictionary())
            : null;
    }

    private static DebianFiles Fetch(GuestCache cache, IFetchProgress progress, bool newest)
    {
        Apt apt = new(cache.PathOf("apt"), suite: null, progress.Stop);
        apt.Update(progress, newest);
        string kernel = apt.DependencyOf(KernelPackage, "linux-image-");
        cache.InStaging(staging =>
        {
            apt.Download([kernel, BusyboxPackage], staging, $"{kernel} and {BusyboxPackage}", progress);
            progress.Step("unpacking the kernel", _ =>
            {
                Dictionary<string, byte[]> files = DebPackage.ReadFiles(
                    FileOf(staging, kernel), path => IsKept(path) || DebianModules.IsKept(path), progress.Stop);
                cache.ReplaceFolder(Folder, folder => Unpack(files, staging, folder, progress.Stop));
                string name = KernelPrefix + kernel["linux-image-".Length..];
                DebianModules.Keep(cache, files, name);
            });
        });
        return TryLoad(cache)
            ?? throw new GuestSetupException(
                $"the packages {kernel} and {BusyboxPackage} do not hold a kernel and a busybox");
    }

    private static bool IsKept(string path) =>
        path.StartsWith("boot/", StringComparison.Ordinal) || KernelModules.IsKept(path);

    private static void Unpack(
        Dictionary<string, byte[]> kernel, string packages, string folder, CancellationToken stop)
    {
        Dictionary<string, byte[]> files = kernel.Where(file => IsKept(file.Key)).ToDictionary();
        Dictionary<string, byte[]> busybox =
            DebPackage.ReadFiles(
                FileOf(packages, BusyboxPackage), path => path is "bin/busybox" or "usr/bin/busybox", stop);
        foreach ((string path, byte[] content) in busybox)
            files[path] = content;
        List<string> sums = [];
        foreach ((string path, byte[] content) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(path)), content);
            sums.Add($"{Sum(content)}  {Path.GetFileName(path)}");
        }
        File.WriteAllLines(Path.Combine(folder, Sums), sums);
    }

    private static string FileOf(string packages, string package) =>
        Directory.GetFiles(packages, package + "_*.deb").Single();

    private static string Sum(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

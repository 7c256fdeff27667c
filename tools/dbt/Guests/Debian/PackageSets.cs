using System.Security.Cryptography;
using System.Text;
using Dbt.Runtime.Persistence;

namespace Dbt.Tool.Guests.Debian;

/// <summary>
/// Debian packages with all they depend on, as pieces of an initramfs. The cache keeps each package once, and for
/// each set that was asked for the list of its packages, so that asking again needs no network.
/// </summary>
internal sealed class PackageSets(GuestCache cache, IFetchProgress progress)
{
    /// <summary>The folder of the cache they are in.</summary>
    public const string Folder = "packages";

    /// <summary>The archives of the packages named, to be concatenated.</summary>
    public IReadOnlyList<byte[]> Load(IReadOnlyList<string> names) =>
        TryLoad(names) ?? cache.Change(progress, () => TryLoad(names) ?? Fetch(names));

    private List<byte[]>? TryLoad(IReadOnlyList<string> names)
    {
        if (WholeFile.TryRead(ListOf(names)) is not { } list)
            return null;
        byte[]?[] archives =
            [.. Encoding.UTF8.GetString(list).Split('\n').Select(file => WholeFile.TryRead(ArchiveOf(file)))];
        return archives.Contains(null) ? null : [.. archives.OfType<byte[]>()];
    }

    private List<byte[]> Fetch(IReadOnlyList<string> names)
    {
        Apt apt = new(cache.PathOf("apt"), suite: null, progress.Stop);
        apt.Update(progress);
        IReadOnlyList<AptPackage> all = apt.WithDependencies(names);
        AptPackage[] missing = [.. all.Where(package => !File.Exists(ArchiveOf(package.FileName)))];
        if (missing.Length > 0)
            cache.InStaging(staging => Convert(apt, missing, staging));
        cache.ReplaceFile(
            ListOf(names), Encoding.UTF8.GetBytes(string.Join('\n', all.Select(package => package.FileName))));
        return TryLoad(names) ?? throw new IOException("a package vanished while it was put in place");
    }

    private void Convert(Apt apt, AptPackage[] missing, string staging)
    {
        string what = $"{missing.Length} packages ({DiskSpace.Format(missing.Sum(package => package.Bytes))})";
        apt.Download([.. missing.Select(package => $"{package.Name}={package.Version}")], staging, what, progress);
        progress.Step("unpacking", report =>
        {
            for (int i = 0; i < missing.Length; i++)
            {
                string package = Path.Combine(staging, missing[i].FileName);
                byte[] archive = DebPackage.ToInitramfs(package, progress.Stop).ToArray();
                cache.ReplaceFile(ArchiveOf(missing[i].FileName), archive);
                report(100.0 * (i + 1) / missing.Length);
            }
        });
    }

    private string ArchiveOf(string file) => cache.PathOf(Folder, file + ".cpio");

    private string ListOf(IReadOnlyList<string> names)
    {
        string key = string.Join(',', names.Order(StringComparer.Ordinal));
        return cache.PathOf(
            Folder, $"set-{System.Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16]}");
    }
}

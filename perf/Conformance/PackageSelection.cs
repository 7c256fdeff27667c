using System.Text;
using Dbt.TestRoms.Fuzzing;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Perf.Conformance;

/// <summary>
/// Some files of Debian packages and of what they depend on, where all of them have no room in the guest.
/// </summary>
internal static class PackageSelection
{
    private const uint Kind = 0xf000, Folder = 0x4000, File = 0x8000, Link = 0xa000;

    /// <summary>They as a piece of an initramfs.</summary>
    /// <param name="packages">The packages.</param>
    /// <param name="wanted">Takes the path of a file, from the root.</param>
    /// <param name="added">Further files.</param>
    public static byte[] Load(
        IReadOnlyList<string> packages, Predicate<string> wanted,
        params IEnumerable<(string Path, byte[] Content)> added)
    {
        UnpackedRamdisk all = new();
        foreach (byte[] archive in new PackageSets(GuestCache.OfUser(), new ConsoleFetchProgress()).Load(packages))
            all.Unpack(archive);
        CpioArchive archives = new();
        foreach ((string path, uint mode, byte[] content) in all.All)
        {
            if ((mode & Kind) == Folder)
                archives.AddDirectory(path);
            else if ((mode & Kind) == Link && wanted(path))
                archives.AddSymbolicLink(path, Encoding.UTF8.GetString(content));
            else if ((mode & Kind) == File && wanted(path))
                archives.AddFile(path, content, (UnixFileMode)(mode & ~Kind));
        }
        foreach ((string path, byte[] content) in added)
        {
            foreach (string folder in FoldersOf(path))
                archives.AddDirectory(folder);
            archives.AddProgram(path, content);
        }
        return archives.ToArray();
    }

    /// <summary>Whether a path is that of a shared library, but for those that convert texts.</summary>
    public static bool IsLibrary(string path) =>
        path.StartsWith("usr/lib/", StringComparison.Ordinal) && path.Contains(".so", StringComparison.Ordinal)
            && !path.Contains("/gconv/", StringComparison.Ordinal);

    private static IEnumerable<string> FoldersOf(string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }
}

using System.Text;
using Dbt.Runtime;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests;

/// <summary>A file of the host that the guest is to find among its own.</summary>
/// <param name="HostPath">Where it is on the host.</param>
/// <param name="GuestPath">Where it goes in the guest, from the root.</param>
internal sealed record AddedFile(string HostPath, string GuestPath)
{
    // Linux: NAME_MAX, and PATH_MAX with the zero at the end.
    private const int LongestName = 255, LongestPath = 4096;

    /// <summary>Reads <c>HOST:GUEST</c>; null when it is not that. A GUEST that ends in a slash is a folder.</summary>
    public static AddedFile? Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || colon == text.Length - 1)
            return null;
        string host = text[..colon], guest = text[(colon + 1)..];
        if (guest[^1] == '/')
            guest += Path.GetFileName(host);
        string[] parts = guest.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 || parts.Any(part => part is "." or "..")
            ? null
            : new AddedFile(host, string.Join('/', parts));
    }

    /// <summary>The files, with the folders they need, as a piece of an initramfs.</summary>
    public static byte[] Pack(IEnumerable<AddedFile> files)
    {
        CpioArchive archive = new();
        HashSet<string> taken = [];
        long left = (long)Guest.LowMemory;
        foreach (AddedFile file in files)
        {
            string path = DebPackage.MergeUsr(file.GuestPath);
            if (RefusalOf(path, taken) is { } reason)
                throw new GuestSetupException($"--file cannot put a file at '/{file.GuestPath}': {reason}");
            taken.Add(path);
            foreach (string folder in FoldersOf(path).Where(folder => !DebianInitramfs.Folders.Contains(folder)))
                archive.AddDirectory(folder);
            byte[] content = GuestFile.Read(file.HostPath, "file", left);
            left -= content.Length;
            archive.AddFile(
                path, content, OperatingSystem.IsWindows()
                    ? CpioArchive.Executable
                    : File.GetUnixFileMode(file.HostPath));
        }
        return archive.ToArray();
    }

    // Why there can be no file; null if there can.
    private static string? RefusalOf(string path, HashSet<string> taken)
    {
        string top = path.Split('/')[0];
        if (DebianInitramfs.Folders.Contains(path) || taken.Any(other => IsBelow(other, path)))
            return "that is a folder; end it with a / to put the file there";
        if (DebianInitramfs.Mounted.Contains(top))
            return $"the guest mounts a file system on /{top}, which hides what was there";
        if (DebianInitramfs.Own.Any(own => own == path || IsBelow(path, own)))
            return "that is where the guest's first process is, and what it is told";
        if (IsBelow(path, DebianInitramfs.Shell) || taken.Any(other => IsBelow(path, other)))
            return "it would be in a file, not in a folder";
        if (taken.Contains(path))
            return "another --file is put there already";
        if (Encoding.UTF8.GetByteCount(path) >= LongestPath)
            return $"a path has less than {LongestPath} bytes";
        return path.Split('/').Any(part => Encoding.UTF8.GetByteCount(part) > LongestName)
            ? $"a name has at most {LongestName} bytes"
            : null;
    }

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static IEnumerable<string> FoldersOf(string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }
}

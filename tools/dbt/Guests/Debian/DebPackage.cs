using System.Formats.Tar;

namespace Dbt.Tool.Guests.Debian;

/// <summary>A Debian package file, read through dpkg-deb without touching the disk.</summary>
internal static class DebPackage
{
    // Of no use in a machine without a man, an editor or a display, and half the size of most packages.
    private static readonly string[] _left =
        ["usr/share/doc/", "usr/share/man/", "usr/share/info/", "usr/share/locale/", "usr/share/lintian/",
            "usr/share/bash-completion/", "usr/share/doc-base/", "usr/share/bug/"];

    /// <summary>The archives that a package is.</summary>
    public enum Part
    {
        /// <summary>What is installed.</summary>
        Files,

        /// <summary>What dpkg is told.</summary>
        Control,
    }

    /// <summary>The files whose paths <paramref name="wanted"/> accepts.</summary>
    public static Dictionary<string, byte[]> ReadFiles(
        string package, Predicate<string> wanted, CancellationToken stop)
    {
        Dictionary<string, byte[]> files = [];
        ForEachEntry(package, Part.Files, entry =>
        {
            string path = Normalize(entry.Name);
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && wanted(path))
                files[path] = Content(entry);
        }, stop);
        return files;
    }

    /// <summary>The package as a piece of an initramfs with merged /usr, without documentation.</summary>
    public static CpioArchive ToInitramfs(string package, CancellationToken stop)
    {
        CpioArchive archive = new();
        ForEachEntry(package, Part.Files, entry =>
        {
            string path = MergeUsr(Normalize(entry.Name));
            if (path.Length == 0 || _left.Any(folder => (path + "/").StartsWith(folder, StringComparison.Ordinal)))
                return;
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    archive.AddDirectory(path, entry.Mode);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    archive.AddFile(path, Content(entry), entry.Mode);
                    break;
                case TarEntryType.SymbolicLink:
                    archive.AddSymbolicLink(path, entry.LinkName);
                    break;
                case TarEntryType.HardLink:
                    archive.AddHardLink(path, MergeUsr(Normalize(entry.LinkName)));
                    break;
            }
        }, stop);
        return archive;
    }

    /// <summary>Moves what is in /bin, /sbin and /lib to /usr, where these are links to.</summary>
    public static string MergeUsr(string path)
    {
        string top = path.Split('/', 2)[0];
        return top is "bin" or "sbin" or "lib" ? $"usr/{path}" : path;
    }

    /// <summary>Visits each entry of one of the archives that a package is.</summary>
    public static void ForEachEntry(string package, Part part, Action<TarEntry> visit, CancellationToken stop)
    {
        string archive = part == Part.Files ? "--fsys-tarfile" : "--ctrl-tarfile";
        DebianTool.Read("dpkg-deb", [archive, package], stream =>
        {
            using TarReader reader = new(stream, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
                visit(entry);
        }, stop);
    }

    /// <summary>The path of an entry, without what it begins and ends with.</summary>
    public static string Normalize(string name) => name.TrimStart('.').Trim('/');

    /// <summary>What an entry holds.</summary>
    public static byte[] Content(TarEntry entry)
    {
        byte[] content = new byte[entry.Length];
        entry.DataStream?.ReadExactly(content);
        return content;
    }
}

using System.Formats.Tar;
using System.Text;
using System.Text.RegularExpressions;

namespace Dbt.Tool.Guests.Debian;

/// <summary>
/// The files of many packages as one archive, as they lie on a disk with merged /usr: unpacked, known to dpkg, and not
/// configured.
/// </summary>
internal sealed partial class DebianRootArchive : IDisposable
{
    private const string Dpkg = "var/lib/dpkg";

    private readonly TarWriter _tar;
    private readonly HashSet<string> _folders = [];
    private readonly StringBuilder _status = new();

    /// <summary>Begins an archive.</summary>
    public DebianRootArchive(Stream to)
    {
        _tar = new TarWriter(to, TarEntryFormat.Gnu);
        foreach (string folder in (string[])["usr", "usr/bin", "usr/sbin", "usr/lib", "var", "var/lib", Dpkg,
            $"{Dpkg}/info", $"{Dpkg}/updates", $"{Dpkg}/triggers"])
            AddFolder(folder);
        foreach (string merged in (string[])["bin", "sbin", "lib"])
            Write(new GnuTarEntry(TarEntryType.SymbolicLink, merged) { LinkName = $"usr/{merged}" });
    }

    /// <summary>How many files it has.</summary>
    public int Files { get; private set; }

    /// <summary>Adds a package.</summary>
    /// <param name="package">Its file.</param>
    /// <param name="stop">Ends it.</param>
    public void Add(string package, CancellationToken stop)
    {
        List<string> paths = [];
        DebPackage.ForEachEntry(package, DebPackage.Part.Files, entry =>
        {
            string path = DebPackage.Normalize(entry.Name);
            paths.Add(path.Length == 0 ? "/." : "/" + path);
            AddEntry(DebPackage.MergeUsr(path), entry);
        }, stop);
        Dictionary<string, (byte[] Content, UnixFileMode Mode)> control = [];
        DebPackage.ForEachEntry(package, DebPackage.Part.Control, entry =>
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                control[DebPackage.Normalize(entry.Name)] = (DebPackage.Content(entry), entry.Mode);
        }, stop);
        string stanza = Encoding.UTF8.GetString(control["control"].Content).TrimEnd() + "\n";
        string name = NameOf(stanza);
        control.Remove("control");
        foreach ((string file, (byte[] content, UnixFileMode mode)) in control)
            AddFile($"{Dpkg}/info/{name}.{file}", content, mode);
        AddFile($"{Dpkg}/info/{name}.list", Encoding.UTF8.GetBytes(string.Join('\n', paths) + "\n"));
        int first = stanza.IndexOf('\n', StringComparison.Ordinal) + 1;
        _status.Append($"{stanza[..first]}Status: install ok unpacked\n{stanza[first..]}\n");
    }

    /// <summary>Adds a file of ours.</summary>
    public void AddFile(string path, byte[] content, UnixFileMode mode = (UnixFileMode)0x1a4)
    {
        using MemoryStream data = new(content);
        Write(new GnuTarEntry(TarEntryType.RegularFile, path) { DataStream = data, Mode = mode });
    }

    /// <summary>Ends it with what dpkg knows of the packages.</summary>
    public void Dispose()
    {
        AddFile($"{Dpkg}/info/format", "1\n"u8.ToArray());
        AddFile($"{Dpkg}/available", []);
        AddFile($"{Dpkg}/status", Encoding.UTF8.GetBytes(_status.ToString()));
        _tar.Dispose();
    }

    private void AddEntry(string path, TarEntry entry)
    {
        // What is a link here is a folder in packages.
        if (path is "" or "usr/bin" or "usr/sbin" or "usr/lib" || path is "bin" or "sbin" or "lib")
            return;
        if (entry.EntryType == TarEntryType.Directory && !_folders.Add(path))
            return;
        GnuTarEntry copy = new(entry) { Name = path, UserName = "", GroupName = "" };
        if (entry.EntryType == TarEntryType.HardLink)
            copy.LinkName = DebPackage.MergeUsr(DebPackage.Normalize(entry.LinkName));
        Write(copy);
    }

    private void AddFolder(string path)
    {
        _folders.Add(path);
        Write(new GnuTarEntry(TarEntryType.Directory, path) { Mode = (UnixFileMode)0x1ed });
    }

    private void Write(GnuTarEntry entry)
    {
        _tar.WriteEntry(entry);
        Files++;
    }

    // dpkg names the files of packages that may be there for several architectures after theirs, too.
    private static string NameOf(string stanza)
    {
        string name = Field(stanza, "Package");
        return Field(stanza, "Multi-Arch") == "same" ? $"{name}:{Field(stanza, "Architecture")}" : name;
    }

    private static string Field(string stanza, string name) => FieldLine().Matches(stanza)
        .Where(line => line.Groups["name"].Value == name).Select(line => line.Groups["value"].Value)
        .FirstOrDefault("");

    [GeneratedRegex(@"^(?<name>[\w-]+): *(?<value>.*)$", RegexOptions.Multiline)]
    private static partial Regex FieldLine();
}

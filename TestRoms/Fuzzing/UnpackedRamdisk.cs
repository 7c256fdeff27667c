using System.Globalization;
using System.Text;

namespace Dbt.TestRoms.Fuzzing;

/// <summary>
/// What Linux makes of an initramfs (init/initramfs.c): names of more than PATH_MAX are passed over, TRAILER!!! ends an archive, what cannot be created is not
/// there, and nobody is told.
/// </summary>
internal sealed class UnpackedRamdisk
{
    private const int LongestPath = 4096, LongestName = 255;
    private const uint Kind = 0xf000, Directory = 0x4000, File = 0x8000, Link = 0xa000;

    private readonly Dictionary<string, (uint Mode, byte[] Content)> _nodes = new(StringComparer.Ordinal) { [""] = (Directory, []) };

    /// <summary>Unpacks archives that follow each other; a byte that is none of an archive is an error.</summary>
    public void Unpack(ReadOnlySpan<byte> archives)
    {
        Dictionary<uint, string> links = [];
        for (int at = 0; at < archives.Length;)
        {
            if (!archives[at..].StartsWith("070701"u8))
                throw new InvalidOperationException($"no archive begins at {at}");
            uint inode = Field(archives, at, 0), mode = Field(archives, at, 1), count = Field(archives, at, 4);
            int size = (int)Field(archives, at, 6), nameBytes = (int)Field(archives, at, 11);
            int name = at + 110, content = Aligned(name + nameBytes), end = content + size;
            if (archives[name + nameBytes - 1] != 0 || end > archives.Length)
                throw new InvalidOperationException($"the name or the content at {at} does not end");
            string path = Encoding.UTF8.GetString(archives[name..(name + nameBytes - 1)]);
            at = Aligned(end);
            if (path == "TRAILER!!!")
                links.Clear();
            else if (nameBytes <= LongestPath)
                Put(path, mode, archives[content..end].ToArray(), count > 1 && (mode & Kind) == File ? (links, inode) : null);
        }
    }

    /// <summary>Mode and content of the file at a path from the root; null where there is none.</summary>
    public (uint Mode, byte[] Content)? FileAt(string path) =>
        Resolve(path) is { } real && _nodes.TryGetValue(real, out (uint Mode, byte[] Content) node) && (node.Mode & Kind) == File ? (node.Mode & ~Kind, node.Content) : null;

    /// <summary>All there is, folders before what is in them: paths from the root, modes with the kind of file, contents.</summary>
    public IEnumerable<(string Path, uint Mode, byte[] Content)> All =>
        _nodes.Where(node => node.Key.Length > 0).OrderBy(node => node.Key, StringComparer.Ordinal).Select(node => (node.Key, node.Value.Mode, node.Value.Content));

    private void Put(string path, uint mode, byte[] content, (Dictionary<uint, string> Paths, uint Inode)? names)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || parts.Any(part => Encoding.UTF8.GetByteCount(part) > LongestName))
            return;
        if (Resolve(string.Join('/', parts[..^1])) is not { } folder || !_nodes.TryGetValue(folder, out var parent) || (parent.Mode & Kind) != Directory)
            return;
        string place = folder.Length == 0 ? parts[^1] : $"{folder}/{parts[^1]}";
        // A file replaces what is no folder; a folder stays what it is.
        if (_nodes.TryGetValue(place, out var there) && (there.Mode & Kind) == Directory)
        {
            if ((mode & Kind) == Directory)
                _nodes[place] = (mode, []);
            return;
        }
        if (names is var (paths, inode) && !paths.TryAdd(inode, place) && content.Length == 0)
            content = _nodes.TryGetValue(paths[inode], out var first) ? first.Content : [];
        _nodes[place] = (mode, content);
    }

    // Through symbolic links; null where nothing is.
    private string? Resolve(string path, int depth = 0)
    {
        string real = "";
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            string next = part == ".." ? real.Contains('/', StringComparison.Ordinal) ? real[..real.LastIndexOf('/')] : "" : real.Length == 0 ? part : $"{real}/{part}";
            if (!_nodes.TryGetValue(next, out var node))
                return null;
            if ((node.Mode & Kind) == Link)
            {
                string target = Encoding.UTF8.GetString(node.Content);
                if (depth > 20 || Resolve(target.StartsWith('/') ? target : $"{real}/{target}", depth + 1) is not { } there)
                    return null;
                next = there;
            }
            real = next;
        }
        return real;
    }

    private static uint Field(ReadOnlySpan<byte> archives, int at, int index) =>
        uint.Parse(archives.Slice(at + 6 + 8 * index, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static int Aligned(int offset) => (offset + 3) & ~3;
}

using System.Globalization;
using System.Text;

namespace Dbt.Tool.Guests;

/// <summary>
/// An initramfs in the "newc" format of cpio (Linux: Documentation/driver-api/early-userspace/buffer-format.rst).
/// The same entries give the same bytes: sorted by path, owned by root, dated 1970. Archives may be concatenated;
/// the kernel unpacks them in turn, and later files replace earlier ones.
/// </summary>
internal sealed class CpioArchive
{
    private const uint Directory = 0x4000, CharacterDevice = 0x2000, RegularFile = 0x8000, SymbolicLink = 0xa000;

    // The name that ends an archive.
    private const string Trailer = "TRAILER!!!";

    /// <summary>The mode of a program, 0755.</summary>
    public const UnixFileMode Executable = (UnixFileMode)0x1ed;

    // Ordinal order puts a directory before what is in it.
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Adds a directory.</summary>
    public void AddDirectory(string path, UnixFileMode mode = (UnixFileMode)0x1ed) =>
        _entries[path] = new Entry(Directory | (uint)mode, []);

    /// <summary>Adds a file; 0644 unless told.</summary>
    public void AddFile(string path, byte[] content, UnixFileMode mode = (UnixFileMode)0x1a4) =>
        _entries[path] = new Entry(RegularFile | (uint)mode, content);

    /// <summary>Adds an executable file, 0755.</summary>
    public void AddProgram(string path, byte[] content) => AddFile(path, content, Executable);

    /// <summary>Adds a symbolic link.</summary>
    public void AddSymbolicLink(string path, string target) =>
        _entries[path] = new Entry(SymbolicLink | 0x1ff, Encoding.UTF8.GetBytes(target));

    /// <summary>Adds a character device.</summary>
    public void AddCharacterDevice(string path, uint major, uint minor, UnixFileMode mode = (UnixFileMode)0x180) =>
        _entries[path] = new Entry(CharacterDevice | (uint)mode, []) { Major = major, Minor = minor };

    /// <summary>Adds another name for a file that is already in the archive.</summary>
    public void AddHardLink(string path, string target)
    {
        if (!_entries.TryGetValue(target, out Entry? file))
            throw new InvalidDataException($"hard link '{path}' to '{target}', which is not in the archive");
        file.Links++;
        _entries[path] = file;
    }

    /// <summary>
    /// What the files of archives that follow each other take where they are unpacked into memory, in bytes of whole
    /// pages; a later file replaces an earlier one of its name.
    /// </summary>
    public static long UnpackedBytes(ReadOnlySpan<byte> archives)
    {
        const int page = 4096, header = 110, size = 54, nameSize = 94;
        Dictionary<string, long> files = [];
        for (int at = 0; at < archives.Length;)
        {
            int bytes = Field(archives[(at + size)..]), name = at + header;
            int content = Aligned(name + Field(archives[(at + nameSize)..]));
            string path = Encoding.UTF8.GetString(archives[name..content].TrimEnd((byte)0));
            files[path] = (bytes + page - 1L) / page * page;
            at = Aligned(content + bytes);
        }
        return files.Values.Sum();
    }

    /// <summary>The archive, padded so that another may follow it.</summary>
    public byte[] ToArray()
    {
        MemoryStream output = new();
        Dictionary<Entry, uint> written = new(ReferenceEqualityComparer.Instance);
        foreach ((string path, Entry entry) in _entries)
        {
            // Only the first of a file's names carries its content.
            bool first = written.TryAdd(entry, (uint)written.Count + 1);
            // A file of the trailer's name would be taken for it.
            string name = path == Trailer ? $"./{path}" : path;
            Write(output, name, entry, written[entry], first ? entry.Content : []);
        }
        Write(output, Trailer, new Entry(0, []), 0, []);
        return output.ToArray();
    }

    private static void Write(MemoryStream output, string path, Entry entry, uint inode, byte[] content)
    {
        byte[] name = Encoding.UTF8.GetBytes(path + "\0");
        ReadOnlySpan<uint> fields =
        [
            inode, entry.Mode, 0 /* uid */, 0 /* gid */, entry.Links, 0 /* mtime */, (uint)content.Length,
            0, 0 /* device it is on */, entry.Major, entry.Minor, (uint)name.Length, 0 /* checksum, unused */,
        ];
        output.Write("070701"u8);
        foreach (uint field in fields)
            output.Write(Encoding.ASCII.GetBytes(field.ToString("x8", CultureInfo.InvariantCulture)));
        output.Write(name);
        Pad(output);
        output.Write(content);
        Pad(output);
    }

    private static int Field(ReadOnlySpan<byte> digits) =>
        int.Parse(digits[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static int Aligned(int offset) => (offset + 3) & ~3;

    private static void Pad(MemoryStream output)
    {
        while (output.Length % 4 != 0)
            output.WriteByte(0);
    }

    private sealed class Entry(uint mode, byte[] content)
    {
        public uint Mode { get; } = mode;
        public byte[] Content { get; } = content;
        public uint Major { get; init; }
        public uint Minor { get; init; }
        public uint Links { get; set; } = 1;
    }
}

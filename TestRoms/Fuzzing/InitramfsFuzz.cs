using System.Formats.Tar;
using System.Text;
using Dbt.TestRoms.Instructions;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Xunit;

namespace Dbt.TestRoms.Fuzzing;

/// <summary>
/// Files of the host that somebody wants in the guest, whatever they are and wherever they go: they are refused, or the kernel finds them as they are. And
/// Debian packages in which anything may be, or that have been damaged.
/// </summary>
internal sealed class InitramfsFuzz : IDisposable
{
    private const int Packages = 8;

    private static readonly string[] s_parts =
    [
        "a", "b", "etc", "passwd", "usr", "bin", "lib", "sbin", "busybox", "init", "exec", "terminal", "dev", "proc", "sys", "tmp", "var", "root", "TRAILER!!!", ".", "..", "...", " ", "-", "*", "'", "\"",
        "\\", "\n", "\t", "\e[31m", "é", "日本", "\u202e", "\ud83d\ude00", new('x', 255), new('x', 256), new('é', 127), new('é', 128), "a:b",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-fuzz-").FullName;
    private readonly string[] _hosts;

    private InitramfsFuzz()
    {
        if (OperatingSystem.IsWindows())
            throw new SkipException("needs Unix permissions and links");
        File.WriteAllText(Of("empty"), "");
        File.WriteAllText(Of("short"), "1");
        File.WriteAllBytes(Of("page"), new byte[4096]);
        File.WriteAllBytes(Of("odd"), [.. Enumerable.Range(0, 70_001).Select(i => (byte)i)]);
        File.WriteAllText(Of("colon:name"), "colon");
        File.WriteAllText(Of("\e[31m\nname"), "red");
        File.SetUnixFileMode(Of("short"), (UnixFileMode)0xfff);
        File.SetUnixFileMode(Of("page"), UnixFileMode.None);
        Directory.CreateDirectory(Of("folder"));
        File.CreateSymbolicLink(Of("link"), "odd");
        File.CreateSymbolicLink(Of("dangling"), "nowhere");
        File.CreateSymbolicLink(Of("loop"), "loop");
        File.CreateSymbolicLink(Of("to-folder"), "folder");
        _hosts =
        [
            .. Directory.GetFileSystemEntries(_folder), .. Directory.GetFiles(_folder), Of("nothing"), Of("short/below"), "", "/", "/dev/null", "/proc/version", "/proc/self/mem",
        ];
    }

    /// <summary>The first findings.</summary>
    public static IReadOnlyList<string> Findings(int first, int count)
    {
        using InitramfsFuzz fuzz = new();
        List<string> findings = [];
        for (int seed = first; seed < first + count && findings.Count < Attempt.MostFindings; seed++)
        {
            SeededRandom random = new($"initramfs {seed}");
            Action act = seed % Packages == 0 ? () => fuzz.Package(random) : () => fuzz.Add(random);
            if (Attempt.Fault($"initramfs {seed}", act) is { } finding)
                findings.Add(finding);
        }
        return findings;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Of(string name) => Path.Combine(_folder, name);

    private void Add(SeededRandom random)
    {
        string[] texts = [.. Enumerable.Range(0, 1 + random.Below(4)).Select(_ => $"{random.Pick(_hosts)}:{GuestPath(random)}")];
        AddedFile[] files = [.. texts.Select(AddedFile.Parse).OfType<AddedFile>()];
        UnpackedRamdisk guest = new();
        guest.Unpack(DebianInitramfs.Build([], [], new UserSpace { Command = "true", Files = AddedFile.Pack(files) }));
        foreach (AddedFile file in files)
        {
            byte[] content = file.HostPath == "/proc/version" ? [] : File.ReadAllBytes(file.HostPath);
            (uint mode, byte[] found) = guest.FileAt(file.GuestPath) ?? throw new InvalidOperationException($"'{file.GuestPath}' is not there");
            if (file.HostPath != "/proc/version" && !content.AsSpan().SequenceEqual(found))
                throw new InvalidOperationException($"'{file.GuestPath}' is not what '{file.HostPath}' is");
            if (!OperatingSystem.IsWindows() && mode != (uint)File.GetUnixFileMode(file.HostPath))
                throw new InvalidOperationException($"'{file.GuestPath}' has the mode {mode:x}");
        }
        if (guest.FileAt("exec") is null || guest.FileAt("init") is null || guest.FileAt("usr/bin/busybox") is null)
            throw new InvalidOperationException("what the guest needs itself is gone");
    }

    private static string GuestPath(SeededRandom random)
    {
        StringBuilder path = new();
        int parts = random.Below(40) == 0 ? 300 : 1 + random.Below(5);
        for (int i = 0; i < parts; i++)
            path.Append(random.Below(6) == 0 ? "" : "/").Append(random.Pick(s_parts));
        if (random.Below(8) == 0)
            path.Append('/');
        return path.ToString();
    }

    private void Package(SeededRandom random)
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, random.Pick([TarEntryFormat.Gnu, TarEntryFormat.Pax, TarEntryFormat.Ustar]), leaveOpen: true))
        {
            for (int i = random.Below(6); i >= 0; i--)
                Entry(random, writer);
        }
        byte[] data = tar.ToArray();
        for (int changes = random.Below(3) == 0 ? 0 : random.Below(4); changes > 0 && data.Length > 512; changes--)
        {
            if (random.Below(6) == 0)
                data = data[..random.Below(data.Length)];
            else
                data[random.Below(2) == 0 ? random.Below(Math.Min(data.Length, 512)) : random.Below(data.Length)] = (byte)random.Word();
        }
        string package = Of("package.deb");
        File.WriteAllBytes(package, Archive(("debian-binary", "2.0\n"u8.ToArray()), ("control.tar", new byte[1024]), ("data.tar", data)));
        UnpackedRamdisk guest = new();
        guest.Unpack(DebPackage.ToInitramfs(package, CancellationToken.None).ToArray());
    }

    private static void Entry(SeededRandom random, TarWriter writer)
    {
        TarEntryType type = random.Pick(
            [TarEntryType.RegularFile, TarEntryType.Directory, TarEntryType.SymbolicLink, TarEntryType.HardLink, TarEntryType.CharacterDevice, TarEntryType.BlockDevice, TarEntryType.Fifo]);
        string name = "." + GuestPath(random).Replace(new string('x', 256), "y", StringComparison.Ordinal);
        try
        {
            TarEntry entry = writer.Format switch
            {
                TarEntryFormat.Gnu => new GnuTarEntry(type, name),
                TarEntryFormat.Pax => new PaxTarEntry(type, name),
                _ => new UstarTarEntry(type, name),
            };
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                entry.LinkName = "." + GuestPath(random);
            if (type == TarEntryType.RegularFile)
                entry.DataStream = new MemoryStream(new byte[random.Below(3000)]);
            entry.Mode = (UnixFileMode)(random.Word() & 0xfff);
            writer.WriteEntry(entry);
        }
        catch (ArgumentException)
        {
            // This format has no room for such a name.
        }
    }

    // ar(5): what a .deb is.
    private static byte[] Archive(params (string Name, byte[] Content)[] members)
    {
        MemoryStream output = new();
        output.Write("!<arch>\n"u8);
        foreach ((string name, byte[] content) in members)
        {
            output.Write(Encoding.ASCII.GetBytes($"{name,-16}{0,-12}{0,-6}{0,-6}{100644,-8}{content.Length,-10}`\n"));
            output.Write(content);
            if (content.Length % 2 != 0)
                output.WriteByte((byte)'\n');
        }
        return output.ToArray();
    }
}

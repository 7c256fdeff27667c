using System.Runtime.Versioning;
using Dbt.Translator.Emission;
using Dbt.Translator.Patches;
using Dbt.Translator.Regions;

namespace Dbt.Runtime.Persistence;

/// <summary>
/// The folder where archives and their images live. Whoever may write there may run code as the user: a folder that
/// others may write to is not used. A file appears under its name complete, and an image's name is never used twice.
/// </summary>
/// <param name="folder">The folder, which need not exist.</param>
/// <param name="key">What the translations are for.</param>
public sealed class ArchiveStore(string folder, ArchiveKey key)
{
    private const string ArchiveSuffix = ".regions", PendingSuffix = ".pending";

    // A few builds and options side by side; older ones are unlikely to come again.
    private const int MostArchives = 4;

    /// <summary>The translations of earlier runs; null if there are none that can be used.</summary>
    public TranslationLibrary? Load() =>
        IsPrivate(folder) && Read(PathOf(folder, key, ArchiveSuffix), bytes => Archive.Read(bytes, key)) is { } archive
            ? TranslationLibrary.Load(archive, folder)
            : null;

    /// <summary>
    /// Leaves the regions of a run, and those of earlier ones, to be compiled by <see cref="CompilePending"/>.
    /// </summary>
    /// <param name="compiled">What this run had to compile.</param>
    /// <param name="earlier">What it had from earlier runs.</param>
    /// <returns>The file they were left in; null if there is too little that is new, or no means to compile
    /// it.</returns>
    public string? Save(
        IReadOnlyList<(Region Region, TranslationContext Context)> compiled, TranslationLibrary? earlier)
    {
        // A few regions more are not worth compiling all of them again.
        if (compiled.Count <= (earlier?.Regions.Count ?? 0) / 16 || AheadCompiler.Crossgen is null)
            return null;
        var known = new HashSet<string>();
        var regions = new List<SavedRegion>();
        foreach ((Region region, TranslationContext context) in compiled.Concat(
            (earlier?.Regions ?? []).Select(saved => (saved.Region, saved.Context))))
        {
            if (regions.Count < Archive.MostRegions
                && known.Add(Convert.ToBase64String(Archive.Describe(region, context))))
                regions.Add(new SavedRegion(region, context, 0));
        }
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(
                    folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (!IsPrivate(folder))
                return null;
            string path = PathOf(folder, key, PendingSuffix);
            Write(path, new Archive(key, "", 0, regions));
            return path;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Compiles what <see cref="Save"/> left; later runs load it.</summary>
    /// <param name="pending">The file it was left in.</param>
    /// <param name="patchesOf">Makes patches of their bytes (<see cref="IPatches.ToBytes"/>).</param>
    /// <returns>Whether there is an image now: not where something that is no file has one of their names.</returns>
    public static bool CompilePending(string pending, Func<byte[], IPatches?> patchesOf)
    {
        try
        {
            return CompileLeft(pending, patchesOf);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool CompileLeft(string pending, Func<byte[], IPatches?> patchesOf)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(pending))!;
        if (!IsPrivate(folder) || !File.Exists(pending) || AheadCompiler.Crossgen is not { } crossgen)
            return false;
        // Another run may leave more under the same name meanwhile.
        string taken = $"{pending}.{Environment.ProcessId}";
        File.Move(pending, taken, overwrite: true);
        Archive? left = Read(taken, bytes => Archive.Read(bytes, patchesOf));
        File.Delete(taken);
        if (left is not { } archive)
            return false;
        string image = $"{archive.Key.Prefix}-{Guid.NewGuid():n}.dll";
        if (AheadCompiler.Compile(crossgen, archive.Regions, Path.Combine(folder, image)) is not { } regions)
            return false;
        string path = PathOf(folder, archive.Key, ArchiveSuffix);
        string? replaced = Read(path, bytes => Archive.Read(bytes, archive.Key))?.Image;
        uint checksum = Checksum.Of(File.ReadAllBytes(Path.Combine(folder, image)));
        Write(path, archive with { Image = image, ImageChecksum = checksum, Regions = regions });
        // A run that has it open goes on with it.
        if (!string.IsNullOrEmpty(replaced))
            File.Delete(Path.Combine(folder, Path.GetFileName(replaced)));
        DeleteOldest(folder, archive.Key);
        return true;
    }

    private static void DeleteOldest(string folder, ArchiveKey key)
    {
        foreach (FileInfo old in new DirectoryInfo(folder).GetFiles($"{key.GuestPrefix}*{ArchiveSuffix}")
            .OrderByDescending(file => file.LastWriteTimeUtc).Skip(MostArchives))
        {
            foreach (string file in Directory.GetFiles(folder, $"{Path.GetFileNameWithoutExtension(old.Name)}*"))
                File.Delete(file);
        }
    }

    private static string PathOf(string folder, ArchiveKey key, string suffix) =>
        Path.Combine(folder, key.Prefix + suffix);

    private static void Write(string path, Archive archive)
    {
        string staging = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(staging, archive.ToBytes());
        File.Move(staging, path, overwrite: true);
    }

    private static Archive? Read(string path, Func<byte[], Archive?> read) =>
        WholeFile.TryRead(path) is { } bytes ? read(bytes) : null;

    private static bool IsPrivate(string folder)
    {
        if (!Directory.Exists(folder))
            return false;
        if (OperatingSystem.IsWindows())
            return true;
        UnixFileMode mode = File.GetUnixFileMode(folder);
        return (mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0 && IsOwned(folder, mode);
    }

    // Only its owner, and root, may set a folder's mode.
    [UnsupportedOSPlatform("windows")]
    private static bool IsOwned(string folder, UnixFileMode mode)
    {
        try
        {
            File.SetUnixFileMode(folder, mode);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

using System.Reflection;
using System.Runtime.InteropServices;
using Dbt.Runtime;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Network;

/// <summary>
/// Finds libslirp: the system's, or Debian's, unpacked into the cache with what it needs and this system lacks. That
/// takes no rights beyond those of whoever runs this.
/// </summary>
internal static class SlirpLibrary
{
    private const string File = "libslirp.so.0", Package = "libslirp0", Folder = "libslirp";

    private static readonly string[] s_names = OperatingSystem.IsMacOS() ? ["libslirp.0.dylib"] : [File];
    private static readonly Lock s_gate = new();
    private static nint s_handle;

    /// <summary>Loads it, where it is not yet.</summary>
    /// <exception cref="GuestSetupException">There is none.</exception>
    public static void Load(Func<IFetchProgress> progress)
    {
        lock (s_gate)
        {
            if (s_handle != 0)
                return;
            s_handle = OfSystem() is var found and not 0 ? found : OfCache(progress);
            NativeLibrary.SetDllImportResolver(typeof(SlirpLibrary).Assembly, Resolve);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Slirp.Library ? s_handle : 0;

    private static nint OfSystem()
    {
        foreach (string name in s_names)
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
                return handle;
        }
        return 0;
    }

    private static nint OfCache(Func<IFetchProgress> begin)
    {
        string missing = $"--net user needs libslirp, which this machine does not have (Debian's package is {Package})";
        if (!OperatingSystem.IsLinux())
            throw new GuestSetupException(missing);
        try
        {
            GuestCache cache = GuestCache.OfUser();
            string folder = cache.PathOf(Folder, RuntimeInformation.RuntimeIdentifier);
            if (!System.IO.File.Exists(Path.Combine(folder, File)))
            {
                IFetchProgress progress = begin();
                cache.Change(progress, () => Fetch(cache, folder, progress));
            }
            return LoadAll(folder);
        }
        catch (Exception failure) when (failure is GuestSetupException or DllNotFoundException
            or BadImageFormatException)
        {
            throw new GuestSetupException($"{missing}, and it cannot be fetched: {failure.Message}", failure);
        }
    }

    // What is loaded already is not looked for again: each library after those it needs.
    private static nint LoadAll(string folder)
    {
        List<string> waiting = [.. Directory.GetFiles(folder, "*.so*")];
        while (waiting.Count > 0)
        {
            int before = waiting.Count;
            waiting.RemoveAll(path => Path.GetFileName(path) != File && NativeLibrary.TryLoad(path, out _));
            if (NativeLibrary.TryLoad(Path.Combine(folder, File), out nint handle))
                return handle;
            if (waiting.Count == before)
                break;
        }
        return NativeLibrary.Load(Path.Combine(folder, File));
    }

    private static bool Fetch(GuestCache cache, string folder, IFetchProgress progress)
    {
        // The system's own apt says what of it the system has not.
        DebianTool.Outcome outcome = DebianTool.Run(
            "apt-get", ["install", "--print-uris", "--yes", "-q", "--no-install-recommends", Package], progress.Stop);
        AptPackage[] packages = [.. outcome.Output.Select(Apt.ParseUri).OfType<AptPackage>()];
        if (packages.Length == 0)
        {
            throw new GuestSetupException(
                outcome.Errors.FirstOrDefault(line => line.StartsWith("E: ", StringComparison.Ordinal))?[3..]
                ?? $"apt does not know {Package}");
        }
        progress.Step($"fetching {Package}", _ => cache.InStaging(staging =>
        {
            string[] names = [.. packages.Select(package => $"{package.Name}={package.Version}")];
            DebianTool.Outcome download = DebianTool.Run("apt-get", ["download", .. names], progress.Stop, staging);
            if (download.Status != 0)
            {
                throw new GuestSetupException(
                    $"apt-get download: {(download.Errors is [.., var last] ? last : $"status {download.Status}")}");
            }
            cache.ReplaceFolder(
                Path.GetRelativePath(cache.Root, folder), fresh => Unpack(staging, fresh, progress.Stop));
        }));
        return true;
    }

    // Names of files carry the whole version, those that libraries ask for only its first number.
    private static void Unpack(string staging, string folder, CancellationToken stop)
    {
        foreach (string package in Directory.GetFiles(staging, "*.deb"))
        {
            foreach ((string path, byte[] content) in DebPackage.ReadFiles(
                package, path => path.Contains("/lib", StringComparison.Ordinal) && NameOf(path) is not null, stop))
                System.IO.File.WriteAllBytes(Path.Combine(folder, NameOf(path)!), content);
        }
    }

    private static string? NameOf(string path)
    {
        string name = Path.GetFileName(path);
        int mark = name.IndexOf(".so.", StringComparison.Ordinal);
        return mark < 0 ? null : name[..(mark + 4)] + name[(mark + 4)..].Split('.')[0];
    }
}

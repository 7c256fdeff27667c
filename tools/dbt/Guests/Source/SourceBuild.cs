using System.Security.Cryptography;
using System.Text;
using Dbt.Runtime;
using Dbt.Runtime.Persistence;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Source;

/// <summary>A file for guests that is built here from one of Debian's source packages, and kept in the cache.</summary>
/// <param name="folder">The folder of the cache it is in.</param>
/// <param name="name">What the file and messages call it.</param>
internal abstract class SourceBuild(string folder, string name)
{
    private const string Sum = "sha256sum", RecipeFile = "recipe";

    /// <summary>The folder of the cache it is in.</summary>
    public string Folder => folder;

    /// <summary>What the file and messages call it.</summary>
    public string Name => name;

    /// <summary>The suite of Debian's that has the source.</summary>
    public abstract AptSuite Suite { get; }

    /// <summary>All that decides what it becomes: one that was built by something else does not count.</summary>
    public abstract string Recipe { get; }

    /// <summary>The programs, and files by their paths, that building it takes, and the packages they are in.</summary>
    protected abstract IEnumerable<(string Program, string Package)> Tools { get; }

    /// <summary>Takes it from the cache; null when it is not there, or not whole, or of another recipe.</summary>
    public byte[]? TryLoad(GuestCache cache) => HasRecipe(cache) ? TryLoadWhole(cache) : null;

    /// <summary>Takes it from the cache, where it has to be.</summary>
    public byte[] Load(GuestCache cache) =>
        TryLoad(cache) ?? throw new GuestSetupException($"{name} vanished from the cache");

    /// <summary>Builds files that are not in the cache.</summary>
    public static void Provide(IReadOnlyList<SourceBuild> builds, GuestCache cache, IFetchProgress progress)
    {
        IEnumerable<SourceBuild> missing = builds.Where(build => build.TryLoad(cache) is null);
        if (!missing.Any())
            return;
        // What the last needs should be said before the first is built.
        CheckTools(missing);
        Build(missing, cache, progress);
    }

    /// <summary>Builds files whether or not they are there.</summary>
    public static void Refresh(IReadOnlyList<SourceBuild> builds, GuestCache cache, IFetchProgress progress)
    {
        CheckTools(builds);
        Build(builds, cache, progress);
    }

    /// <summary>Says in one line which packages are missing to build these files, if any are.</summary>
    /// <param name="builds">The files.</param>
    /// <param name="path">The folders in which programs are.</param>
    public static void CheckTools(IEnumerable<SourceBuild> builds, IReadOnlyCollection<string> path)
    {
        string[] missing =
        [
            .. builds.SelectMany(build => build.Tools)
                .Where(tool => !path.Any(folder => File.Exists(Path.Combine(folder, tool.Program))))
                .Select(tool => tool.Package).Distinct(),
        ];
        if (missing.Length > 0)
        {
            throw new GuestSetupException(
                $"{string.Join(" and ", builds.Select(build => build.Name))} must be built here, which needs "
                + $"what this machine does not have: apt-get install {string.Join(' ', missing)}");
        }
    }

    /// <summary>The same, for the folders in which the system looks for programs.</summary>
    public static void CheckTools(IEnumerable<SourceBuild> builds) =>
        CheckTools(builds, (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator));

    /// <summary>Fetches the source into a folder, unless it is there for another build, and builds it there.</summary>
    /// <returns>The file.</returns>
    protected abstract byte[] Run(Apt apt, string folder, IFetchProgress progress);

    /// <summary>Runs a program that has to succeed.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="line">Sees what it says as it comes.</param>
    protected void Must(
        string program, IEnumerable<string> arguments, string folder, CancellationToken stop,
        Action<string>? line = null)
    {
        DebianTool.Outcome outcome = DebianTool.Run(program, arguments, stop, folder, line);
        if (outcome.Status == 0)
            return;
        string why = outcome.Errors.FirstOrDefault(said => said.Contains("rror", StringComparison.Ordinal))
            ?? $"status {outcome.Status}";
        if (why.Contains("No space left", StringComparison.Ordinal))
            throw new IOException("No space left on device");
        throw new GuestSetupException($"building {name} failed in {program}: {why.Trim()}");
    }

    // In one folder, so that those with the same source fetch it once. Which are missing is asked while nobody else
    // changes the cache.
    private static void Build(IEnumerable<SourceBuild> builds, GuestCache cache, IFetchProgress progress) =>
        cache.Change(progress, () =>
        {
            cache.InStaging(staging =>
            {
                foreach (SourceBuild build in builds)
                    build.Build(staging, cache, progress);
            });
            return builds;
        });

    private void Build(string staging, GuestCache cache, IFetchProgress progress)
    {
        if (TryLoadWhole(cache) is not null && !HasRecipe(cache))
            progress.Note($"{name} is built again, by a new recipe");
        Apt apt = new(cache.PathOf(Suite.Folder), Suite, progress.Stop);
        apt.Update(progress);
        byte[] file = Run(apt, staging, progress);
        cache.ReplaceFolder(folder, fresh =>
        {
            File.WriteAllBytes(Path.Combine(fresh, name), file);
            File.WriteAllText(Path.Combine(fresh, Sum), SumOf(file));
            File.WriteAllText(Path.Combine(fresh, RecipeFile), Recipe);
        });
    }

    private byte[]? TryLoadWhole(GuestCache cache)
    {
        byte[]? file = WholeFile.TryRead(cache.PathOf(folder, name)),
            sum = WholeFile.TryRead(cache.PathOf(folder, Sum));
        return file is not null && sum is not null && Encoding.ASCII.GetString(sum) == SumOf(file) ? file : null;
    }

    private bool HasRecipe(GuestCache cache) =>
        WholeFile.TryRead(cache.PathOf(folder, RecipeFile)) is { } found && Encoding.UTF8.GetString(found) == Recipe;

    private static string SumOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

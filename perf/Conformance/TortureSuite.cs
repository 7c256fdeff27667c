using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Perf.Conformance;

/// <summary>
/// GCC's torture suite, the part that is executed, as Debian has it in a package with the compiler's source.
/// </summary>
internal static class TortureSuite
{
    private const string Package = "gcc-12-source", Folder = "gcc/testsuite/gcc.c-torture/execute";

    /// <summary>Its sources' paths, in the order of their names; fetched once.</summary>
    public static IReadOnlyList<string> Sources(CancellationToken stop)
    {
        string folder = CompiledPrograms.Of("torture-sources");
        if (Directory.GetFiles(folder, "*.c").Length == 0)
            Fetch(folder, stop);
        return [.. Directory.GetFiles(folder, "*.c").Order(StringComparer.Ordinal)];
    }

    // There are others' beside it.
    private static bool IsCompiler(string path) =>
        Path.GetFileName(path) is var name && name.StartsWith("gcc-", StringComparison.Ordinal)
            && name.EndsWith(".tar.xz", StringComparison.Ordinal);

    private static void Fetch(string folder, CancellationToken stop)
    {
        ConsoleFetchProgress progress = new();
        Apt apt = new(GuestCache.OfUser().PathOf("apt"), suite: null, progress.Stop);
        apt.Update(progress);
        DirectoryInfo staging = Directory.CreateTempSubdirectory("dbt-torture-");
        try
        {
            apt.Download([Package], staging.FullName, Package, progress);
            Dictionary<string, byte[]> files = DebPackage.ReadFiles(
                staging.GetFiles("*.deb").Single().FullName,
                IsCompiler, progress.Stop);
            File.WriteAllBytes(Path.Combine(staging.FullName, "source.tar.xz"), files.Values.Single());
            HostProgram.Run(
                staging.FullName, "tar",
                [
                    "xf", "source.tar.xz", "--wildcards", $"*/{Folder}/*.c", "--strip-components=5",
                    "--no-wildcards-match-slash",
                ], stop);
            foreach (FileInfo source in staging.GetFiles("*.c", SearchOption.AllDirectories))
                source.MoveTo(Path.Combine(folder, source.Name), overwrite: true);
        }
        finally
        {
            staging.Delete(recursive: true);
        }
    }
}

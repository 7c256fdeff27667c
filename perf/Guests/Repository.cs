using Dbt.Tool.Comparison;

namespace Dbt.Perf.Guests;

/// <summary>The source tree this was built from: the comparison runs the guests that are committed in it.</summary>
internal static class Repository
{
    /// <summary>The folder of the guest programs.</summary>
    public static string Roms { get; } = Path.Combine(Root(), "TestRoms", "roms");

    /// <summary>
    /// The dbt of the same build, where its users have it: compiled ahead of time, which a copy beside this program is
    /// not.
    /// </summary>
    public static string Tool { get; } = Path.Combine(
        Root(), "tools", "dbt", Path.GetRelativePath(Path.Combine(Root(), "perf"), AppContext.BaseDirectory),
        "dbt.dll");

    private static string Root()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Dbt.sln")))
            directory = directory.Parent;
        return directory?.FullName
            ?? throw new ComparisonException("run this from the source tree: the guests are in its TestRoms folder");
    }
}

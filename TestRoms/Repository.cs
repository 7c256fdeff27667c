namespace Dbt.TestRoms;

/// <summary>The working copy that the tests were built from: some compare it with what they make, or write it anew.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Dbt.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("Dbt.sln is in no directory above the tests");
    }
}

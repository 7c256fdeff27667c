using Dbt.Tool.Guests;

namespace Dbt.TestRoms;

/// <summary>
/// The guests that the user has fetched. A test that needs one comes by here, and has the trait <c>Needs=guests</c>; for all
/// others the cache is an empty one into which nothing can be fetched.
/// </summary>
internal static class FetchedGuests
{
    private const string Variable = "XDG_CACHE_HOME";

    private static GuestCache? s_cache;

    /// <summary>The cache they are in. It is the user's in programs that are no run of the tests.</summary>
    public static GuestCache Cache => s_cache ?? GuestCache.OfUser();

    /// <summary>The folder that the cache is in, for processes.</summary>
    public static string Home => Path.GetDirectoryName(Cache.Root)!;

    /// <summary>From now on only this class finds them.</summary>
    public static void Hide()
    {
        if (s_cache is not null || GuestCache.FindOfUser() is not { } cache)
            return;
        s_cache = cache;
        DirectoryInfo home = Directory.CreateTempSubdirectory("dbt-tests-");
        // The lock that whoever fetches would take is no file.
        home.CreateSubdirectory("dbt").CreateSubdirectory("lock");
        Environment.SetEnvironmentVariable(Variable, home.FullName);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => home.Delete(recursive: true);
    }
}

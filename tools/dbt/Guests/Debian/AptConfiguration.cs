namespace Dbt.Tool.Guests.Debian;

/// <summary>
/// The private configuration that lets the system's apt serve another architecture to an ordinary user: sources and
/// keys are the system's own, while state and cache are in a folder of ours and no package counts as installed.
/// </summary>
internal static class AptConfiguration
{
    /// <summary>Debian's name of the guest's architecture.</summary>
    public const string Architecture = "mipsel";

    /// <summary>
    /// Creates what apt expects to find in <paramref name="folder"/> and returns the configuration file.
    /// </summary>
    public static string Prepare(string folder, AptSuite? suite, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.Combine(folder, "state", "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(folder, "cache", "archives", "partial"));
        string status = StatusFile(folder);
        if (!File.Exists(status))
            File.WriteAllBytes(status, []);
        string path = Path.Combine(folder, "apt.conf");
        if (suite is not null)
            File.WriteAllText(SourceList(folder), suite.FindEntry(stop) + "\n");
        File.WriteAllText(path, Compose(folder, Environment.IsPrivilegedProcess, suite is not null));
        return path;
    }

    /// <summary>The text of the configuration file.</summary>
    public static string Compose(string folder, bool root, bool ownSources = false)
    {
        List<(string Key, string Value)> settings =
        [
            // A source package has no architecture; the system's own will do.
            .. ownSources
                ? [("Dir::Etc::sourcelist", SourceList(folder)), ("Dir::Etc::sourceparts", "/dev/null")]
                : new[] { ("APT::Architecture", Architecture), ("APT::Architectures::", Architecture) },
            ("APT::Install-Recommends", "false"),
            ("Dir::State", Path.Combine(folder, "state")),
            ("Dir::State::status", StatusFile(folder)),
            ("Dir::Cache", Path.Combine(folder, "cache")),
            ("Dir::Log", Path.Combine(folder, "state")),
            ("Acquire::Languages", "none"),
            ("Acquire::IndexTargets::deb::DEP-11::DefaultEnabled", "false"),
            // A network that is gone is told from one that is slow.
            ("Acquire::Retries", "2"), ("Acquire::http::Timeout", "10"), ("Acquire::https::Timeout", "10"),
            // Root's apt would drop to a user who cannot write here.
            .. root ? [("APT::Sandbox::User", "root")] : Array.Empty<(string, string)>(),
        ];
        // Lists only ever grow; these two come from the system and are about its own architecture and its own state.
        return (ownSources ? "" : "#clear APT::Architectures;\n") + "#clear APT::Update;\n"
            + string.Concat(settings.Select(setting => $"{setting.Key} \"{setting.Value}\";\n"));
    }

    private static string SourceList(string folder) => Path.Combine(folder, "sources.list");

    private static string StatusFile(string folder) => Path.Combine(folder, "state", "status");
}

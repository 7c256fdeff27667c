using Dbt.Runtime;

namespace Dbt.Tool.Guests.Debian;

/// <summary>A suite of Debian's other than the system's, on the mirror that the system uses.</summary>
/// <param name="Name">The suite: bullseye.</param>
/// <param name="HasSources">Whether it is asked for source packages in place of those for a machine.</param>
internal sealed record AptSuite(string Name, bool HasSources = false)
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>The folder of the cache with what apt knows of it.</summary>
    public string Folder => HasSources ? $"apt-{Name}-src" : $"apt-{Name}";

    /// <summary>
    /// The entry for apt's list of sources, on the first of the system's mirrors that is Debian itself.
    /// </summary>
    public string FindEntry(CancellationToken stop)
    {
        DebianTool.Outcome outcome = DebianTool.Run(
            "apt-get", ["indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Identifier: Packages"], stop);
        return FindMirror(outcome.Output) is { } mirror ? EntryOn(mirror) : throw new GuestSetupException(
            $"no mirror to fetch Debian's {Name} from: apt's sources name none, or 'apt-get update' has not been run");
    }

    /// <summary>The entry for apt's list of sources, on a mirror.</summary>
    public string EntryOn(string mirror) =>
        $"{(HasSources ? "deb-src" : "deb")} {(File.Exists(Keyring) ? $"[signed-by={Keyring}] " : "")}{mirror} {Name} main";

    /// <summary>Finds Debian's own mirror among lines of origin, label and address; null if there is none.</summary>
    public static string? FindMirror(IEnumerable<string> lines) =>
        lines.Select(line => line.Split('|')).Where(fields => fields is ["Debian", "Debian", _])
            .Select(fields => fields[2]).FirstOrDefault();
}

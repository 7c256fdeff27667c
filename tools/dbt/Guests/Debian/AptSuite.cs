using Dbt.Runtime;

namespace Dbt.Tool.Guests.Debian;

/// <summary>A suite of Debian's other than the system's, on the mirror that the system uses.</summary>
/// <param name="Name">The suite: bullseye.</param>
/// <param name="Mirror">Where it is.</param>
internal sealed record AptSuite(string Name, string Mirror)
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>The suite on the first of the system's sources that is Debian itself.</summary>
    public static AptSuite OfSystem(string name)
    {
        DebianTool.Outcome outcome = DebianTool.Run("apt-get", ["indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Identifier: Packages"]);
        return FindMirror(outcome.Output) is { } mirror
            ? new AptSuite(name, mirror)
            : throw new GuestSetupException($"no mirror to fetch Debian's {name} from: apt's sources name none, or 'apt-get update' has not been run");
    }

    /// <summary>The line for apt's list of sources.</summary>
    public string SourceLine => $"deb {(File.Exists(Keyring) ? $"[signed-by={Keyring}] " : "")}{Mirror} {Name} main";

    /// <summary>Finds Debian's own mirror among lines of origin, label and address; null if there is none.</summary>
    public static string? FindMirror(IEnumerable<string> lines) =>
        lines.Select(line => line.Split('|')).Where(fields => fields is ["Debian", "Debian", _]).Select(fields => fields[2]).FirstOrDefault();
}

using System.Globalization;
using System.Text.RegularExpressions;
using Dbt.Runtime;

namespace Dbt.Tool.Guests.Debian;

/// <summary>A package to download: what apt calls it and the file it comes as.</summary>
internal sealed record AptPackage(string Name, string Version, string FileName, long Bytes);

/// <summary>The system's apt, asked for the guest's packages through a private configuration.</summary>
/// <param name="folder">Where its state is kept.</param>
/// <param name="suite">A suite to ask for packages of any architecture; null for the system's own and the guest's
/// architecture.</param>
/// <param name="stop">Ends what it does.</param>
internal sealed partial class Apt(string folder, AptSuite? suite, CancellationToken stop)
{
    private static readonly TimeSpan _listsAge = TimeSpan.FromDays(1);

    private readonly string _configuration = AptConfiguration.Prepare(folder, suite, stop);
    private string? _updateTrouble;

    /// <summary>Fetches the lists of packages, unless they are recent.</summary>
    public void Update(IFetchProgress progress, bool force = false)
    {
        string stamp = Path.Combine(folder, "updated");
        if (!force && File.Exists(stamp) && DateTime.UtcNow - File.GetLastWriteTimeUtc(stamp) < _listsAge)
            return;
        progress.Step("fetching Debian's package lists", report =>
        {
            DebianTool.Outcome outcome = DebianTool.Run(
                "apt-get", Arguments("update", "-o", "APT::Status-Fd=1"), stop, folder, line => Report(line, report));
            // A source that does not know the guest's architecture, or cannot be reached, is no failure as long as
            // another has the packages.
            _updateTrouble = Trouble(outcome);
            if (_updateTrouble is null)
                File.WriteAllBytes(stamp, []);
        });
    }

    /// <summary>
    /// The package that <paramref name="package"/> depends on whose name starts with <paramref name="prefix"/>.
    /// </summary>
    public string DependencyOf(string package, string prefix)
    {
        DebianTool.Outcome outcome =
            DebianTool.Run("apt-cache", Arguments("depends", "--important", package), stop, folder);
        return outcome.Output.Select(line => line.Trim().Split(' '))
            .Where(words => words is ["Depends:", _] && words[1].StartsWith(prefix, StringComparison.Ordinal))
            .Select(words => words[1]).FirstOrDefault()
            ?? throw Failure($"cannot fetch Debian's {package} for {AptConfiguration.Architecture}", outcome);
    }

    /// <summary>The packages given and all they depend on.</summary>
    public IReadOnlyList<AptPackage> WithDependencies(IReadOnlyList<string> packages)
    {
        DebianTool.Outcome outcome =
            DebianTool.Run(
                "apt-get", Arguments(["install", "--print-uris", "--yes", "-q", .. packages]), stop, folder);
        if (outcome.Status != 0)
            throw Failure($"cannot find {string.Join(", ", packages)}", outcome);
        return [.. outcome.Output.Select(ParseUri).OfType<AptPackage>()
            .OrderBy(package => package.FileName, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Downloads packages, checked against the signed lists, into a folder. A package is a name or <c>name=version</c>.
    /// </summary>
    public void Download(IReadOnlyList<string> packages, string into, string what, IFetchProgress progress)
    {
        progress.Step($"fetching {what}", report =>
        {
            DebianTool.Outcome outcome = DebianTool.Run(
                "apt-get", Arguments(["download", "-o", "APT::Status-Fd=1", .. packages]), stop, into,
                line => Report(line, report));
            if (outcome.Status != 0)
                throw Failure($"cannot fetch {what}", outcome);
        });
    }

    /// <summary>Downloads the files of a source package, checked against the signed lists, into a folder.</summary>
    public void DownloadSource(string package, string into, IFetchProgress progress)
    {
        progress.Step($"fetching the source of {package}", report =>
        {
            string[] arguments = Arguments("source", "--download-only", "-o", "APT::Status-Fd=1", package);
            DebianTool.Outcome outcome = DebianTool.Run("apt-get", arguments, stop, into, line => Report(line, report));
            if (outcome.Status != 0)
                throw Failure($"cannot fetch the source of {package}", outcome);
        });
    }

    /// <summary>Reads a line of <c>apt-get --print-uris</c>; null for any other line.</summary>
    public static AptPackage? ParseUri(string line)
    {
        Match match = UriLine().Match(line);
        if (!match.Success)
            return null;
        string file = match.Groups["file"].Value;
        string[] parts = file.Split('_');
        return parts.Length != 3
            ? null
            : new AptPackage(
                parts[0], Uri.UnescapeDataString(parts[1]), file,
                long.Parse(match.Groups["size"].Value, CultureInfo.InvariantCulture));
    }

    /// <summary>Reads the percentage from a line of apt's status; null for any other line.</summary>
    public static double? ParseStatus(string line)
    {
        string[] fields = line.Split(':');
        return fields is ["dlstatus", _, _, ..]
            && double.TryParse(fields[2], CultureInfo.InvariantCulture, out double percent) ? percent : null;
    }

    private static void Report(string line, Action<double> report)
    {
        if (ParseStatus(line) is { } percent)
            report(percent);
    }

    private string[] Arguments(params IEnumerable<string> arguments) => [.. arguments, "-c", _configuration];

    private GuestSetupException Failure(string what, DebianTool.Outcome outcome)
    {
        string why = _updateTrouble ?? Trouble(outcome) ?? $"apt ended with status {outcome.Status}";
        if (why.Contains("No space left", StringComparison.Ordinal)
            || why.Contains("enough free space", StringComparison.Ordinal))
            throw new IOException("No space left on device");
        return new GuestSetupException($"{what}: {why}; 'dbt run {EmbeddedRoms.TeachingKernel}' runs without");
    }

    // The first error, else the first warning about something that could not be fetched.
    private static string? Trouble(DebianTool.Outcome outcome)
    {
        string? line = outcome.Errors.FirstOrDefault(said => said.StartsWith("E: ", StringComparison.Ordinal))
            ?? outcome.Errors.FirstOrDefault(said => said.StartsWith("W: Failed", StringComparison.Ordinal));
        return line?[3..].Trim();
    }

    [GeneratedRegex("""^'[^']+' (?<file>\S+\.deb) (?<size>\d+)( |$)""")]
    private static partial Regex UriLine();
}

using System.Text.RegularExpressions;

namespace Dbt.Perf.Comparison;

/// <summary>
/// The lines in which a guest says what it computed and whether it was right; the same for every contender, or one of
/// them is wrong.
/// </summary>
internal sealed partial record Verdict(string Text)
{
    /// <summary>Picks them from a console's output.</summary>
    public static Verdict Of(IEnumerable<string> console) =>
        new(string.Join('\n', console.Where(line => Telling().IsMatch(line))));

    /// <summary>Whether the guest came to its end and found nothing wrong.</summary>
    public bool IsGood => Text.Length > 0 && !Text.Contains("FAIL", StringComparison.Ordinal) && Good().IsMatch(Text);

    [GeneratedRegex(@"^(\w+ checksum |ROM-|sysbench |program |BOOT-|FAIL )")]
    private static partial Regex Telling();

    [GeneratedRegex(@"(^|\n)(ROM-OK|BOOT-OK|sysbench \w+ \d+ ok|program \w+ ends)(\n|$)")]
    private static partial Regex Good();
}

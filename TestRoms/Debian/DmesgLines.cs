using System.Text.RegularExpressions;

namespace Dbt.TestRoms.Debian;

/// <summary>The kernel's log without what may differ between two machines that are alike (docs/departures.md).</summary>
internal static partial class DmesgLines
{
    public static string[] Normalize(string log) => [.. log.Split('\n').Select(line => Stamp().Replace(line, ""))];

    [GeneratedRegex(@"^\[ *\d+\.\d+\] ")]
    private static partial Regex Stamp();
}

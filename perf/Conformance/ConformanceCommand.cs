using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Dbt.TestRoms.Conformance;
using Xunit;

namespace Dbt.Perf.Conformance;

/// <summary><c>perf conformance</c>: what the tests ask outside oracles briefly, at length.</summary>
internal static class ConformanceCommand
{
    private static readonly IReadOnlyList<ConformancePart> _all =
        [.. ConformancePart.All, .. CompilersPart.All, .. ProgramsPart.All, EndurancePart.Part];

    private static readonly Argument<string[]> _parts = new Argument<string[]>("part")
    {
        Description = "Which questions; all without.",
        Arity = ArgumentArity.ZeroOrMore,
    }.AcceptOnlyFromAmong([.. _all.SelectMany(part => (string[])[part.Name, GroupOf(part)]).Distinct()]);

    private static readonly Option<int> _rounds = new("--rounds")
    {
        Description = "How often each is asked, each time of others.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> _seed = new("--seed")
    {
        Description = "The number of the first round: the same number asks the same.",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    /// <summary>Creates it.</summary>
    public static Command Create()
    {
        Command command = new(
            "conformance", "Asks outside oracles whether the guest sees what the manuals say; prints a Markdown table.")
        {
            _parts, _rounds, _seed,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        string[] names = options.GetValue(_parts) is { Length: > 0 } chosen
            ? chosen
            : [.. _all.Select(part => part.Name)];
        List<string> differences = [];
        Console.WriteLine("| part | what | oracle | tried | s | differences |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (ConformancePart part in _all.Where(part => names.Contains(part.Name) || names.Contains(GroupOf(part))))
        {
            long began = Stopwatch.GetTimestamp();
            PartResult result;
            try
            {
                result = part.Run(options.GetValue(_seed), options.GetValue(_rounds));
            }
            catch (SkipException missing)
            {
                result = new PartResult(missing.Message, []);
            }
            string seconds = Stopwatch.GetElapsedTime(began).TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
            Console.WriteLine(
                $"| `{part.Name}` | {part.Question} | {part.Oracle} | {result.Tried} | {seconds} | {result.Differences.Count} |");
            differences.AddRange(result.Differences);
        }
        foreach (string difference in differences)
            Console.WriteLine($"\n{difference}");
        return differences.Count == 0 ? 0 : 1;
    }

    // fuzz is fuzz-elf and all others.
    private static string GroupOf(ConformancePart part) => part.Name.Split('-')[0];
}

using System.CommandLine;
using Dbt.Hypervisor;
using Dbt.TestRoms.Conformance;
using Dbt.Tool.Terminal;

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

    private static readonly Option<Engine?> _engine = new("--engine")
    {
        Description = "Under which engine the parts compilers and programs run; without, under several in turn.",
        HelpName = "interp|threaded|dbt",
    };

    /// <summary>Creates it.</summary>
    public static Command Create()
    {
        Command command = new(
            "conformance", "Asks outside oracles whether the guest sees what the manuals say; prints a Markdown table.")
        {
            _parts, _rounds, _seed, _engine,
        };
        command.SetAction(Run);
        return command;
    }

    // Whoever stops it is told at once what there is, and then what is under way is put away.
    private static int Run(ParseResult options)
    {
        string[] names = options.GetValue(_parts) is { Length: > 0 } chosen
            ? chosen
            : [.. _all.Select(part => part.Name)];
        using CancellationTokenSource stop = new();
        ConformanceReport report = new();
        using HostSignals signals = new(() =>
        {
            report.Close("stopped");
            stop.Cancel();
        });
        foreach (ConformancePart part in _all.Where(part => names.Contains(part.Name) || names.Contains(GroupOf(part))))
        {
            report.Run(part, tell => new PartRun(tell)
            {
                Seed = options.GetValue(_seed),
                Rounds = options.GetValue(_rounds),
                Engine = options.GetValue(_engine),
                Stop = stop.Token,
            });
            if (signals.Received != 0)
                return 128 + signals.Received;
        }
        return report.Close() ? 0 : 1;
    }

    // fuzz is fuzz-elf and all others.
    private static string GroupOf(ConformancePart part) => part.Name.Split('-')[0];
}

using System.CommandLine;
using System.Globalization;
using Dbt.Perf.Contenders;
using Dbt.Perf.Guests;
using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.Tool.Comparison;
using Dbt.Tool.Options;
using Dbt.Tool.Running;

namespace Dbt.Perf.Comparison;

/// <summary><c>perf compare</c>: QEMU, dbt and the host side by side.</summary>
internal static class CompareCommand
{
    private static readonly Option<int> _runs = new("--runs")
    {
        Description = "Runs of each, in turn; the table shows medians.",
        HelpName = "N",
        DefaultValueFactory = _ => 5,
    };

    private static readonly Option<string> _suite = new Option<string>("--suite")
    {
        Description = "Which benchmarks.",
        DefaultValueFactory = _ => "all",
    }.AcceptOnlyFromAmong([.. Enum.GetNames<Suite>().Select(name => name.ToLowerInvariant()), "all"]);

    private static readonly Option<string?> _only = new("--only")
    {
        Description = $"Only these: {string.Join(", ", Catalog.Names)}.",
        HelpName = "NAME,NAME",
    };

    private static readonly Option<int?> _rounds = new("--rounds")
    {
        Description = "Rounds of all but the boot, about 10 ms of QEMU each. [default: 400]",
        HelpName = "N",
    };

    private static readonly Option<string> _endian = new Option<string>("--endian")
    {
        Description = "The byte order of the kernels; with big, Linux is left out.",
        DefaultValueFactory = _ => "little",
    }.AcceptOnlyFromAmong("little", "big");

    private static readonly Option<string?> _engine = new("--engine")
    {
        Description = "dbt's engine. [default: dbt's own default]",
        HelpName = "NAME",
    };

    private static readonly Option<int?> _secondLevel = new("--l2tlb")
    {
        Description = "dbt's second-level TLB; 0 keeps to the guest's own. [default: dbt's own default]",
        HelpName = "N",
    };

    private static readonly Option<string?> _tool = new("--dbt")
    {
        Description = "The dbt.dll to measure. [default: of the same build]",
        HelpName = "FILE",
    };

    private static readonly Option<int> _limit = new("--limit")
    {
        Description = "Seconds after which a run is given up.",
        HelpName = "N",
        DefaultValueFactory = _ => 600,
    };

    private static readonly Option<string?> _json = new("--json")
    {
        Description = "Also write every run to this file; - is standard output.",
        HelpName = "FILE",
    };

    /// <summary>Creates it.</summary>
    public static Command Create()
    {
        foreach (Option number in (Option[])[_runs, _rounds, _limit])
        {
            number.Validators.Add(given =>
            {
                if (given.Tokens is [{ Value: var text }]
                    && !(int.TryParse(text, CultureInfo.InvariantCulture, out int value) && value > 0))
                    given.AddError($"{number.Name} takes a number from 1, not '{text}'");
            });
        }
        Command command = new(
            "compare",
            "Runs the same guests under QEMU and dbt, and the kernels on the host, in turn; prints a Markdown table.")
        {
            _runs, _suite, _only, _rounds, _endian, _engine, _secondLevel, _tool, _limit, _json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dbt-compare");
        try
        {
            using OutputFile? json = OutputFile.Claim(_json.Name, options.GetValue(_json));
            Report report = Measure(options, folder.FullName);
            OutputOption.Beside(json).Write(MarkdownTable.Of(report));
            json?.Write(JsonReport.Of(report));
            return report.IsComplete && report.Results.All(result => result.Agrees) ? 0 : 1;
        }
        catch (Exception failure) when (failure is ComparisonException or GuestSetupException)
        {
            Console.Error.WriteLine($"perf: {failure.Message}");
            return 2;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Report Measure(ParseResult options, string folder)
    {
        Benchmark[] benchmarks = Choose(options);
        string[] dbtOptions =
        [
            .. options.GetValue(_engine) is { } engine ? (string[])["--engine", engine] : [],
            .. options.GetValue(_secondLevel) is { } entries ? (string[])["--l2tlb", Text(entries)] : [],
        ];
        GuestFiles guests = new(folder, OrderOf(options));
        QemuContender qemu = new(guests);
        Contest contest = new(
            [qemu, new DbtContender(guests, options.GetValue(_tool) ?? Repository.Tool, dbtOptions),
                new NativeContender(folder)],
            options.GetValue(_runs),
            TimeSpan.FromSeconds(options.GetValue(_limit)));
        if (NativeContender.CompilerVersion is null)
            Console.Error.WriteLine("perf: no gcc, so no native column: apt install gcc");
        List<Result> results = [];
        foreach (Benchmark benchmark in benchmarks)
        {
            try
            {
                results.Add(contest.Run(benchmark));
            }
            catch (ComparisonException failure)
            {
                Console.Error.WriteLine($"perf: {benchmark.Name}: {failure.Message}");
            }
        }
        return new Report(
            qemu.Version, NativeContender.CompilerVersion, dbtOptions, options.GetValue(_runs), results,
            IsComplete: results.Count == benchmarks.Length);
    }

    private static Benchmark[] Choose(ParseResult options)
    {
        string[]? names =
            options.GetValue(_only)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names?.FirstOrDefault(name => !Catalog.Names.Contains(name)) is { } unknown)
            throw new ComparisonException($"no benchmark '{unknown}': there are {string.Join(", ", Catalog.Names)}");
        string suite = options.GetValue(_suite)!;
        Benchmark[] chosen = [.. Catalog.Benchmarks(options.GetValue(_rounds)).Where(benchmark =>
            names?.Contains(benchmark.Name)
                ?? suite is "all" || benchmark.Suite.ToString().Equals(suite, StringComparison.OrdinalIgnoreCase))];
        if (OrderOf(options) == ByteOrder.Little)
            return chosen;
        // Debian has no big-endian kernel, and the user land of these benchmarks is Debian's.
        Benchmark[] kernels = [.. chosen.Where(benchmark => benchmark is RomBenchmark)];
        return kernels.Length > 0
            ? kernels
            : throw new ComparisonException("--endian big is for the suites int and fp");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static ByteOrder OrderOf(ParseResult options) =>
        options.GetValue(_endian) == "big" ? ByteOrder.Big : ByteOrder.Little;
}

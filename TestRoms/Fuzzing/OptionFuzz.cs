using System.CommandLine;
using System.Diagnostics;
using Dbt.TestRoms.CommandLine;
using Dbt.TestRoms.Instructions;

namespace Dbt.TestRoms.Fuzzing;

/// <summary>
/// Command lines of random words, options and values. dbt as a process of its own ends, in a time that a short guest takes, says nothing of exceptions,
/// and with status 2 exactly one line.
/// </summary>
internal static class OptionFuzz
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private static readonly string[] s_guests = ["timer", "tlb", "mips16-be", "kernel", "panic-wait", "hello", "nothing", "/", "/dev/null", "/etc/passwd", "", "-", "debian-"];

    private static readonly string[] s_values =
    [
        "0", "1", "2", "-1", "10", "16M", "64M", "2G", "3G", "1e3", "1e999", "1e-5", "0.5", ".", "+1", "0x10", "0x80000000", "80000000", "80000000,80000004", "ffffffff", "100000000", "18446744073709551616",
        "NaN", "infinity", "", " ", ",", ",,", "a,b", "1,1", "interp", "threaded", "dbt", "interp,dbt", "dbt,dbt", "none", "kvm", "full", "virtual", "host", "little", "big", "on", "off", "true", "false", "json", "-", "--", "/",
        "/dev/null", "/dev/full", "/nonexistent/file", "relative/nothing", "a:b", "/etc/passwd:/etc/passwd", ":", "a:", ":b", "\e[31mred", "two\nlines", "\ttab", "é", "日本", "\u202e", "'", "\"", "\\", "*", "$HOME", "%s%n",
        "@/etc/passwd", "@nothing", "[diagram]", "[suggest]", "--help", "--version", "-h", "-?", "/?", new('9', 40), new('x', 5000), "00000000000000000000000001", "１０", "1_000", "1 000", "1,000",
    ];

    private static readonly (string Option, string Value)[] s_limits = [("--insns", "20000"), ("--limit", "5")];

    /// <summary>The first findings.</summary>
    public static IReadOnlyList<string> Findings(int first, int count)
    {
        List<string> findings = [];
        for (int seed = first; seed < first + count && findings.Count < Attempt.MostFindings; seed++)
        {
            string[] arguments = Make(new SeededRandom($"options {seed}"));
            // One of its own: what a command line wrote is nothing to the next.
            string folder = Directory.CreateTempSubdirectory("dbt-fuzz-").FullName;
            if (FaultOf(arguments, folder) is { } fault)
                findings.Add($"options {seed}: dbt {string.Join(' ', arguments.Select(Shown))}: {fault}");
            Directory.Delete(folder, recursive: true);
        }
        return findings;
    }

    private static string[] Make(SeededRandom random)
    {
        Command root = Tool.CommandLine.CreateRoot();
        Command[] commands = [.. root.Subcommands.Where(command => !command.Hidden), .. root.Subcommands.SelectMany(command => command.Subcommands)];
        Command command = random.Pick(commands);
        List<string> words = [.. PathOf(command)];
        if (random.Below(20) == 0)
            words.Insert(random.Below(words.Count + 1), random.Pick(s_values));
        foreach (Argument argument in command.Arguments)
        {
            for (int i = argument.Arity.MaximumNumberOfValues > 1 ? random.Below(3) : random.Below(10) == 0 ? 0 : 1; i > 0; i--)
                words.Add(random.Below(8) == 0 ? random.Pick(s_values) : random.Pick(s_guests));
        }
        Option[] options = [.. command.Options];
        for (int i = random.Below(4); i > 0 && options.Length > 0; i--)
        {
            Option option = random.Pick(options);
            words.Add(random.Below(12) == 0 ? option.Name + "x" : option.Name);
            if (option.ValueType != typeof(bool) && random.Below(10) != 0)
                words.Add(random.Pick(s_values));
        }
        // What it runs, it runs for a moment.
        foreach ((string limit, string value) in s_limits.Where(limit => options.Any(option => option.Name == limit.Option) && !words.Contains(limit.Option)))
            words.AddRange([limit, value]);
        return [.. words];
    }

    private static IEnumerable<string> PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? [.. PathOf(parent), command.Name] : [command.Name];

    private static string? FaultOf(string[] arguments, string folder)
    {
        // Neither fetches anything nor writes where the user has something.
        Dictionary<string, string?> environment = new() { ["XDG_CACHE_HOME"] = folder, ["HOME"] = folder, ["PATH"] = folder };
        using Process process = DbtProcess.StartIn(folder, environment, arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            return $"does not end within {s_limit.TotalSeconds:0} s";
        }
        string[] lines = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Concat(output.Result.Split('\n')).FirstOrDefault(IsTrace) is { } trace)
            return $"shows what is nobody's business: {trace}";
        if (errors.Result.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')))
            return $"writes a control character to the terminal: {Shown(errors.Result)}";
        return process.ExitCode switch
        {
            2 when lines is not [var line] || !line.StartsWith("dbt: ", StringComparison.Ordinal) => $"status 2 with {lines.Length} lines: {Shown(errors.Result)}",
            2 when lines[0].Contains("DBT_DEBUG", StringComparison.Ordinal) => $"did not see it coming: {lines[0]}",
            >= 0 and < 128 => null,
            _ => $"status {process.ExitCode}: {Shown(errors.Result)}",
        };
    }

    private static bool IsTrace(string line) =>
        line.TrimStart().StartsWith("at Dbt.", StringComparison.Ordinal) || line.Contains("Unhandled exception", StringComparison.Ordinal) || line.Contains("System.", StringComparison.Ordinal);

    private static string Shown(string text) => $"'{Tool.Terminal.Message.Plain(text)}'";
}

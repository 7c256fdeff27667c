namespace Dbt.Tool.Options;

/// <summary>The options about what is said of a run at its end.</summary>
internal static class FigureOptions
{
    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Figures");

    /// <summary><c>--stats</c>.</summary>
    public static readonly DeclaredOption<bool> Stats =
        new(Group, "--stats", null, "Print figures about the run at its end.")
        {
            SetsMachine = (machine, on) => machine with { TimeExits = on },
            SetsRun = (run, on) => run with { Statistics = on },
        };

    /// <summary><c>--stats-json</c>.</summary>
    public static readonly DeclaredOption<string?> StatsJson =
        new(Group, "--stats-json", "FILE", "Write the figures to this file, or - for standard output, as JSON.");

    /// <summary><c>--count-links</c>.</summary>
    public static readonly DeclaredOption<bool> CountLinks = new(
        Group, "--count-links", null,
        "dbt: have translated code count how often it leads directly to other translated code, for --stats; that costs it a little.")
    {
        Refuses = EngineOptions.NeedsTranslation,
        SetsMachine = (machine, on) => machine with { CountLinks = on },
    };
}

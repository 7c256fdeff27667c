using System.Globalization;
using System.Text.Json;
using Dbt.Hypervisor.Accounting;
using Dbt.Tool.Terminal;
using Spectre.Console;

namespace Dbt.Tool.Running;

/// <summary>The figures of a run for people (<c>--stats</c>) and for programs (<c>--stats-json</c>).</summary>
internal static class RunStatistics
{
    private static readonly CultureInfo _invariant = CultureInfo.InvariantCulture;
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Prints them on standard error.</summary>
    public static void Print(RunFigures figures, ExitAccount exits)
    {
        Tables.PrintAsError(RunTable(figures));
        if (figures.Translation is { } translation)
            Tables.PrintAsError(TranslationTable(translation));
        Tables.PrintAsError(StageTable(figures.Stages));
        Tables.PrintAsError(ExitTables.Exits(exits, figures.ShadowTlb.Misses));
        Tables.PrintAsError(ExitTables.Registers(exits));
    }

    /// <summary>Writes them as JSON.</summary>
    public static string ToJson(RunFigures figures) => JsonSerializer.Serialize(figures, _json) + "\n";

    /// <summary>Reads what was written to a file.</summary>
    public static RunFigures Read(string path) =>
        JsonSerializer.Deserialize<RunFigures>(File.ReadAllText(path), _json)!;

    private static Table RunTable(RunFigures figures)
    {
        Table table = Empty();
        table.AddRow("engine", figures.Engine);
        table.AddRow("instructions", Format(figures.Instructions));
        AddInstructions(table, "kernel", figures.Kernel, figures.Instructions);
        AddInstructions(table, "user", figures.User, figures.Instructions);
        table.AddRow("guest time", Seconds(figures.GuestSeconds));
        table.AddRow("host time", Seconds(figures.HostSeconds));
        table.AddRow("speed", string.Create(_invariant, $"{figures.Mips:N1} MIPS"));
        return table;
    }

    private static void AddInstructions(Table table, string mode, RetiredInstructions retired, long all)
    {
        foreach ((string engine, long count) in ((string, long)[])[("interpreted", retired.Interpreted),
            ("threaded", retired.Threaded), ("translated", retired.Translated), ("polling, skipped", retired.Polled)])
        {
            if (count > 0)
                table.AddRow($"  {mode}, {engine}", string.Create(_invariant, $"{100.0 * count / all:N2} %"));
        }
    }

    internal static Table TranslationTable(TranslationFigures translation)
    {
        Table table = Empty();
        table.AddRow("regions reused", Format(translation.Reused));
        table.AddRow("regions requested", Format(translation.Requested));
        table.AddRow("regions refused", Format(translation.Refused));
        if (translation.FirstRefusal is { } refusal)
            table.AddRow("  first at", Markup.Escape(refusal));
        table.AddRow("fragments made", Format(translation.Made));
        table.AddRow("  again", Format(translation.Retranslated));
        table.AddRow("  widened", Format(translation.Widened));
        table.AddRow("  too late", Format(translation.Discarded));
        table.AddRow("fragments retired", Format(translation.Retired));
        table.AddRow("fragments alive", Format(translation.Live));
        if (translation.HostBytes is { } bytes)
            table.AddRow("  bytes of host code", Format(bytes));
        table.AddRow("links made", Format(translation.Links));
        table.AddRow("returns to the dispatcher", Format(translation.DispatcherReturns));
        if (translation.LinksFollowed is { } links)
            table.AddRow("links followed", Format(links));
        table.AddRow("time to form regions", Seconds(translation.FormationSeconds));
        table.AddRow("time to emit IL", Seconds(translation.EmissionSeconds));
        table.AddRow("time in the JIT", Seconds(translation.JitSeconds));
        return table;
    }

    private static Table StageTable(StageFigures stages)
    {
        Table table = Empty();
        table.AddRow("guest TLB: hits", Format(stages.TlbHits));
        if (stages.SecondLevelHits > 0)
            table.AddRow("  second level: hits", Format(stages.SecondLevelHits));
        if (stages.Walks > 0)
        {
            table.AddRow("  page tables: translations made", Format(stages.Walks));
            table.AddRow("    dropped by a store", Format(stages.WalksDropped));
        }
        table.AddRow("  misses", Format(stages.TlbMisses));
        table.AddRow("  refill exceptions", Format(stages.Refills));
        table.AddRow("  invalid", Format(stages.Invalid));
        table.AddRow("  modified", Format(stages.Modified));
        table.AddRow("  not needed: unmapped", Format(stages.Unmapped));
        table.AddRow("guest_pmap: pages", Format(stages.PmapPages));
        table.AddRow("  holes", Format(stages.PmapHoles));
        table.AddRow("  changes", Format(stages.PmapChanges));
        table.AddRow("shadow TLB: fills", Format(stages.Fills.Sum(fill => fill.Count)));
        table.AddRow("  ahead, by TLB writes", Format(stages.FillsAhead));
        foreach (FillFigures fill in stages.Fills)
            table.AddRow($"  {fill.Mode}, {fill.Access}", Format(fill.Count));
        table.AddRow("  dropped", Format(stages.Dropped));
        table.AddRow("  overflows", Format(stages.Overflows));
        table.AddRow("  stores revoked", Format(stages.Revocations));
        if (stages.TracedWrites > 0)
        {
            table.AddRow("traced pages at the end", Format(stages.TracedPages));
            table.AddRow("  stores seen", Format(stages.TracedWrites));
        }
        return table;
    }

    private static Table Empty() =>
        new Table().Border(TableBorder.Simple).HideHeaders().AddColumn("")
            .AddColumn(new TableColumn("").RightAligned());

    private static string Format(long count) => count.ToString("N0", _invariant);

    private static string Seconds(double seconds) => string.Create(_invariant, $"{seconds:N3} s");
}

using Spectre.Console;

namespace Dbt.Tool.Study;

/// <summary>A study as tables for a terminal.</summary>
internal static class StudyTable
{
    /// <summary>A column for each policy.</summary>
    public static Table Policies(StudyFigures study)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (PolicyFigures policy in study.Policies)
            table.AddColumn(new TableColumn(PatchStudy.TitleOf(policy.Policy)).RightAligned());
        foreach (StudyRow row in StudyRows.Of(study))
            table.AddRow([row.IsPart ? $"  {row.Name}" : row.Name, .. row.Values]);
        return table;
    }

    /// <summary>Exits of the root's own guests, as we have counted them and as KVM has.</summary>
    public static Table Nested(StudyFigures study)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("exit of a nested guest").AddColumn(new TableColumn("count").RightAligned())
            .AddColumn("KVM's counter").AddColumn(new TableColumn("KVM's count").RightAligned());
        foreach (NestedExit exit in study.Nested)
        {
            table.AddRow(
                exit.Reason, StudyRows.Count(exit.Count), exit.KvmCounter,
                exit.KvmCount is { } count ? StudyRows.Count(count) : "");
        }
        return table;
    }

    /// <summary>The sites executed most, before and after.</summary>
    public static Table Sites(StudyFigures study, int most)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("site").AddColumn("before").AddColumn("after (kvm)").AddColumn("after (full)")
                .AddColumn(new TableColumn("executions").RightAligned());
        foreach (SiteFigures site in study.Sites.Take(most))
        {
            string[] row = [site.Symbol is null
                ? site.Pc
                : $"{site.Pc} {site.Symbol}", site.Before, site.Kvm ?? "traps", site.Full
                    ?? "traps", StudyRows.Count(site.Executions)];
            table.AddRow([.. row.Select(Markup.Escape)]);
        }
        return table;
    }
}

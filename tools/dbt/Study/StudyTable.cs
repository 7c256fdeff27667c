using System.Globalization;
using Spectre.Console;

namespace Dbt.Tool.Study;

/// <summary>A study as tables for a person.</summary>
internal static class StudyTable
{
    private static readonly CultureInfo _invariant = CultureInfo.InvariantCulture;

    /// <summary>A column for each policy.</summary>
    public static Table Policies(StudyFigures study)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (PolicyFigures policy in study.Policies)
            table.AddColumn(new TableColumn($"--patch {policy.Policy}").RightAligned());
        void Row(string name, Func<PolicyFigures, string> value) => table.AddRow([name, .. study.Policies.Select(value)]);
        string[] reasons = [.. study.Policies.SelectMany(policy => policy.Reasons).OrderByDescending(reason => reason.Count).Select(reason => reason.Reason).Distinct()];
        ReasonFigures? Find(PolicyFigures policy, string reason) => policy.Reasons.FirstOrDefault(figures => figures.Reason == reason);
        bool IsInstruction(string reason) => study.Policies.Any(policy => Find(policy, reason) is { IsInstruction: true });

        Row("sites patched", policy => Count(policy.SitesPatched));
        Row("instructions that exited", policy => Count(policy.Exits));
        foreach (string reason in reasons.Where(IsInstruction))
            Row($"  {reason}", policy => Count(Find(policy, reason)?.Count ?? 0));
        Row("executed without an exit", policy => Count(policy.PatchedExecutions));
        Row("time in those exits", policy => string.Create(_invariant, $"{1000 * policy.ExitSeconds:N1} ms"));
        Row("other exits", policy => Count(policy.Reasons.Where(reason => !reason.IsInstruction).Sum(reason => reason.Count)));
        foreach (string reason in reasons.Where(reason => !IsInstruction(reason)))
            Row($"  {reason}", policy => Count(Find(policy, reason)?.Count ?? 0));
        Row("instructions", policy => Count(policy.Instructions));
        Row("total time", policy => string.Create(_invariant, $"{policy.Seconds:N2} s"));
        Row($"faster than {study.Policies[0].Policy}", policy => string.Create(_invariant, $"{study.Policies[0].Seconds / policy.Seconds:N2} ×"));
        return table;
    }

    /// <summary>The sites executed most, before and after.</summary>
    public static Table Sites(StudyFigures study, int most)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("site").AddColumn("before").AddColumn("after (kvm)").AddColumn("after (full)").AddColumn(new TableColumn("executions").RightAligned());
        foreach (SiteFigures site in study.Sites.Take(most))
        {
            string[] row = [site.Symbol is null ? site.Pc : $"{site.Pc} {site.Symbol}", site.Before, site.Kvm ?? "traps", site.Full ?? "traps", Count(site.Executions)];
            table.AddRow([.. row.Select(Markup.Escape)]);
        }
        return table;
    }

    private static string Count(long count) => count.ToString("N0", _invariant);
}

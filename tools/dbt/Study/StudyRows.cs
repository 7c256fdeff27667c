using System.Globalization;
using Dbt.Hypervisor;

namespace Dbt.Tool.Study;

/// <summary>A row of a study's table.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="IsPart">Whether it is a part of the row before it that is none.</param>
/// <param name="Values">What it shows for each policy.</param>
internal sealed record StudyRow(string Name, bool IsPart, IReadOnlyList<string> Values);

/// <summary>A study's figures as text, however they are set.</summary>
internal static class StudyRows
{
    private static readonly CultureInfo _invariant = CultureInfo.InvariantCulture;

    /// <summary>All rows about the policies.</summary>
    public static IReadOnlyList<StudyRow> Of(StudyFigures study)
    {
        StudyRow Row(string name, Func<PolicyFigures, string> value) =>
            new(name, false, [.. study.Policies.Select(value)]);
        IEnumerable<StudyRow> Parts(bool instructions) => Reasons(study, instructions)
            .Select(reason =>
                new StudyRow(
                    reason, true,
                    [.. study.Policies.Select(
                        policy => Count(
                            policy.Reasons.FirstOrDefault(figures => figures.Reason == reason)?.Count ?? 0))]));
        return
        [
            Row("sites patched", policy => Count(policy.SitesPatched)),
            Row("instructions that exited", policy => Count(policy.Exits)),
            .. Parts(instructions: true),
            Row("executed without an exit", policy => Count(policy.PatchedExecutions)),
            Row("time in those exits", policy => string.Create(_invariant, $"{1000 * policy.ExitSeconds:N1} ms")),
            Row("other exits",
                policy => Count(policy.Reasons.Where(reason => !reason.IsInstruction).Sum(reason => reason.Count))),
            .. Parts(instructions: false),
            Row("the guest's end", policy => EndOf(policy.End)),
            Row("instructions", policy => Count(policy.Instructions)),
            Row("total time", policy => string.Create(_invariant, $"{policy.Seconds:N2} s")),
            Row($"faster than {study.Policies[0].Policy}",
                policy => string.Create(_invariant, $"{study.Policies[0].Seconds / policy.Seconds:N2} ×")),
        ];
    }

    /// <summary>The reasons that occurred under any policy, the most frequent first.</summary>
    public static IReadOnlyList<string> Reasons(StudyFigures study, bool instructions) =>
        [.. study.Policies.SelectMany(policy => policy.Reasons).Where(reason => reason.IsInstruction == instructions)
            .OrderByDescending(reason => reason.Count).Select(reason => reason.Reason).Distinct()];

    private static string EndOf(string reason) => reason switch
    {
        nameof(StopReason.PoweredOff) => "power-off",
        nameof(StopReason.Reset) => "reset",
        nameof(StopReason.Halted) => "halt",
        _ => "cut off",
    };

    /// <summary>A count.</summary>
    public static string Count(long count) => count.ToString("N0", _invariant);
}

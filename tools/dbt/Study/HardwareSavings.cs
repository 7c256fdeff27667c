using System.Globalization;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;

namespace Dbt.Tool.Study;

/// <summary>What a virtualization module would have saved: what the column <c>vz</c> says beside the others.</summary>
internal static class HardwareSavings
{
    private static readonly CultureInfo _invariant = CultureInfo.InvariantCulture;

    private static readonly string _column = PatchStudy.NameOf(PatchPolicy.Vz);

    private static readonly string[] _devices = Names(ExitCounter.MmioLoad, ExitCounter.MmioStore);

    private static readonly string[] _memory =
        Names(ExitCounter.ShadowFill, ExitCounter.TlbMissLoad, ExitCounter.TlbMissStore, ExitCounter.TlbMod);

    private static readonly string[] _sensitive = Names(ExitCounter.VzGpsi), _fields = Names(ExitCounter.VzGsfc);

    // What the translator and the clock want whoever has which exits.
    private static readonly string[] _ours = Names(ExitCounter.Budget, ExitCounter.CodeStore, ExitCounter.CopyOnWrite);

    /// <summary>
    /// Kinds of exits but for accesses to devices, whatever their names under a policy, and the reasons that are of
    /// each.
    /// </summary>
    public static IReadOnlyList<(string Kind, IReadOnlyList<string> Reasons)> Kinds(StudyFigures study)
    {
        ReasonFigures[] all =
            [.. study.Policies.SelectMany(policy => policy.Reasons).DistinctBy(reason => reason.Reason)];
        string[] hardware = [.. _sensitive, .. _fields];
        string[] instructions =
        [
            .. all.Where(reason => reason.IsInstruction && !hardware.Contains(reason.Reason))
                .Select(reason => reason.Reason),
        ];
        string[] named = [.. instructions, .. _memory, .. _devices, .. hardware, .. _ours];
        return
        [
            ("instructions", instructions),
            ("TLBs", _memory),
            ("exceptions, interrupts", [.. all.Select(reason => reason.Reason).Except(named)]),
            (_sensitive[0], _sensitive),
            (_fields[0], _fields),
            ("others", _ours),
        ];
    }

    /// <summary>The answer in a sentence; null where there is no such column.</summary>
    public static string? Of(StudyFigures study)
    {
        if (study.Policies.FirstOrDefault(policy => policy.Policy == _column) is not { } hardware)
            return null;
        long left = Exits(hardware);
        string Times(PolicyFigures policy) => string.Create(
            _invariant,
            $"{StudyRows.Count(Exits(policy))} times under {policy.Policy} ({Saved(left, Exits(policy)):P1} saved)");
        string others =
            string.Join(", ", study.Policies.Where(policy => policy.Policy != _column).Select(Times));
        string reasons = string.Join(
            ", ", hardware.Reasons.Where(reason => !_devices.Contains(reason.Reason))
                .OrderByDescending(reason => reason.Count)
                .Select(reason => $"{StudyRows.Count(reason.Count)} {reason.Reason}"));
        long devices = hardware.Reasons.Sum(reason => reason.Count) - left;
        return $"What would the hardware have saved? Not the {StudyRows.Count(devices)} accesses to devices. But for these the guest exits {others}, and {StudyRows.Count(left)} times under {_column}{(left == 0 ? "" : $": {reasons}")}.";
    }

    // But for accesses to devices, which are exits everywhere.
    private static long Exits(PolicyFigures policy) =>
        policy.Reasons.Where(reason => !_devices.Contains(reason.Reason)).Sum(reason => reason.Count);

    private static double Saved(long left, long exits) => exits == 0 ? 0 : 1 - (double)left / exits;

    private static string[] Names(params ExitCounter[] counters) => [.. counters.Select(ExitAccount.NameOf)];
}

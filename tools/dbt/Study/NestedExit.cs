using System.Globalization;
using Dbt.Hypervisor.Accounting;

namespace Dbt.Tool.Study;

/// <summary>A reason for exits of guests under a root that is code, counted by us and by the root.</summary>
/// <param name="Reason">Our name of it.</param>
/// <param name="Count">What we have counted.</param>
/// <param name="KvmCounter">What Linux's KVM counts it under; empty for what it does not count.</param>
/// <param name="KvmCount">What KVM has counted, as the root has printed it; null where it has not.</param>
internal sealed record NestedExit(string Reason, long Count, string KvmCounter, long? KvmCount)
{
    /// <summary>Every reason of a run that has occurred, or that the root has counted.</summary>
    /// <param name="exits">Our account.</param>
    /// <param name="output">What the root has printed: among other lines, a counter's name and its count.</param>
    public static IReadOnlyList<NestedExit> Of(ExitAccount exits, IReadOnlyList<string> output)
    {
        Dictionary<string, long> printed = [];
        foreach (string[] words in output.Select(line => line.Trim().Split(' ')))
        {
            if (words is [var name, var number]
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count))
                printed[name] = count;
        }
        return
        [
            .. exits.All.Where(exit => exit.Counter is >= ExitCounter.VzGpsi and <= ExitCounter.VzInterrupt)
                .Select(exit => new NestedExit(
                    ExitAccount.NameOf(exit.Counter), exit.Count, exits.KvmCounterOf(exit.Counter),
                    printed.TryGetValue(exits.KvmCounterOf(exit.Counter), out long count) ? count : null))
                .Where(exit => exit.Count > 0 || exit.KvmCount > 0),
        ];
    }
}

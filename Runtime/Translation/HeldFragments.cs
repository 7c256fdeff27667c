using System.Diagnostics.CodeAnalysis;

namespace Dbt.Runtime.Translation;

/// <summary>Fragments that are compiled, and to be published after a number of instructions each.</summary>
/// <param name="lateness">How much later.</param>
internal sealed class HeldFragments(Lateness lateness)
{
    private readonly PriorityQueue<Fragment, long> _held = new();

#pragma warning disable CA5394 // The times are to repeat, not to be secret.
    private readonly Random _random = new(lateness.Seed);

    /// <summary>Whether there is any.</summary>
    public bool Any => _held.Count > 0;

    /// <summary>Holds one back.</summary>
    /// <param name="fragment">The fragment.</param>
    /// <param name="retired">How many instructions are retired.</param>
    public void Hold(Fragment fragment, long retired) =>
        _held.Enqueue(fragment, retired + _random.NextInt64(lateness.Most + 1));
#pragma warning restore CA5394

    /// <summary>Takes one whose time has come.</summary>
    /// <param name="retired">How many instructions are retired.</param>
    /// <param name="fragment">The fragment.</param>
    public bool TryRelease(long retired, [MaybeNullWhen(false)] out Fragment fragment) =>
        _held.TryPeek(out fragment, out long due) && due <= retired && _held.TryDequeue(out fragment, out _);
}

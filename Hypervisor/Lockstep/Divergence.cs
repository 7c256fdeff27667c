using Dbt.Runtime.Translation;

namespace Dbt.Hypervisor.Lockstep;

/// <summary>Two engines that do not agree, and where that begins.</summary>
public sealed record Divergence
{
    /// <summary>Instructions since power-on up to which both agreed in everything.</summary>
    public required long Agreed { get; init; }

    /// <summary>The first stop at which they do not.</summary>
    public required long Differs { get; init; }

    /// <summary>
    /// Whether running both again showed it again, and <see cref="Agreed"/> and <see cref="Differs"/> are as close as
    /// they can be. If not, they are the stops between which it was first seen.
    /// </summary>
    public required bool IsNarrowed { get; init; }

    /// <summary>The reference at <see cref="Differs"/>.</summary>
    public required MachineState Reference { get; init; }

    /// <summary>The subject there.</summary>
    public required MachineState Subject { get; init; }

    /// <summary>The first words of RAM that differ there.</summary>
    public required IReadOnlyList<MemoryDifference> Memory { get; init; }

    /// <summary>The last units the reference executed before <see cref="Differs"/>, the latest last.</summary>
    public IReadOnlyList<TracedUnit> Trace { get; init; } = [];

    /// <summary>
    /// The unit that most likely is executed wrongly: the last that, by its instructions, writes something that
    /// differs; or else the last of all.
    /// </summary>
    public TracedUnit? Culprit { get; init; }

    /// <summary>The subject's fragments with the culprit's code.</summary>
    public IReadOnlyList<Fragment> Fragments { get; init; } = [];
}

/// <summary>A word of RAM that differs.</summary>
/// <param name="Offset">Where, from the start of RAM.</param>
/// <param name="Reference">What the reference has there.</param>
/// <param name="Subject">What the subject has there.</param>
public readonly record struct MemoryDifference(ulong Offset, uint Reference, uint Subject);

/// <summary>A unit that was executed: an instruction, or a branch and its delay slot.</summary>
/// <param name="Retired">Instructions retired before it.</param>
/// <param name="Pc">Its address.</param>
/// <param name="Words">Its instructions; none where they could not be fetched.</param>
public sealed record TracedUnit(long Retired, uint Pc, IReadOnlyList<uint> Words);

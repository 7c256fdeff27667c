using Dbt.Runtime.Translation;

namespace Dbt.Hypervisor.Lockstep;

/// <summary>How running two engines side by side ended.</summary>
/// <param name="Instructions">Instructions after which both agreed.</param>
/// <param name="Slices">Comparisons.</param>
/// <param name="Reason">Why the reference stopped.</param>
/// <param name="Divergence">Where they do not agree; null if they do.</param>
/// <param name="FirstRefusal">A region that one of them could not compile; null if there is none.</param>
public sealed record LockstepResult(
    long Instructions, long Slices, StopReason Reason, Divergence? Divergence, Refusal? FirstRefusal);

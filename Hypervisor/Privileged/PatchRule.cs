using Dbt.Translator.Patches;

namespace Dbt.Hypervisor.Privileged;

/// <summary>What a patched instruction does: one of the <see cref="PatchMeanings{P, V}"/> each.</summary>
public enum PatchKind
{
    /// <summary>MFC0.</summary>
    MoveFrom,

    /// <summary>MTC0.</summary>
    MoveTo,

    /// <summary>MTC0 of Status, where a store that leaves kernel mode or lets an interrupt in must exit.</summary>
    MoveToStatus,

    /// <summary>DI.</summary>
    Disable,

    /// <summary>EI.</summary>
    Enable,

    /// <summary>An operation on the cache by index: nothing, for there is no cache.</summary>
    IndexOperation,

    /// <summary>An operation on the cache by address.</summary>
    HitOperation,

    /// <summary>MTC0 of EntryLo, where PageGrain says whether RI and XI can be set.</summary>
    MoveToEntryLo,
}

/// <summary>What a policy says of a patched instruction.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Register">The register that it is about, by <see cref="Cop0Register"/>.</param>
/// <param name="Writable">The bits that a store changes.</param>
/// <param name="Sensitive">The bits whose change must exit.</param>
public readonly record struct PatchRule(PatchKind Kind, int Register = 0, uint Writable = 0, uint Sensitive = 0);

/// <summary>A patch, as the translator carries it out.</summary>
/// <param name="rule">What the policy says of it.</param>
/// <param name="isPageReversed">Whether registers lie on the page in the other byte order than the host's.</param>
internal sealed class RegisterPatch(PatchRule rule, bool isPageReversed) : Patch
{
    /// <inheritdoc/>
    public override int Kind => (int)rule.Kind;

    /// <inheritdoc/>
    public override int Register => rule.Register;

    /// <inheritdoc/>
    public override bool IsPageReversed => isPageReversed;

    /// <inheritdoc/>
    public override void CarryOut<P, V>(ref P cpu) => PatchMeanings<P, V>.CarryOut(ref cpu, rule);
}

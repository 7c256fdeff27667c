using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// Patches sensitive instructions when they trap for the first time, and carries out for the interpreter what has been
/// patched, so that a run has the same exits whatever the engine.
/// </summary>
/// <param name="state">The guest's registers.</param>
/// <param name="context">The privileged context that the guest's code runs in.</param>
/// <param name="memory">The way to memory.</param>
/// <param name="plan">What is patched, and where.</param>
/// <param name="sites">What has been.</param>
public sealed unsafe class SitePatcher(
    GuestState* state, PrivilegedContext context, MemoryPath memory, PatchPlan plan, PatchSites sites) : IHasState
{
    private readonly GuestState* _state = state;
    private int _overwritten;

    /// <summary>What is patched, and where.</summary>
    public PatchPlan Plan => plan;

    /// <summary>The instructions that have been patched in the translation.</summary>
    public PatchSites Sites => sites;

    /// <summary>How many instructions have trapped and been patched.</summary>
    public int Count => plan.InMemory ? _overwritten : sites.Count;

    private LeftUnit Unit => new(_state);

    /// <summary>
    /// Carries out the instruction that left, if it has been patched, as its patch does. One that can be patched but
    /// has not been is, and traps for the last time.
    /// </summary>
    public bool TryCarryOut(ExitReason reason)
    {
        Instruction word = Unit.Word;
        if (plan.Table is not { } patches || (_state->Mode & TranslationMode.Kernel) == 0
            || !patches.Replaces(reason, word) || !patches.HasForm(word) && !IsSitePatched(word))
            return false;
        PatchRule rule = patches.RuleOf(reason, word);
        var patched = new PatchedUnit(_state, context.Cop0, memory.Mmu, rule.Register);
        PatchMeanings<PatchedUnit, Word32>.CarryOut(ref patched, rule);
        if (patched.MustExit)
            return false;
        Unit.Complete();
        return true;
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("sites", sites);
        walk.Value("overwritten", ref _overwritten);
    }

    /// <summary>Whether the instruction that left has been patched; if it has not been, it is from now on.</summary>
    private bool IsSitePatched(Instruction word)
    {
        uint pc = Unit.SitePc;
        if (plan.InMemory)
        {
            if (memory.Virtual.Overwrite(
                pc, plan.RegisterPage is { } page ? KvmReplacement.Of(word, page) : ParavirtualForm.Of(word)))
                _overwritten++;
            return false;
        }
        // An access since the fetch may have pushed the page out of the shadow TLB.
        nint host = memory.Virtual.HostOfCode(pc);
        if (host == 0)
            return false;
        if (sites.Contains(host))
            return true;
        sites.Add(host, pc);
        return false;
    }
}

using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;
using Dbt.Translator.Emission;
using Dbt.Translator.Instructions;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// Patches sensitive instructions when they trap for the first time, and carries out for the interpreter what has been patched, so that
/// a run has the same exits whatever the engine.
/// </summary>
/// <param name="state">The guest's registers.</param>
/// <param name="context">The privileged context that the guest's code runs in.</param>
/// <param name="memory">The way to memory.</param>
/// <param name="plan">What is patched, and where.</param>
/// <param name="sites">What has been.</param>
public sealed unsafe class SitePatcher(GuestState* state, PrivilegedContext context, MemoryPath memory, PatchPlan plan, PatchSites sites) : IHasState
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
    /// Carries out the instruction that left, if it has been patched, as its patch does. One that can be patched but has not been is, and
    /// traps for the last time.
    /// </summary>
    public bool TryCarryOut(ExitReason reason)
    {
        Instruction word = Unit.Word;
        if (plan.Table is not { } patches || (_state->Mode & TranslationMode.Kernel) == 0
            || !patches.Replaces(reason, word) || !patches.HasForm(word) && !IsSitePatched(word))
            return false;
        Cop0 cop0 = context.Cop0;
        int register = Unit.Cop0Operand;
        uint status = cop0[Status], value = Unit.Register(word.Rt);
        switch (reason)
        {
            case ExitReason.Mfc0:
                Unit.SetRegister(word.Rt, cop0[register]);
                break;
            case ExitReason.Mtc0:
                if (patches.MustExit(register, cop0[register], value, cop0[Cause]))
                    return false;
                uint writable = patches.Stores[register].Writable;
                cop0[register] = cop0[register] & ~writable | value & writable;
                break;
            case ExitReason.Di:
                cop0[Status] = status & ~StatusBits.Ie;
                Unit.SetRegister(word.Rt, status);
                break;
            case ExitReason.Ei:
                if (PatchTable.LetsInterruptIn(status | StatusBits.Ie, cop0[Cause]))
                    return false;
                cop0[Status] = status | StatusBits.Ie;
                Unit.SetRegister(word.Rt, status);
                break;
            case ExitReason.Cache when Unit.NamesLineByAddress && !memory.Mmu.Touch(Unit.Address):
                return false;
        }
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
            if (memory.Virtual.Overwrite(pc, plan.RegisterPage is { } page ? KvmReplacement.Of(word, page) : ParavirtualForm.Of(word)))
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

using Dbt.Translator.Instructions;
using Dbt.Translator.Patches;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// What patched instructions mean, each written once: the interpreter, threaded handlers and regions derive from it, as
/// from the rows of the instruction table. What must exit all the same, does so as if the instruction had not been
/// patched.
/// </summary>
/// <typeparam name="P">The processor that carries them out.</typeparam>
/// <typeparam name="V">The value of its registers.</typeparam>
public static class PatchMeanings<P, V>
    where P : struct, IPatchProcessor<V>
    where V : struct, IWord<V>
{
    /// <summary>Carries a patch out.</summary>
    /// <param name="c">By whom.</param>
    /// <param name="rule">What the policy says of it, its kind first.</param>
    public static void CarryOut(ref P c, PatchRule rule)
    {
        switch (rule.Kind)
        {
            case PatchKind.MoveFrom: c.T = c.Named; break;
            case PatchKind.MoveTo: MoveTo(ref c, rule); break;
            case PatchKind.MoveToStatus: MoveToStatus(ref c, rule); break;
            case PatchKind.MoveToEntryLo: MoveToEntryLo(ref c, rule); break;
            case PatchKind.Disable: Disable(ref c); break;
            case PatchKind.Enable: Enable(ref c); break;
            case PatchKind.IndexOperation: break;
            case PatchKind.HitOperation: c.Look(c.S + c.Constant(c.Fields.Immediate)); break;
            default: throw new InvalidOperationException($"no meaning for {rule.Kind}");
        }
    }

    private static void MoveTo(ref P c, PatchRule rule)
    {
        V old = c.Named, value = c.T;
        if (c.Unless((old ^ value) & c.Constant((int)rule.Sensitive)))
            c.Named = Written(ref c, rule, old, value);
    }

    private static void MoveToEntryLo(ref P c, PatchRule rule)
    {
        V value = c.T & (c[PageGrain] | Const(~ProcessorModel.Inhibits));
        c.Named = Written(ref c, rule, c.Named, value);
    }

    private static void MoveToStatus(ref P c, PatchRule rule)
    {
        V old = c.Named, value = c.T;
        if (!c.Unless((old ^ value) & c.Constant((int)rule.Sensitive)))
            return;
        V status = Written(ref c, rule, old, value);
        if (c.Unless(LeavesKernelMode(status)) && c.Unless(LetsInterruptIn(ref c, status)))
            c.Named = status;
    }

    private static void Disable(ref P c)
    {
        V old = c[Status];
        c[Status] = c.Hold(old & ~Const(StatusBits.Ie));
        c.T = old;
    }

    private static void Enable(ref P c)
    {
        V old = c[Status], status = c.Hold(old | Const(StatusBits.Ie));
        if (!c.Unless(LetsInterruptIn(ref c, status)))
            return;
        c[Status] = status;
        c.T = old;
    }

    // What a register holds that software can change in part.
    private static V Written(ref P c, PatchRule rule, V old, V value)
    {
        V writable = c.Constant((int)rule.Writable);
        return c.Hold(old & ~writable | value & writable);
    }

    // Not at exception level, and KSU says supervisor or user.
    private static V LeavesKernelMode(V status) =>
        V.Choose(status & Const(StatusBits.Exl), Const(0), status & Const(3 << StatusBits.KsuShift));

    // The interrupt is due behind the instruction.
    private static V LetsInterruptIn(ref P c, V status)
    {
        V enabled = V.Equal(status & Const(StatusBits.Ie | StatusBits.Exl | StatusBits.Erl), Const(StatusBits.Ie));
        return V.Choose(enabled, status & c[Cause] & Const(StatusBits.ImMask), Const(0));
    }

    private static V Const(uint value) => V.Constant(value);
}

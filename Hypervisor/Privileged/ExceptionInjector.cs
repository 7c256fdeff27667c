using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.Execution;

namespace Dbt.Hypervisor.Privileged;

/// <summary>Delivers exceptions to the guest, and counts them.</summary>
/// <param name="state">The guest's registers.</param>
/// <param name="exits">Counts them by what they are.</param>
/// <param name="stages">Counts those that the TLB has caused.</param>
public sealed unsafe class ExceptionInjector(GuestState* state, ExitAccount exits, AddressAccount stages)
{
    /// <summary>Raises what the unit that left has caused, in the context that is to handle it.</summary>
    public void Raise(in GuestException exception, PrivilegedContext context)
    {
        exits.Count(CounterOf(exception.Code));
        stages.CountException(exception);
        Inject(exception, context);
    }

    /// <summary>The same, already counted as something else.</summary>
    public void Inject(in GuestException exception, PrivilegedContext context)
    {
        // An instruction that raises an exception is counted as one: time goes on even where a guest only faults.
        state->Budget--;
        ExceptionEntry.Enter(state, context, exception, new LeftUnit(state).InDelaySlot);
    }

    private static ExitCounter CounterOf(ExceptionCode code) => code switch
    {
        ExceptionCode.TlbModified => ExitCounter.TlbMod,
        ExceptionCode.TlbLoad => ExitCounter.TlbMissLoad,
        ExceptionCode.TlbStore => ExitCounter.TlbMissStore,
        ExceptionCode.AddressLoad => ExitCounter.AddressErrorLoad,
        ExceptionCode.AddressStore => ExitCounter.AddressErrorStore,
        ExceptionCode.Syscall => ExitCounter.Syscall,
        ExceptionCode.Breakpoint => ExitCounter.Break,
        ExceptionCode.Trap or ExceptionCode.Overflow => ExitCounter.Trap,
        ExceptionCode.FloatingPoint => ExitCounter.FloatingPoint,
        ExceptionCode.CoprocessorUnusable => ExitCounter.CopUnusable,
        _ => ExitCounter.ReservedInstruction,
    };
}

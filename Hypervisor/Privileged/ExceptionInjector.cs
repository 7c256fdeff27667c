using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Execution;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>Delivers exceptions to the guest, and counts them.</summary>
/// <param name="state">The guest's registers.</param>
/// <param name="exits">Counts them by what they are.</param>
/// <param name="memory">Knows those that the TLB has caused, and the instruction that it was about.</param>
public sealed unsafe class ExceptionInjector(GuestState* state, ExitAccount exits, MemoryPath memory)
{
    private readonly GuestState* _state = state;

    /// <summary>Raises what the unit that left has caused, in the context that is to handle it.</summary>
    public void Raise(in GuestException exception, PrivilegedContext context)
    {
        exits.Count(CounterOf(exception.Code));
        memory.Translation.Account.CountException(exception);
        Inject(exception, context);
    }

    /// <summary>The same, already counted as something else.</summary>
    public void Inject(in GuestException exception, PrivilegedContext context)
    {
        // An instruction that raises an exception is counted as one: time goes on even where a guest only faults.
        _state->Budget--;
        if (context.Model.ShowsBadInstruction)
            ShowInstruction(context);
        ExceptionEntry.Enter(_state, context, exception, new LeftUnit(_state).InDelaySlot);
    }

    // BadInstr, and of one in a delay slot BadInstrP with its branch; not where it could not be fetched, nor where EPC
    // stays what it is.
    private void ShowInstruction(PrivilegedContext context)
    {
        var unit = new LeftUnit(_state);
        if (unit.Word.Word == 0 || (context.Cop0[Status] & StatusBits.Exl) != 0)
            return;
        context.Cop0[BadInstr] = unit.Word.Word;
        if (unit.InDelaySlot && memory.Virtual.TryReadCode((uint)_state->Pc, out uint branch))
            context.Cop0[BadInstrP] = branch;
    }

    private static ExitCounter CounterOf(ExceptionCode code) => code switch
    {
        ExceptionCode.TlbModified => ExitCounter.TlbMod,
        ExceptionCode.TlbLoad or ExceptionCode.TlbReadInhibit or ExceptionCode.TlbExecuteInhibit =>
            ExitCounter.TlbMissLoad,
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

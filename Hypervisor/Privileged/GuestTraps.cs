using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Execution;
using Dbt.Translator.Instructions;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// What made an engine leave in guest mode: the guest's own context first, as everywhere; root gets what it has asked
/// for, and what its own context refuses (MD00846, "Onion model").
/// </summary>
public sealed unsafe class GuestTraps
{
    private readonly GuestState* _state;
    private readonly VirtualizationModule _module;
    private readonly ExitAccount _exits;
    private readonly Cop0 _guest;
    private readonly ExceptionInjector _exceptions;

    // What is the guest's own business.
    private readonly TrapHandlers _own;

    /// <summary>The traps of whichever guest runs.</summary>
    /// <param name="state">The registers.</param>
    /// <param name="module">Both contexts.</param>
    /// <param name="memory">The way to memory.</param>
    /// <param name="exits">Counts each exit to root.</param>
    public GuestTraps(GuestState* state, VirtualizationModule module, MemoryPath memory, ExitAccount exits)
    {
        (_module, _exits) = (module, exits);
        _state = state;
        _guest = module.Guest.Cop0;
        _exceptions = new ExceptionInjector(state, exits, memory);
        _own = new TrapHandlers(state, module.Guest, memory, exits, hasForms: false)
        {
            Redirected = RedirectReserved,
            RaiseForRoot = () => RaiseForRoot(memory.Translation),
            GuestId = () => module.GuestId,
        };
    }

    private LeftUnit Unit => new(_state);

    /// <summary>Handles what made the engine leave.</summary>
    public void Handle(Trap trap)
    {
        uint status = _guest[Status];
        if (IsRefusedByRoot(trap.Reason))
        {
            _exits.Count(ExitCounter.VzCopUnusable);
            _exceptions.Inject(new GuestException(ExceptionCode.CoprocessorUnusable, Coprocessor: 1), _module.Root);
            return;
        }
        if (MayCarryOut(trap)
            && GuestRules.ReasonToExit(trap.Reason, Unit, _module.Control, _module.Guest) is { } why)
        {
            Exit(why);
            return;
        }
        if (trap.Reason == ExitReason.DebugBreak)
            DebugBreak();
        else
            _own.Handle(trap);
        if (trap.Reason != ExitReason.Mtc0)
            ReportHardwareChange(status);
    }

    /// <summary>An interrupt that the guest has enabled, and root has not: the guest takes it.</summary>
    public void DeliverInterrupt()
    {
        uint status = _guest[Status];
        ExceptionEntry.Enter(
            _state, _module.Guest, new GuestException(ExceptionCode.Interrupt), inDelaySlot: false);
        ReportHardwareChange(status);
    }

    private bool MayCarryOut(Trap trap) => !trap.Has(TrapFlags.Privileged) || _module.Guest.MayUseCoprocessor0;

    // Coprocessor 1 is the guest's to use, as far as the guest knows, but root has not enabled it.
    private bool IsRefusedByRoot(ExitReason reason) =>
        reason == ExitReason.CoprocessorUnusable && InstructionSet.Find(Unit.Word.Word).Has(InstructionFlags.Float)
            && _module.GuestHasFloatingPoint;

    // The debugger is root's.
    private void DebugBreak()
    {
        _exits.Count(ExitCounter.Break);
        _state->Budget--;
        ExceptionEntry.EnterDebug(_state, _module.Root, Unit.InDelaySlot);
    }

    private bool RedirectReserved()
    {
        if (!_module.Control.HandlesReserved)
            return false;
        Exit(GuestExit.ReservedInstruction);
        return true;
    }

    private void Exit(GuestExit why) =>
        Exit(why, ExitAccount.CounterOf(why), new GuestException(ExceptionCode.GuestExit));

    private void RaiseForRoot(AddressTranslation translation)
    {
        GuestException exception = translation.Pending;
        bool byVirtual = _module.Root.Model.ReportsGuestVirtual && !exception.IsRefill;
        Exit(
            byVirtual ? GuestExit.VirtualAddress : GuestExit.PhysicalAddress,
            ExitAccount.CounterOfRootsTlb(exception),
            byVirtual ? exception with { BadAddress = translation.PendingAddress } : exception);
    }

    private void Exit(GuestExit why, ExitCounter counter, in GuestException exception)
    {
        _exits.Count(counter);
        _module.NoteExit(why);
        _exceptions.Inject(exception, _module.Root);
    }

    // Behind an exception or ERET of the guest that has changed EXL, where root has asked for that: the guest goes on
    // from there afterwards.
    private void ReportHardwareChange(uint status)
    {
        if (((status ^ _guest[Status]) & StatusBits.Exl) == 0 || !_module.Control.ReportsHardwareChange
            || !_module.InGuestMode)
            return;
        _exits.Count(GuestExit.HardwareFieldChange);
        _module.NoteExit(GuestExit.HardwareFieldChange);
        ExceptionEntry.Enter(
            _state, _module.Root, new GuestException(ExceptionCode.GuestExit), inDelaySlot: false);
    }
}

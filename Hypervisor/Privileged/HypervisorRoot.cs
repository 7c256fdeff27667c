using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Execution;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// The root of a virtualization module that is no code but the hypervisor itself (<see cref="PatchPolicy.Vz"/>): the
/// kernel's processor is the guest context, guest_pmap is what root's TLB maps of its memory, and what exits is carried
/// out as trap and emulate carries it out. It knows which exits there are.
/// </summary>
/// <param name="state">The guest's registers.</param>
/// <param name="guest">The guest context.</param>
/// <param name="translation">Knows the exception of the access that failed last.</param>
public sealed unsafe class HypervisorRoot(
    GuestState* state, PrivilegedContext guest, AddressTranslation translation)
{
    private readonly GuestState* _state = state;

    /// <summary>
    /// It gives away all that it need not see: coprocessor 0, the TLB, the timer, Config and coprocessor 1, and of
    /// CACHE what Linux's KVM gives away, too.
    /// </summary>
    public static GuestControl Control { get; } = new(
        GuestCtl0Bits.Gm | GuestCtl0Bits.Cp0 | GuestCtl0Bits.AtOfGuest | GuestCtl0Bits.Gt | GuestCtl0Bits.Cg
            | GuestCtl0Bits.Cf | GuestCtl0Bits.PipMask | GuestCtl0Bits.Sfc1,
        GuestCtl0Bits.Cgi);

    /// <summary>Why the unit that left exits to root; null where the guest context goes on by itself.</summary>
    public GuestExit? ReasonToExit(Trap trap)
    {
        // A fetch from where nothing is ends at root's TLB; root then raises the bus error.
        if (trap.Reason == ExitReason.Memory)
            return translation.Pending.Code == ExceptionCode.BusFetch ? GuestExit.PhysicalAddress : null;
        return !trap.Has(TrapFlags.Privileged) || guest.MayUseCoprocessor0
            ? GuestRules.ReasonToExit(trap.Reason, new LeftUnit(_state), Control, guest)
            : null;
    }
}

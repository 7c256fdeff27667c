using Dbt.Translator.Instructions;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// What a guest's kernel may do without its root (MD00846, "Guest privileged sensitive instruction", "Guest software
/// field change"): rules over the instruction, what root lets it do, and the guest's registers.
/// </summary>
public static class GuestRules
{
    private const int CycleCounter = 2;
    private const uint InterruptVectorSpacing = 0x1f << 5;

    // What root never gives away: it says what processor there is, whose caches, counters and debugger they are.
    private static readonly bool[] s_rootOnly = Flags(
    [
        PrId, PrId + 2, PrId + 3, SrsCtl, SrsMap, Config + 6, Config + 7, LlAddr, LlAddr + 1, LlAddr + 2,
        .. Enumerable.Range(Debug, 8), Depc, .. Enumerable.Range(PerfCtl, 8), ErrCtl,
        .. Enumerable.Range(CacheErr, 4), DeSave,
    ]);

    private static readonly bool[] s_watch = Flags([.. Enumerable.Range(WatchLo, 8), .. Enumerable.Range(WatchHi, 8)]);

    private static readonly bool[] s_configuration = Flags(Enumerable.Range(Config, 6));

    private static readonly bool[] s_translation = Flags(
        [Cop0Register.Index, Cop0Register.Random, EntryLo0, EntryLo1, Context, PageMask, PageGrain, Wired, EntryHi]);

    /// <summary>
    /// Why an instruction that the guest may carry out, as far as the guest is asked, exits to root; null where it does
    /// not.
    /// </summary>
    /// <param name="reason">What it leaves the engine with.</param>
    /// <param name="unit">The instruction.</param>
    /// <param name="control">What root lets the guest do.</param>
    /// <param name="guest">The guest's context.</param>
    public static GuestExit? ReasonToExit(
        ExitReason reason, LeftUnit unit, GuestControl control, PrivilegedContext guest)
    {
        if (reason == ExitReason.Hypcall)
            return GuestExit.Hypercall;
        if (IsSensitive(reason, unit, control, guest))
            return GuestExit.SensitiveInstruction;
        return reason == ExitReason.Mtc0 && ChangesField(unit, control, guest) ? GuestExit.FieldChange : null;
    }

    /// <summary>Whether a register is root's, to read as to write.</summary>
    /// <param name="register">Which, by <see cref="Cop0Register"/>.</param>
    /// <param name="control">What root lets the guest do.</param>
    /// <param name="hasWatchpoints">Whether the guest has been given the watchpoints.</param>
    public static bool IsRootOnly(int register, GuestControl control, bool hasWatchpoints) =>
        s_rootOnly[register] || register is Count or Compare && !control.OwnsTimer
            || s_watch[register] && !hasWatchpoints;

    /// <summary>The fields of a register that root looks after: it makes their changes, or not.</summary>
    /// <param name="register">Which, by <see cref="Cop0Register"/>.</param>
    /// <param name="control">What root lets the guest do.</param>
    public static uint FieldsOfRoot(int register, GuestControl control)
    {
        if (!control.ReportsFieldChange)
            return 0;
        return register switch
        {
            Status => control.OwnsCoprocessor1 ? StatusBits.RootsFields & ~StatusBits.Cu1 : StatusBits.RootsFields,
            Cause => CauseBits.Dc | CauseBits.Iv,
            IntCtl => InterruptVectorSpacing,
            _ => 0,
        };
    }

    private static bool IsSensitive(ExitReason reason, LeftUnit unit, GuestControl control, PrivilegedContext guest)
    {
        int register = unit.Cop0Operand;
        return reason switch
        {
            ExitReason.Wait => true,
            ExitReason.Cache => (control.CacheOperations >> unit.Word.Rt & 1) == 0,
            ExitReason.Mfc0 => !control.OwnsCop0 || IsRootOnly(register, control, guest),
            ExitReason.Mtc0 => !control.OwnsCop0 || IsRootOnly(register, control, guest) || register == Count
                || s_configuration[register] && !control.OwnsConfiguration
                || s_translation[register] && !control.OwnsTlb,
            ExitReason.Tlbp or ExitReason.Tlbr or ExitReason.Tlbwi or ExitReason.Tlbwr or ExitReason.Tlbinv
                or ExitReason.Tlbinvf => !control.OwnsCop0 || !control.OwnsTlb,
            ExitReason.Di or ExitReason.Ei or ExitReason.Eret or ExitReason.Rdpgpr or ExitReason.Wrpgpr =>
                !control.OwnsCop0,
            ExitReason.Rdhwr => unit.Word.Rd == CycleCounter && !control.OwnsTimer
                && (guest.MayUseCoprocessor0 || (guest.Cop0[HwrEna] >> CycleCounter & 1) != 0),
            _ => false,
        };
    }

    private static bool IsRootOnly(int register, GuestControl control, PrivilegedContext guest) =>
        IsRootOnly(register, control, (guest.Cop0[Config1] & GuestConfig1Bits.Wr) != 0);

    private static bool ChangesField(LeftUnit unit, GuestControl control, PrivilegedContext guest)
    {
        int register = unit.Cop0Operand;
        uint changed = (guest.Cop0[register] ^ unit.Register(unit.Word.Rt)) & guest.Model.Writable(register);
        return (changed & FieldsOfRoot(register, control)) != 0;
    }

    private static bool[] Flags(IEnumerable<int> registers)
    {
        bool[] flags = new bool[256];
        foreach (int register in registers)
            flags[register] = true;
        return flags;
    }
}

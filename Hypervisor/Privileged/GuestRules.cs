using Dbt.Translator.Instructions;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// What a guest's kernel may do without its root (MD00846, "Guest privileged sensitive instruction", "Guest software
/// field change"): rules over the instruction, GuestCtl0 and the guest's registers.
/// </summary>
public static class GuestRules
{
    private const uint HitOperations = 0xffff_0000u;
    private const uint InterruptVectorSpacing = 0x1f << 5;
    private const uint IndexInvalidateInstructions = 1u << 0, IndexWriteBackInvalidateData = 1u << 1;

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

    /// <summary>Whether the guest has Count and Compare (GuestCtl0.GT).</summary>
    public static bool OwnsTimer(Cop0 root) => (root[GuestCtl0] & GuestCtl0Bits.Gt) != 0;

    /// <summary>
    /// Whether an instruction that the guest's kernel may carry out as far as the guest is asked is root's (GPSI).
    /// </summary>
    /// <param name="reason">What it exits with.</param>
    /// <param name="unit">The instruction.</param>
    /// <param name="root">Root's registers.</param>
    /// <param name="guest">The guest's.</param>
    public static bool IsSensitive(ExitReason reason, LeftUnit unit, Cop0 root, Cop0 guest)
    {
        bool ownsCop0 = (root[GuestCtl0] & GuestCtl0Bits.Cp0) != 0;
        bool ownsTlb = (root[GuestCtl0] & GuestCtl0Bits.AtMask) != GuestCtl0Bits.AtOfRoot;
        int register = unit.Cop0Operand;
        return reason switch
        {
            ExitReason.Wait => true,
            ExitReason.Cache => !ownsCop0 || !MayOperateOnCache(unit.Word.Rt, root),
            ExitReason.Mfc0 => !ownsCop0 || IsRootOnly(register, root, guest),
            ExitReason.Mtc0 => !ownsCop0 || IsRootOnly(register, root, guest) || register == Count
                || s_configuration[register] && (root[GuestCtl0] & GuestCtl0Bits.Cf) == 0
                || s_translation[register] && !ownsTlb,
            ExitReason.Tlbp or ExitReason.Tlbr or ExitReason.Tlbwi or ExitReason.Tlbwr or ExitReason.Tlbinv
                or ExitReason.Tlbinvf => !ownsCop0 || !ownsTlb,
            ExitReason.Di or ExitReason.Ei or ExitReason.Eret or ExitReason.Rdpgpr or ExitReason.Wrpgpr => !ownsCop0,
            _ => false,
        };
    }

    /// <summary>
    /// Whether MTC0 changes a field that root looks after (GSFC): root then makes the change, or not.
    /// </summary>
    /// <param name="unit">The instruction.</param>
    /// <param name="root">Root's registers.</param>
    /// <param name="guest">The guest's.</param>
    /// <param name="model">What the guest can change at all.</param>
    public static bool ChangesField(LeftUnit unit, Cop0 root, Cop0 guest, ProcessorModel model)
    {
        int register = unit.Cop0Operand;
        uint fields = register switch
        {
            Status => (root[GuestCtl0] & GuestCtl0Bits.Sfc1) != 0
                ? StatusBits.RootsFields & ~StatusBits.Cu1
                : StatusBits.RootsFields,
            Cause => CauseBits.Dc | CauseBits.Iv,
            IntCtl => InterruptVectorSpacing,
            _ => 0,
        };
        uint changed = (guest[register] ^ unit.Register(unit.Word.Rt)) & model.Writable(register);
        return (changed & fields) != 0 && (root[GuestCtl0Ext] & GuestCtl0Bits.Fcd) == 0;
    }

    private static bool IsRootOnly(int register, Cop0 root, Cop0 guest) =>
        s_rootOnly[register] || register is Count or Compare && !OwnsTimer(root)
            || s_watch[register] && (guest[Config1] & GuestConfig1Bits.Wr) == 0;

    // By address with CG, and by index what makes a line void with CGI.
    private static bool MayOperateOnCache(int operation, Cop0 root)
    {
        if ((root[GuestCtl0] & GuestCtl0Bits.Cg) == 0)
            return false;
        uint allowed = HitOperations;
        if ((root[GuestCtl0Ext] & GuestCtl0Bits.Cgi) != 0)
            allowed |= IndexInvalidateInstructions | IndexWriteBackInvalidateData;
        return (allowed >> operation & 1) != 0;
    }

    private static bool[] Flags(IEnumerable<int> registers)
    {
        bool[] flags = new bool[256];
        foreach (int register in registers)
            flags[register] = true;
        return flags;
    }
}

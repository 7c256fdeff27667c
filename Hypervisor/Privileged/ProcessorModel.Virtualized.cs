using Dbt.Hypervisor.Memory;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>The processors with the virtualization module (MD00846, MIPS32 release 5).</summary>
public sealed partial record ProcessorModel
{
    // Config4: EntryHi.EHINV, TLBINV and TLBINVF; KScratch1 to 6.
    private const uint HasInvalidation = 2u << 29, HasScratch = 0xfc << 16;

    // Config3: another Config behind it, BadInstrP, BadInstr, the virtualization module, RI and XI.
    private const uint More = 1u << 31, HasBadInstrP = 1 << 27, HasBadInstr = 1 << 26, HasVirtualization = 1 << 23;
    private const uint HasReadAndExecuteInhibit = 1 << 12;

    private const uint TlbOfRoot = 64, TlbOfGuest = 32;
    private const int ScratchRegisters = 6;

    /// <summary>
    /// A 24Kf with the virtualization module and what software takes for granted beside it: 64 TLB entries, scratch
    /// registers, TLB invalidation, RI and XI, and the word of the instruction that faults; without MIPS16e.
    /// </summary>
    public static ProcessorModel Mips24KfVz { get; } = Virtualized(
        "24Kf-vz", "a 24Kf with the virtualization module: guests with 8 bits of GuestID, 64 and 32 TLB entries",
        GuestCtl0Bits.HasGuestCtl1);

    /// <summary>The same without GuestIDs: root's ASID tells guests apart, and root flushes their TLB.</summary>
    public static ProcessorModel Mips24KfVzWithoutGuestIds { get; } = Virtualized(
        "24Kf-vz-rad", "the same without GuestIDs: root tells guests apart by its ASID, and flushes their TLB",
        GuestCtl0Bits.RootAsidDealiases);

    /// <summary>
    /// The same with one TLB: what is entry i of root's is entry 63 − i of the guests', as far as root lets them go.
    /// </summary>
    public static ProcessorModel Mips24KfVzSharedTlb { get; } = Virtualized(
        "24Kf-vz-shared", "the same with one TLB of 64 entries for root and guests",
        GuestCtl0Bits.HasGuestCtl1, sharesTlb: true);

    /// <summary>
    /// The same, but where root's TLB has an entry that refuses a guest's access, root is told the guest's virtual
    /// address: GVA exits.
    /// </summary>
    public static ProcessorModel Mips24KfVzGuestVirtual { get; } = Virtualized(
        "24Kf-vz-gva", "the same with GVA exits: an access that root's entry refuses is told by its virtual address",
        GuestCtl0Bits.HasGuestCtl1) with
    {
        ReportsGuestVirtual = true,
    };

    /// <summary>The processors to choose from, the usual one first.</summary>
    public static IReadOnlyList<ProcessorModel> All =>
    [
        Mips24Kf, Mips24KfUserLocal, Mips24KfVz, Mips24KfVzWithoutGuestIds, Mips24KfVzSharedTlb, Mips24KfVzGuestVirtual,
    ];

    /// <summary>The context that guests run in; null without the virtualization module.</summary>
    public ProcessorModel? Guest { get; init; }

    /// <summary>Whether it is the context of guests, whose timer and interrupts are root's to give.</summary>
    public bool IsGuest { get; private init; }

    /// <summary>Whether root and guests have the slots of one TLB.</summary>
    public bool SharesTlb { get; private init; }

    /// <summary>
    /// Whether exceptions of root's TLB at the general vector tell the guest's virtual address: refills always tell its
    /// physical one, which a refill handler needs.
    /// </summary>
    public bool ReportsGuestVirtual { get; private init; }

    /// <summary>Whether TLB entries of guests are tagged with their GuestID.</summary>
    public bool HasGuestIds => _has[GuestCtl1];

    /// <summary>Whether BadInstr and BadInstrP show the instruction that an exception is about.</summary>
    public bool ShowsBadInstruction => _has[BadInstr];

    /// <summary>Whether TLB entries can be made invalid: TLBINV, TLBINVF, EntryHi.EHINV.</summary>
    public bool CanInvalidate => (_reset[Config + 4] & HasInvalidation) != 0;

    /// <summary>RI and XI of EntryLo: pages that may not be loaded from, or not be executed.</summary>
    public const uint Inhibits = TlbEntry.ReadInhibit | TlbEntry.ExecuteInhibit;

    /// <summary>Whether it has them (Config3.RXI).</summary>
    public bool HasInhibits => (_writable[EntryLo0] & Inhibits) != 0;

    private static ProcessorModel Virtualized(string name, string text, uint form, bool sharesTlb = false) => new(0,
    [
        .. Common(TlbOfRoot),
        .. OfReleaseFive(),
        new(Status, 0x0040_0004, 0x3678_ff1f),
        new(EBase, 0x8000_0000, 0x3fff_f000),
        new(Config, 0x8000_0482, 7),
        new(Config1, 0xfe19_0c8b, 0),
        new(Config3, More | HasBadInstrP | HasBadInstr | HasVirtualization | HasReadAndExecuteInhibit, 0),
        .. Watchpoints(),
        new(GuestCtl0, GuestCtl0Bits.AtOfGuest | GuestCtl0Bits.HasExtension | GuestCtl0Bits.HasGuestCtl2 | form,
            GuestCtl0Bits.Writable | (form == GuestCtl0Bits.HasGuestCtl1 ? GuestCtl0Bits.Drg : 0)),
        new(GuestCtl0Ext, 0, GuestCtl0Bits.ExtensionWritable),
        .. form == GuestCtl0Bits.HasGuestCtl1 ? GuestIds : [],
        new(GuestCtl2, 0, 0x3f00_fc00),
        new(GtOffset, 0, uint.MaxValue),
    ])
    {
        Name = name,
        Description = text,
        TlbEntries = (int)TlbOfRoot,
        HasFloatingPoint = true,
        AddressMap = AddressMap.Mips32,
        CountPeriod = 6,
        SharesTlb = sharesTlb,
        Guest = GuestContext(sharesTlb),
    };

    /// <summary>
    /// What a guest finds. Root gives and takes: what it may write beyond the guest is what a switch between two guests
    /// has to restore, and in Config1 the coprocessor 1 and the watchpoints that a guest sees, and how much of a shared
    /// TLB is its.
    /// </summary>
    private static ProcessorModel GuestContext(bool sharesTlb) => new(0,
    [
        .. Common(EntriesOfGuest(sharesTlb)),
        .. OfReleaseFive(),
        new(Context, 0, 0xff80_0000, FromRoot: 0x007f_fff0),
        new(BadVAddr, 0, 0, FromRoot: uint.MaxValue),
        new(BadInstr, 0, 0, FromRoot: uint.MaxValue),
        new(BadInstrP, 0, 0, FromRoot: uint.MaxValue),
        new(Status, 0x0040_0004, 0x3678_ff1f),
        new(Cause, 0, CauseBits.Dc | CauseBits.Iv | 1 << 22 | CauseBits.SoftwareIpMask,
            FromRoot: CauseBits.Bd | CauseBits.Ti | 3u << CauseBits.CeShift | CauseBits.ExcCodeMask),
        new(EBase, 0x8000_0000, 0x3fff_f000, FromRoot: 0x3ff),
        new(Config, 0x8000_0482, 7),
        new(Config1, 0x8019_0c81 | EntriesOfGuest(sharesTlb) - 1 << GuestConfig1Bits.MmuSizeShift, 0,
            FromRoot: GuestConfig1Bits.Fp | GuestConfig1Bits.Wr | (sharesTlb ? GuestConfig1Bits.MmuSize : 0)),
        new(Config3, More | HasBadInstrP | HasBadInstr | HasReadAndExecuteInhibit, 0),
        .. Watchpoints(),
    ])
    {
        Name = "guest",
        TlbEntries = (int)EntriesOfGuest(sharesTlb),
        SharesTlb = sharesTlb,
        HasFloatingPoint = true,
        AddressMap = AddressMap.Mips32,
        CountPeriod = 6,
        IsGuest = true,
    };

    private static uint EntriesOfGuest(bool sharesTlb) => sharesTlb ? TlbOfRoot : TlbOfGuest;

    // GuestCtl1.ID and RID, 8 bits each.
    private static Cop0Declaration[] GuestIds => [new(GuestCtl1, 0, 0x00ff_00ff)];

    // What root and guest have alike, beyond release 2.
    private static IEnumerable<Cop0Declaration> OfReleaseFive() =>
    [
        new(EntryHi, 0, 0xffff_e0ff | TlbEntry.Invalid),
        new(EntryLo0, 0, LowBits | Inhibits),
        new(EntryLo1, 0, LowBits | Inhibits),
        new(PageGrain, 0, PageGrainBits.Rie | PageGrainBits.Xie | PageGrainBits.Iec),
        new(HwrEna, 0, 0xf),
        new(BadInstr, 0, 0),
        new(BadInstrP, 0, 0),
        new(IntCtl, 0xe000_0000, 0x3e0),
        new(SrsCtl, 0, 0xf3c0),
        new(SrsMap, 0, 0),
        new(Config2, More, 0),
        new(Config + 4, HasInvalidation | HasScratch, 0),
        .. Enumerable.Range(0, ScratchRegisters).Select(i => new Cop0Declaration(KScratch + i, 0, uint.MaxValue)),
    ];
}

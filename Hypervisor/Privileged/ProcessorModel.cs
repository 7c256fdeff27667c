using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>A register of coprocessor 0 as a processor has it.</summary>
/// <param name="Register">Which, by <see cref="Cop0Register"/>.</param>
/// <param name="Reset">What it holds at reset.</param>
/// <param name="Writable">Which bits software can change.</param>
/// <param name="FromRoot">
/// Of a guest's register, which bits a root can change beyond those: what belongs to hardware elsewhere.
/// </param>
/// <remarks>No structure: what LINQ does with those of ours is compiled anew at each start.</remarks>
public sealed record Cop0Declaration(int Register, uint Reset, uint Writable, uint FromRoot = 0);

/// <summary>All that tells one virtual processor from another.</summary>
public sealed partial record ProcessorModel
{
    // EntryLo: PFN, C, D, V, G.
    private const uint LowBits = 0x03ff_ffff;

    private const uint BigEndianMemory = 1 << 15, HasMips16Instructions = 1 << 2, HasUserLocal = 1 << 13;

    private static readonly ProcessorModel s_24KfWithRegisterPage = The24Kf(AddressMap.Mips32WithRegisterPage);

    private readonly uint[] _reset = new uint[256];
    private readonly uint[] _writable = new uint[256];
    private readonly uint[] _fromRoot = new uint[256];
    private readonly bool[] _has = new bool[256];

    private ProcessorModel(uint unimplemented, IEnumerable<Cop0Declaration> registers)
    {
        Array.Fill(_reset, unimplemented);
        foreach (Cop0Declaration register in registers)
        {
            (_reset[register.Register], _writable[register.Register]) = (register.Reset, register.Writable);
            (_fromRoot[register.Register], _has[register.Register]) = (register.FromRoot, true);
        }
    }

    /// <summary>A 24Kf as the oracle presents it (MD00343, "CP0 registers").</summary>
    public static ProcessorModel Mips24Kf { get; } = The24Kf(AddressMap.Mips32);

    /// <summary>
    /// A 24Kf with UserLocal, which Linux keeps the thread pointer in where it finds it (Config3.ULRI), and which RDHWR
    /// then reads without the kernel.
    /// </summary>
    public static ProcessorModel Mips24KfUserLocal { get; } = The24Kf(AddressMap.Mips32, hasUserLocal: true);

    /// <summary>
    /// The processor that Linux KVM's trap-and-emulate showed its guests (kvm_trap_emul_vcpu_setup of 5.10): no
    /// coprocessor but 0, 64 TLB entries, segments in what is user space elsewhere, and a wait that any enabled line
    /// ends. Of what it had, UserLocal is left out, which the processor that the guest's exits were measured on had not
    /// either.
    /// </summary>
    public static ProcessorModel KvmGuest { get; } = new(0,
    [
        .. Common(tlbEntries: 64),
        new(HwrEna, 0, 0xf),
        new(Status, 0x0040_0004, 0x1078_ff1f),
        new(IntCtl, 0xfc00_0000, 0x3e0),
        new(EBase, 0x4000_0000, 0x3fff_f000),
        new(Config, 0x8000_0483, 7),
        new(Config1, 0xfe19_0c82, 0),
        new(Config2, 0x8000_0000, 0),
        new(Config3, 0x8000_0000, 0),
        new(Config + 4, 0x8000_0000, 0),
        new(Config + 7, 0x8000_0400, 0),
    ])
    {
        TlbEntries = 64,
        WaitIgnoresEnable = true,
        AddressMap = AddressMap.KvmGuest,
        // Linux takes 100 MHz for granted there.
        CountPeriod = 10,
    };

    /// <summary>What it is called.</summary>
    public string Name { get; private init; } = "";

    /// <summary>What it is, in a line.</summary>
    public string Description { get; private init; } = "";

    /// <summary>Entries of the TLB.</summary>
    public required int TlbEntries { get; init; }

    /// <summary>Whether coprocessor 1 is there.</summary>
    public bool HasFloatingPoint { get; init; }

    /// <summary>Whether it has MIPS16e (Config1.CA).</summary>
    public bool HasMips16 => (_reset[Config1] & HasMips16Instructions) != 0;

    /// <summary>Whether an unmasked interrupt ends a wait even while interrupts are disabled (Config7.WII).</summary>
    public bool WaitIgnoresEnable { get; init; }

    /// <summary>Where segments lie.</summary>
    public required AddressMap AddressMap { get; init; }

    /// <summary>The byte order of memory, a pin at reset (Config.BE).</summary>
    public ByteOrder ByteOrder { get; init; }

    /// <summary>Nanoseconds between two counts of Count.</summary>
    public required int CountPeriod { get; init; }

    /// <summary>Counts a second.</summary>
    public int CountFrequency => 1_000_000_000 / CountPeriod;

    /// <summary>The processor for a kernel: the addresses it is linked to say which it was built for.</summary>
    /// <param name="entry">Where it is entered.</param>
    /// <param name="order">Its byte order.</param>
    /// <param name="registerPage">Whether its kernel mode is to see the register page, as KVM's guests do
    /// anyway.</param>
    public static ProcessorModel For(uint entry, ByteOrder order = ByteOrder.Little, bool registerPage = false)
    {
        ProcessorModel usual = registerPage ? s_24KfWithRegisterPage : Mips24Kf;
        return (KvmGuest.AddressMap.IsUnmapped(entry) ? KvmGuest : usual).In(order);
    }

    /// <summary>The same processor with memory in a byte order.</summary>
    public ProcessorModel In(ByteOrder order) => this with { ByteOrder = order, Guest = Guest?.In(order) };

    /// <summary>
    /// Whether registers lie on the register page in the other byte order than the host's: where kernel mode sees the
    /// page, it is in the order of memory.
    /// </summary>
    public bool IsRegisterPageReversed =>
        AddressMap.RegisterPage is not null && ByteOrder == ByteOrder.Big == BitConverter.IsLittleEndian;

    /// <summary>What a register holds at reset.</summary>
    public uint Reset(int register) =>
        _reset[register] | (register == Config && ByteOrder == ByteOrder.Big ? BigEndianMemory : 0);

    /// <summary>Which bits of a register software can change.</summary>
    public uint Writable(int register) => _writable[register];

    /// <summary>Which bits of a guest's register its root can change.</summary>
    public uint WritableFromRoot(int register) => _writable[register] | _fromRoot[register];

    /// <summary>Whether it has a register.</summary>
    public bool Has(int register) => _has[register];

    private static ProcessorModel The24Kf(AddressMap map, bool hasUserLocal = false) => new(Cop0.Unimplemented,
    [
        .. Common(tlbEntries: 16),
        new(HwrEna, 0, hasUserLocal ? 1u << ThreadPointer.Number | 0xf : 0xf),
        .. hasUserLocal ? new Cop0Declaration[] { new(UserLocal, 0, uint.MaxValue) } : [],
        new(Status, 0x0040_0004, 0x3678_ff1f),
        new(IntCtl, 0xe000_0000, 0x3e0),
        new(SrsCtl, 0, 0xf3c0),
        new(SrsMap, 0, 0),
        new(EBase, 0x8000_0000, 0x3fff_f000),
        new(Config, 0x8000_0482, 7),
        new(Config1, 0x9e19_0c8f, 0),
        new(Config2, 0x8000_0000, 0),
        new(Config3, hasUserLocal ? HasUserLocal : 0, 0),
        new(Config + 4, 0, 0),
        new(Config + 5, 0, 0),
        new(Config + 6, 0, 0),
        new(Config + 7, 0, 0),
        .. Watchpoints(),
    ])
    {
        Name = hasUserLocal ? "24Kf-userlocal" : "24Kf",
        Description = hasUserLocal
            ? "the same with UserLocal, as later cores: user programs read their thread pointer without a trap"
            : "a MIPS 24Kf: MIPS32 release 2 with MIPS16e, 16 TLB entries",
        TlbEntries = 16,
        HasFloatingPoint = true,
        AddressMap = map,
        // Linux finds a 333 MHz processor.
        CountPeriod = 6,
    };

    private static IEnumerable<Cop0Declaration> Watchpoints() =>
    [
        .. Enumerable.Range(0, 8).Select(i => new Cop0Declaration(WatchLo + i, 0, ~7u)),
        .. Enumerable.Range(0, 8).Select(i => new Cop0Declaration(WatchHi + i, i < 7 ? 0x8000_0000 : 0, 0x40ff_0ff8)),
    ];

    private static IEnumerable<Cop0Declaration> Common(uint tlbEntries) =>
    [
        new(Cop0Register.Index, 0, tlbEntries - 1),
        new(Cop0Register.Random, tlbEntries - 1, 0),
        new(EntryLo0, 0, LowBits),
        new(EntryLo1, 0, LowBits),
        new(Context, 0, 0xff80_0000),
        new(PageMask, 0, 0x1fff_e000),
        new(Wired, 0, tlbEntries - 1),
        new(BadVAddr, 0, 0),
        new(Count, 0, uint.MaxValue),
        new(EntryHi, 0, 0xffff_e0ff),
        new(Compare, 0, uint.MaxValue),
        new(Cause, 0, CauseBits.Dc | CauseBits.Iv | 1 << 22 | CauseBits.SoftwareIpMask),
        new(Epc, 0, uint.MaxValue),
        new(PrId, 0x0001_9300, 0),
        new(LlAddr, 0, 0),
        new(Debug, 0x0200_8000, 0),
        new(Depc, 0, uint.MaxValue),
        .. Enumerable.Range(0, 8).Select(i => new Cop0Declaration(PerfCtl + i, 0, 0)),
        new(ErrCtl, 0, 0),
        .. Enumerable.Range(0, 4).Select(i => new Cop0Declaration(CacheErr + i, 0, 0)),
        .. Enumerable.Range(0, 8).Select(i => new Cop0Declaration(TagLo + i, 0, i % 2 == 0 ? 0xffff_fffcu : 0)),
        .. Enumerable.Range(0, 8).Select(i => new Cop0Declaration(TagHi + i, 0, i % 2 == 0 ? uint.MaxValue : 0)),
        new(ErrorEpc, 0, uint.MaxValue),
        new(DeSave, 0, uint.MaxValue),
    ];
}

using Dbt.Hypervisor.Privileged;

namespace Dbt.Hypervisor.Memory;

/// <summary>How addresses of a segment become physical.</summary>
public enum SegmentKind
{
    /// <summary>Not at all: every access is an address error.</summary>
    None,

    /// <summary>Through the TLB.</summary>
    Mapped,

    /// <summary>The low 29 bits are the physical address.</summary>
    Unmapped,
}

/// <summary>One of the eight segments of 512 MB.</summary>
/// <param name="Kind">How its addresses become physical.</param>
/// <param name="Least">The least privileged mode that may use it: kernel, supervisor or user.</param>
public readonly record struct Segment(SegmentKind Kind, OperatingMode Least)
{
    /// <summary>Whether a mode may use it.</summary>
    public bool Admits(OperatingMode mode) => mode == OperatingMode.Error || mode <= Least;
}

/// <summary>
/// Where the segments of the virtual address space lie, and what of it stands outside the page tables.
/// </summary>
public sealed class AddressMap
{
    /// <summary>Bytes of physical memory that unmapped segments show, from 0 on.</summary>
    public const uint UnmappedPhysicalBytes = 1u << SegmentShift;

    private const int SegmentShift = 29;
    private const uint PhysicalMask = (1u << SegmentShift) - 1;

    private static readonly Segment s_useg = new(SegmentKind.Mapped, OperatingMode.User);
    private static readonly Segment s_sseg = new(SegmentKind.Mapped, OperatingMode.Supervisor);
    private static readonly Segment s_kseg = new(SegmentKind.Unmapped, OperatingMode.Kernel);
    private static readonly Segment s_mappedKseg = new(SegmentKind.Mapped, OperatingMode.Kernel);

    private readonly Segment[] _segments;

    private AddressMap(params Segment[] segments) => _segments = segments;

    /// <summary>The architecture's (MD00090, "Virtual memory").</summary>
    public static AddressMap Mips32 { get; } = new(s_useg, s_useg, s_useg, s_useg, s_kseg, s_kseg, s_sseg, s_mappedKseg)
    {
        Kseg0 = 0x8000_0000,
        UnmappedBytes = 0x4000_0000,
        ResetVector = 0xbfc0_0000,
    };

    /// <summary>
    /// The same, with the register page at the end of kseg3, which 16-bit offsets from register 0 reach and Linux
    /// leaves free.
    /// </summary>
    public static AddressMap Mips32WithRegisterPage { get; } = new(Mips32._segments)
    {
        Kseg0 = Mips32.Kseg0,
        UnmappedBytes = Mips32.UnmappedBytes,
        ResetVector = Mips32.ResetVector,
        RegisterPage = 0xffff_c000,
    };

    /// <summary>
    /// That of Linux KVM's trap-and-emulate guests, whose kernels run in the host's user space: kseg0 at 0x40000000,
    /// kseg2 at 0x60000000, 1 GB of user space; devices stay where a kernel expects them, at 0xa0000000. At 0x80000000
    /// it finds the boot monitor's data and its exception vectors, which were an exit to the emulator for each access.
    /// </summary>
    public static AddressMap KvmGuest { get; } =
        new(s_useg, s_useg, s_kseg, s_mappedKseg, s_kseg, s_kseg, default, default)
        {
            Kseg0 = 0x4000_0000,
            UnmappedBytes = 0x2000_0000,
            ResetVector = 0x5fc0_0000,
            RegisterPage = 0x4000,
        };

    /// <summary>Where physical 0 is seen, cached.</summary>
    public required uint Kseg0 { get; init; }

    /// <summary>How many bytes from <see cref="Kseg0"/> on are never remapped.</summary>
    public required uint UnmappedBytes { get; init; }

    /// <summary>
    /// Where kernel mode sees the register page, in place of what its page tables have there; null for nowhere.
    /// </summary>
    public uint? RegisterPage { get; init; }

    /// <summary>Where the boot ROM is seen at reset.</summary>
    public required uint ResetVector { get; init; }

    /// <summary>The segment that an address lies in.</summary>
    public Segment Of(uint address) => _segments[address >> SegmentShift];

    /// <summary>Whether an address is in the kernel's unmapped window.</summary>
    public bool IsUnmapped(uint address) => address - Kseg0 < UnmappedBytes;

    /// <summary>The physical address of one in an unmapped segment.</summary>
    public static uint Physical(uint address) => address & PhysicalMask;
}

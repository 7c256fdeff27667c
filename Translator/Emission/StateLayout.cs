namespace Dbt.Translator.Emission;

/// <summary>Where generated code finds the guest: byte offsets from the one pointer it is given.</summary>
public sealed record StateLayout
{
    /// <summary>The general registers, 8 bytes each.</summary>
    public required int Gpr { get; init; }

    /// <summary>HI.</summary>
    public required int Hi { get; init; }

    /// <summary>LO.</summary>
    public required int Lo { get; init; }

    /// <summary>The address of the next unit, 8 bytes.</summary>
    public required int Pc { get; init; }

    /// <summary>Where threaded code goes after the delay slot, 4 bytes.</summary>
    public required int NextPc { get; init; }

    /// <summary>The instruction budget, 8 bytes.</summary>
    public required int Budget { get; init; }

    /// <summary>The floating-point registers, 8 bytes each.</summary>
    public required int Fpr { get; init; }

    /// <summary>FCSR.</summary>
    public required int Fcsr { get; init; }

    /// <summary>Why translated code left for the hypervisor, an <see cref="Instructions.ExitReason"/>.</summary>
    public required int Left { get; init; }

    /// <summary>The word of the instruction that left, 4 bytes.</summary>
    public required int ExitWord { get; init; }

    /// <summary>The floating-point operation whose Cause is pending, 4 bytes.</summary>
    public required int PendingOperation { get; init; }

    /// <summary>Its three operands, 8 bytes each.</summary>
    public required int PendingOperands { get; init; }

    /// <summary>The link bit of LL and SC, 4 bytes.</summary>
    public required int LinkBit { get; init; }

    /// <summary>The linked address, 8 bytes.</summary>
    public required int LinkAddress { get; init; }

    /// <summary>The translation mode, 4 bytes.</summary>
    public required int Mode { get; init; }

    /// <summary>Pointer to the shadow TLB for loads.</summary>
    public required int ReadTable { get; init; }

    /// <summary>Pointer to the shadow TLB for fetches.</summary>
    public required int FetchTable { get; init; }

    /// <summary>Pointer to the shadow TLB for stores.</summary>
    public required int WriteTable { get; init; }

    /// <summary>The COP0 register page, 4 bytes a register.</summary>
    public required int Cop0 { get; init; }

    /// <summary>Of that, HWREna.</summary>
    public required int HwrEna { get; init; }

    /// <summary>Of that, UserLocal.</summary>
    public required int UserLocal { get; init; }

    /// <summary>What to add to an address in kseg0 to have the host's.</summary>
    public required int Kseg0 { get; init; }

    /// <summary>
    /// Pointer to the bytes, by guest page number, that are not 0 where stores to kseg0 must not go unseen.
    /// </summary>
    public required int StoreGuard { get; init; }

    /// <summary>Pointer to the decoded blocks.</summary>
    public required int Blocks { get; init; }

    /// <summary>
    /// Pointer to the table that indirect jumps look in, 4-byte offsets from <see cref="Blocks"/>; null to have them
    /// return to the dispatcher.
    /// </summary>
    public required int? BlockTable { get; init; }

    /// <summary>The counter of fragments' entries, 8 bytes; null to compile them without counting.</summary>
    public int? Entries { get; init; }

    /// <summary>log2 of the number of entries in that table.</summary>
    public required int BlockTableBits { get; init; }

    /// <summary>Offset in a block of the guest address, 8 bytes.</summary>
    public required int BlockPc { get; init; }

    /// <summary>Offset in a block of the host address, 8 bytes.</summary>
    public required int BlockHost { get; init; }

    /// <summary>Offset in a block of the mode, 4 bytes.</summary>
    public required int BlockMode { get; init; }

    /// <summary>Offset in a block of the mask under which the mode is compared, 4 bytes.</summary>
    public required int BlockModeMask { get; init; }

    /// <summary>Offset in a block of the fragment's function pointer, 0 if it has none.</summary>
    public required int BlockCode { get; init; }

    /// <summary>Offset in a block of the fragment's link slots.</summary>
    public required int BlockLinks { get; init; }
}

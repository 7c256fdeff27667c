using static Dbt.Translator.Instructions.InstructionFlags;

namespace Dbt.Translator.Instructions;

/// <summary>
/// What one instruction word reads, writes and may do, found by recording its meaning. The translator's liveness rests
/// on it. Register 0 is a constant: it is never read or written.
/// </summary>
public readonly record struct Footprint
{
    /// <summary>
    /// The bit of HI in <see cref="Reads"/> and <see cref="Writes"/>; those below are the general registers.
    /// </summary>
    public const int Hi = 32;

    /// <summary>The bit of LO in <see cref="Reads"/> and <see cref="Writes"/>.</summary>
    public const int Lo = 33;

    /// <summary>
    /// The bit of FCSR in <see cref="FloatReads"/> and <see cref="FloatWrites"/>; those below are the floating-point
    /// registers.
    /// </summary>
    public const int Fcsr = 32;

    /// <summary>General registers, HI and LO whose old values matter.</summary>
    public ulong Reads { get; init; }

    /// <summary>General registers, HI and LO that are written when the instruction completes.</summary>
    public ulong Writes { get; init; }

    /// <summary>
    /// Floating-point registers and FCSR whose old values matter. A register that is written in part, or only under a
    /// condition, counts as read.
    /// </summary>
    public ulong FloatReads { get; init; }

    /// <summary>Floating-point registers and FCSR that are written when the instruction completes.</summary>
    public ulong FloatWrites { get; init; }

    /// <summary>
    /// Of the floating-point registers read or written, those that are or hold 64-bit numbers: with 32-bit registers,
    /// pairs.
    /// </summary>
    public ulong FloatDoubles { get; init; }

    /// <summary>The condition codes of FCSR that are read or written: bit n is code n.</summary>
    public int FloatConditions { get; init; }

    /// <summary>Of <see cref="Reads"/>, those that make up the address of a load or store.</summary>
    public ulong AddressReads { get; init; }

    /// <summary>
    /// What the meaning showed: the same flags that the row declares, where the word, or having no effect, does not
    /// need fewer.
    /// </summary>
    public InstructionFlags Flags { get; init; }

    /// <summary>
    /// Why the instruction leaves the engine, always (<see cref="Sensitive"/>) or on a condition; the last of several.
    /// </summary>
    public ExitReason Exit { get; init; }

    /// <summary>
    /// Bytes that are loaded or stored, in one aligned piece or a part of one; 0 without a memory access.
    /// </summary>
    public int AccessBytes { get; init; }

    /// <summary>
    /// Whether all of these are loaded or stored, and from or to the very address: not so by LWL, LWR, SWL and SWR, and
    /// not always by SC.
    /// </summary>
    public bool IsWholeAccess { get; init; }

    /// <summary>
    /// Whether a branch may not be taken: not where its condition holds whatever the registers hold, as in B.
    /// </summary>
    public bool IsConditional { get; init; }

    /// <summary>
    /// Where a branch leads if it is taken, as far as the word and its own address tell. The width of an address is the
    /// caller's to apply.
    /// </summary>
    public ulong? Target { get; init; }

    /// <summary>Whether a branch leads to an address that the word and its own address do not tell.</summary>
    public bool IsIndirect => (Flags & Branch) != 0 && Target is null;

    /// <summary>Whether the instruction's own address matters.</summary>
    public bool ReadsPc { get; init; }

    /// <summary>The constants that the meaning took from the word and its address.</summary>
    public MeaningConstants Constants { get; init; }

    /// <summary>Whether execution always continues behind the instruction.</summary>
    public bool IsStraight => (Flags & (Branch | Load | Store | Sensitive | MayTrap)) == 0;

    /// <summary>Records the meaning of <paramref name="word"/>.</summary>
    /// <param name="word">The instruction.</param>
    /// <param name="wideFloat">Whether floating-point registers are 64 bits wide (Status.FR).</param>
    /// <param name="address">
    /// Its address, or that of the branch before its slot: but for the instruction set, only the constants and the
    /// target depend on it.
    /// </param>
    public static Footprint Of(uint word, bool wideFloat, ulong address = 0)
    {
        int row = InstructionSet.IndexOf(word, address);
        return Of(row, InstructionSet.RowAt(row).FieldsOf(word), wideFloat, address);
    }

    /// <summary>Records the meaning of an instruction, by its row and its fields.</summary>
    public static Footprint Of(int row, Instruction fields, bool wideFloat, ulong address)
    {
        var recorder = new Recorder(fields, wideFloat, address);
        InstructionSet.Meaning(row)(ref recorder);
        Footprint footprint = recorder.Footprint;
        const InstructionFlags NotShown = Compact | RegisterList;
        return footprint with { Flags = footprint.Flags | InstructionSet.RowAt(row).Flags & NotShown };
    }
}

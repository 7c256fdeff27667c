using System.Runtime.InteropServices;
using Dbt.Runtime.State;
using Dbt.Translator.Emission;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Execution;

/// <summary>
/// Everything the guest's processor holds, in one block of native memory that all engines share. Generated code
/// reaches the guest through a pointer to it and nothing else; a snapshot is this block, RAM and the devices.
/// </summary>
/// <remarks>
/// General registers have 64-bit slots whatever the guest's width: a 32-bit guest uses the low halves.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct GuestState : IHasState
{
    /// <summary>The slot that writes to register 0 go to.</summary>
    public const int DiscardSlot = 32;

    /// <summary>
    /// General registers; [0] is always 0, [<see cref="DiscardSlot"/>] takes what is written to register 0.
    /// </summary>
    public fixed ulong Gpr[33];

    /// <summary>The multiply unit's upper half.</summary>
    public ulong Hi;

    /// <summary>The multiply unit's lower half.</summary>
    public ulong Lo;

    /// <summary>
    /// Address of the next unit to execute: an instruction, or a branch with its delay slot. After an exit, the unit
    /// that left. Bit 0 says that it is of MIPS16e, here and wherever an address of code is kept.
    /// </summary>
    public ulong Pc;

    /// <summary>
    /// Instructions left before the engine must return; negative by at most one when a unit crossed the end.
    /// </summary>
    public long Budget;

    /// <summary>Where threaded code goes after the delay slot of a branch it has carried out.</summary>
    public uint NextPc;

    /// <summary>
    /// After an exit: where execution goes on if the instruction that left is completed for the guest.
    /// </summary>
    public ulong ResumePc;

    /// <summary>After an exit: the word of the instruction that left.</summary>
    public uint ExitWord;

    /// <summary>Why translated code left for the hypervisor.</summary>
    public ExitReason Left;

    /// <summary>
    /// After an exit: bytes from <see cref="Pc"/> to the instruction that left, if that stands in the delay slot of the
    /// branch there; else 0.
    /// </summary>
    public uint ExitOffset;

    /// <summary>
    /// Floating-point registers. With <see cref="FloatRegisters64"/> clear, a double is the low halves of an even and
    /// odd pair.
    /// </summary>
    public fixed ulong Fpr[32];

    /// <summary>Floating-point control and status.</summary>
    public uint Fcsr;

    /// <summary>
    /// The last floating-point operation of translated code whose Cause has not been worked out, 0 if there is none;
    /// see
    /// <see cref="FloatingPoint.PendingCause"/>.
    /// </summary>
    public int PendingOperation;

    /// <summary>Its operands fs, ft and fr.</summary>
    public fixed ulong PendingOperands[3];

    /// <summary>Floating-point implementation register, read-only to the guest.</summary>
    public uint Fir;

    /// <summary>1 while the address in <see cref="LinkAddress"/> is linked (LL).</summary>
    public int LinkBit;

    /// <summary>1 if the processor has MIPS16e (Config1.CA).</summary>
    public uint HasMips16;

    /// <summary>1 if floating-point registers are 64 bits wide (Status.FR).</summary>
    public int FloatRegisters64;

    /// <summary>The virtual address of the last LL.</summary>
    public ulong LinkAddress;

    /// <summary>
    /// Bits of the privileged state that change what code means; part of a decoded block's key. Set by the hypervisor.
    /// </summary>
    public TranslationMode Mode;

    /// <summary>
    /// Shadow TLB for loads: by guest page number, host address minus guest address; 0 is a miss.
    /// </summary>
    public nint* ReadTable;

    /// <summary>Shadow TLB for fetches: the same, unless what may be loaded need not be code.</summary>
    public nint* FetchTable;

    /// <summary>Shadow TLB for stores.</summary>
    public nint* WriteTable;

    /// <summary>What to add to an address in kseg0 to have the host's.</summary>
    public nint Kseg0;

    /// <summary>First address of what is never remapped: kseg0, and kseg1 behind it.</summary>
    public uint WindowStart;

    /// <summary>How many bytes from <see cref="WindowStart"/> on are never remapped.</summary>
    public uint WindowBytes;

    /// <summary>
    /// A byte for each page of kseg0, by guest page number, that is not 0 where stores must not go unseen.
    /// </summary>
    public byte* StoreGuard;

    /// <summary>How hot a place gets before threaded code returns to have it translated.</summary>
    public int HeatLimit;

    /// <summary>
    /// How often a block has become void, or got a fragment: threaded code looks at a block again when this has
    /// changed.
    /// </summary>
    public ulong CodeChanges;

    /// <summary>Where threaded code notes what computed jumps lead to.</summary>
    public ComputedJump* ComputedJumps;

    /// <summary>The decoded blocks.</summary>
    public Block* Blocks;

    /// <summary>The table that indirect jumps of translated code look in: offsets in <see cref="Blocks"/>.</summary>
    public uint* BlockTable;

    /// <summary>How often fragments have been entered, where they were compiled to count it.</summary>
    public long Entries;

    /// <summary>
    /// Carries out what translated code has left for, if that needs no hypervisor: then it goes on. Null where
    /// everything does. Set by the hypervisor, as the three that follow.
    /// </summary>
    public delegate*<GuestState*, bool> CarryOut;

    /// <summary>What <see cref="CarryOut"/> goes by, and notes.</summary>
    public nint ExitBook;

    /// <summary>How often it has done so, unseen by the hypervisor.</summary>
    public long UnseenExits;

    /// <summary>What <see cref="Mode"/> and the tables were worked out from.</summary>
    public ulong ModeKey;

    /// <summary>
    /// The register page: the COP0 registers of the privileged context that runs the guest's code, register rd, select
    /// sel at [rd * 8 + sel]. Only the hypervisor knows what they mean, and where those of another context are. It is
    /// last, so that it can lie at the beginning of a page that the guest is shown: see <see cref="At"/>.
    /// </summary>
    public fixed uint Cop0[256];

    /// <summary>Indexes in <see cref="Cop0"/> of HWREna and UserLocal, which RDHWR looks at.</summary>
    public const int HwrEna = 7 * 8, UserLocal = 4 * 8 + 2;

    /// <summary>Whether an instruction is a RDHWR of the thread pointer, and allowed as things are.</summary>
    public readonly bool ReadsThreadPointer(Instruction word) =>
        ThreadPointer.IsReadBy(word, Footprint.Of(word.Word, false, 0).Exit) && ShowsThreadPointer;

    /// <summary>Whether programs may read the thread pointer as things are.</summary>
    public readonly bool ShowsThreadPointer => (Cop0[HwrEna] >> ThreadPointer.Number & 1) != 0;

    /// <inheritdoc/>
    /// <remarks>
    /// What the guest's processor holds at the end of a grant, but the privileged registers, which are their context's.
    /// The rest says how an engine left last, or where things are in this process.
    /// </remarks>
    public void Walk(StateWalk walk)
    {
        fixed (ulong* gpr = Gpr, fpr = Fpr)
        {
            walk.Array("gpr", new Span<ulong>(gpr, DiscardSlot));
            walk.Array("fpr", new Span<ulong>(fpr, 32));
        }
        walk.Value("hi", ref Hi);
        walk.Value("lo", ref Lo);
        walk.Value("pc", ref Pc);
        walk.Value("budget", ref Budget);
        walk.Value("fcsr", ref Fcsr);
        walk.Value("link bit", ref LinkBit);
        walk.Value("link address", ref LinkAddress);
        walk.Value("64-bit floating-point registers", ref FloatRegisters64);
        walk.Value("mode", ref Mode);
    }

    /// <summary>
    /// The state whose <see cref="Cop0"/> begins at <paramref name="registerPage"/>; what is before it must be free.
    /// </summary>
    public static GuestState* At(nint registerPage)
    {
        GuestState state;
        return (GuestState*)(registerPage - (nint)((byte*)state.Cop0 - (byte*)&state));
    }
}

/// <summary>The privileged state that changes what an instruction word means.</summary>
[Flags]
public enum TranslationMode : uint
{
    /// <summary>Coprocessor 1 unusable, 32-bit floating-point registers.</summary>
    None = 0,

    /// <summary>Coprocessor 1 is usable.</summary>
    Float = 1,

    /// <summary>Floating-point registers are 64 bits wide.</summary>
    Float64 = 2,

    /// <summary>The processor is in kernel mode: kseg0 is reachable.</summary>
    Kernel = 4,

    /// <summary>
    /// FCSR rounds to nearest, flushes nothing, traps nothing, and has not seen an inexact result yet.
    /// </summary>
    FloatExact = 8,

    /// <summary>The same, and Flags.I is set already: an inexact result changes nothing but Cause.</summary>
    FloatFast = 16,
}

/// <summary>Which of the mode's bits matter to what.</summary>
public static class TranslationModes
{
    /// <summary>The bits that matter to code: those about floating point only where there is any.</summary>
    public static TranslationMode MaskOf(bool usesFloat) =>
        usesFloat ? (TranslationMode)uint.MaxValue : TranslationMode.Kernel;

    /// <summary>How floating-point operations may be compiled in a mode.</summary>
    public static FloatMode FloatOf(TranslationMode mode)
    {
        if ((mode & TranslationMode.Float) == 0)
            return FloatMode.Unusable;
        if ((mode & TranslationMode.FloatFast) != 0)
            return FloatMode.Fast;
        return (mode & TranslationMode.FloatExact) != 0 ? FloatMode.Exact : FloatMode.Interpreted;
    }
}

namespace Dbt.Translator.Instructions;

/// <summary>
/// The paravirtual forms of sensitive instructions: they mean the same, but were written by whoever knows that nobody
/// has to trap them. Those of
/// MFC0, MTC0, DI and EI are reserved encodings of coprocessor 0 that differ in the field rs only; that of a CACHE is
/// the same operation on the
/// tertiary cache, which no machine here has. A word stays on its side of what a kernel takes for an address, should it
/// be read as one.
/// </summary>
public static class ParavirtualForm
{
    private const uint Cop0Opcode = 0x10, CacheOpcode = 0x2f;
    private const uint RsMask = 31u << 21, WhichCacheMask = 3u << 16, TertiaryCache = 2u << 16;
    private const uint Mfc0 = 0x00, Mtc0 = 0x04, Mfmc0 = 0x0b;
    private const uint FormOfMfc0 = 0x0c, FormOfMtc0 = 0x0d, FormOfMfmc0 = 0x0f;

    /// <summary>Whether an instruction is one.</summary>
    public static bool Is(Instruction instruction) =>
        instruction.Word >> 26 == CacheOpcode
            ? (instruction.Word & WhichCacheMask) == TertiaryCache
            : IsReserved(instruction);

    /// <summary>
    /// Whether an instruction is one that is reserved where no forms are to be: all but that of a CACHE.
    /// </summary>
    public static bool IsReserved(Instruction instruction) =>
        instruction.Word >> 26 == Cop0Opcode && (uint)instruction.Rs is FormOfMfc0 or FormOfMtc0 or FormOfMfmc0
            && InstructionSet.Find(instruction.Word).Level == IsaLevel.Paravirtual;

    /// <summary>The word that a reserved form stands for; any other word itself.</summary>
    public static uint OriginalOf(Instruction instruction)
    {
        if (!IsReserved(instruction))
            return instruction.Word;
        return instruction.Word & ~RsMask | (uint)instruction.Rs switch
        {
            FormOfMfc0 => Mfc0,
            FormOfMtc0 => Mtc0,
            _ => Mfmc0,
        } << 21;
    }

    /// <summary>The form of a MFC0, MTC0, DI, EI or CACHE.</summary>
    public static uint Of(Instruction instruction)
    {
        if (instruction.Word >> 26 == CacheOpcode)
            return instruction.Word & ~WhichCacheMask | TertiaryCache;
        return instruction.Word & ~RsMask | (uint)instruction.Rs switch
        {
            Mfc0 => FormOfMfc0,
            Mtc0 => FormOfMtc0,
            Mfmc0 => FormOfMfmc0,
            _ => throw new ArgumentException($"{instruction} has no paravirtual form", nameof(instruction)),
        } << 21;
    }
}

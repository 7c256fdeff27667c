namespace Dbt.Translator.Instructions;

/// <summary>
/// The paravirtual forms of sensitive instructions: reserved encodings of coprocessor 0 that differ from the instruction in the
/// field rs only and mean the same, but are written by whoever knows that nobody has to trap them. A machine runs them only
/// where its hypervisor put them into the guest, or its image says that they are there.
/// </summary>
public static class ParavirtualForm
{
    private const uint Opcode = 0x10, RsMask = 31u << 21;
    private const uint Mfc0 = 0x00, Mtc0 = 0x04, Mfmc0 = 0x0b;
    private const uint FormOfMfc0 = 0x0c, FormOfMtc0 = 0x0d, FormOfMfmc0 = 0x0f;
    private const uint Nop = 0, Synci = 0x041f_0000, BaseAndOffset = 0x03e0_ffff;

    /// <summary>Whether an instruction is one.</summary>
    public static bool Is(Instruction instruction) =>
        instruction.Word >> 26 == Opcode && (uint)instruction.Rs is FormOfMfc0 or FormOfMtc0 or FormOfMfmc0 && InstructionSet.Find(instruction.Word).Level == IsaLevel.Paravirtual;

    /// <summary>
    /// The word in place of a MFC0, MTC0, DI or EI: its form; in place of a CACHE: nothing for an operation by index, SYNCI of the
    /// same address for one by address, since there is no cache but what an address can be looked up in.
    /// </summary>
    public static uint Of(Instruction instruction)
    {
        if (instruction.Word >> 26 != Opcode)
            return instruction.Rt >> 2 < 4 ? Nop : Synci | instruction.Word & BaseAndOffset;
        return instruction.Word & ~RsMask | (uint)instruction.Rs switch
        {
            Mfc0 => FormOfMfc0,
            Mtc0 => FormOfMtc0,
            Mfmc0 => FormOfMfmc0,
            _ => throw new ArgumentException($"{instruction} has no paravirtual form", nameof(instruction)),
        } << 21;
    }
}

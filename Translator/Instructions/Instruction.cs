namespace Dbt.Translator.Instructions;

/// <summary>
/// One instruction word and its fields (MD00086, "CPU instruction formats"); for MIPS16e, a word that its fields have
/// been gathered to (<see cref="Mips16Layout"/>).
/// </summary>
/// <param name="Word">The 32 bits.</param>
public readonly record struct Instruction(uint Word)
{
    /// <summary>Bits 25–21: a source or base register; fmt in COP1; fr in COP1X.</summary>
    public int Rs => (int)(Word >> 21) & 31;

    /// <summary>Bits 20–16: a source or target register; ft.</summary>
    public int Rt => (int)(Word >> 16) & 31;

    /// <summary>Bits 15–11: a destination register; fs.</summary>
    public int Rd => (int)(Word >> 11) & 31;

    /// <summary>Bits 10–6: a shift amount or bit position; fd.</summary>
    public int Sa => (int)(Word >> 6) & 31;

    /// <summary>Bits 2–0: the select field of COP0 moves.</summary>
    public int Sel => (int)Word & 7;

    /// <summary>Bits 15–0, sign-extended.</summary>
    public int Immediate => (short)Word;

    /// <summary>Bits 15–0, zero-extended.</summary>
    public uint UnsignedImmediate => Word & 0xffff;

    /// <summary>Bits 25–0: the word index of a jump in its 256 MB region.</summary>
    public uint JumpIndex => Word & 0x03ff_ffff;

    /// <summary>Bits 25–6: the code of SYSCALL and BREAK; conditional traps have the lower half.</summary>
    public int Code => (int)(Word >> 6) & 0xf_ffff;

    /// <summary>Bits 20–18: the condition code of BC1 and MOVF/MOVT.</summary>
    public int ConditionCode => (int)(Word >> 18) & 7;

    /// <summary>Bits 10–8: the condition code C.cond.fmt writes.</summary>
    public int CompareCode => (int)(Word >> 8) & 7;

    /// <summary>The registers of a SAVE or RESTORE: bits 31–26 and 11–8 of what its fields are gathered to.</summary>
    public SavedRegisters Saved => new(Word >> 26 & 7, Word >> 29, Word >> 8 & 15);

    /// <summary>Bits 7–0: the frame of a SAVE or RESTORE, in bytes.</summary>
    public int FrameBytes => (int)(Word & 0xff) << 3;
}

namespace Dbt.Translator.Instructions;

/// <summary>
/// How an operand reads in assembly, and which field it stands for: <see cref="Instruction"/> has the fields. A row of
/// the instruction table names its operands as here, in lower case.
/// </summary>
public enum OperandForm
{
    /// <summary>The general register rs.</summary>
    Rs,

    /// <summary>The general register rt.</summary>
    Rt,

    /// <summary>The general register rt, left out if it is register 0.</summary>
    RtOpt,

    /// <summary>The general register rd.</summary>
    Rd,

    /// <summary>The general register rd, left out if it is register 31.</summary>
    RdLink,

    /// <summary>The floating-point register fs.</summary>
    Fs,

    /// <summary>The floating-point register ft.</summary>
    Ft,

    /// <summary>The floating-point register fd.</summary>
    Fd,

    /// <summary>The floating-point register fr.</summary>
    Fr,

    /// <summary>The floating-point control register in rd.</summary>
    Fcr,

    /// <summary>A condition code that is read.</summary>
    Cc,

    /// <summary>A condition code that is read, left out if it is code 0.</summary>
    CcOpt,

    /// <summary>The condition code a comparison writes, left out if it is code 0.</summary>
    FccOpt,

    /// <summary>A register of coprocessor 0 and its select field.</summary>
    C0,

    /// <summary>A hardware register.</summary>
    Hwr,

    /// <summary>A shift amount.</summary>
    Sa,

    /// <summary>The number in the field of the shift amount, left out if it is 0.</summary>
    SaOpt,

    /// <summary>The position of a bit field.</summary>
    Pos,

    /// <summary>The size of a bit field that is extracted.</summary>
    Size,

    /// <summary>The size of a bit field that is inserted.</summary>
    InsSize,

    /// <summary>A signed immediate.</summary>
    SImm,

    /// <summary>An unsigned immediate.</summary>
    UImm,

    /// <summary>The address a branch leads to, relative to its delay slot.</summary>
    Branch,

    /// <summary>The address a jump leads to, in the 256 MB around its delay slot.</summary>
    Jump,

    /// <summary>An address in memory: base register and offset.</summary>
    Offset,

    /// <summary>An address in memory: base register and index register.</summary>
    Indexed,

    /// <summary>The program counter.</summary>
    Pc,

    /// <summary>An address in memory: program counter and offset.</summary>
    PcOffset,

    /// <summary>The registers and the frame of a SAVE or RESTORE.</summary>
    Frame,

    /// <summary>A hint or operation in rt.</summary>
    Hint,

    /// <summary>A hint in rd.</summary>
    HintD,

    /// <summary>A code of 20 bits.</summary>
    Code20,

    /// <summary>A code of 20 bits in two halves, left out as far as they are 0.</summary>
    Codes,

    /// <summary>The upper 10 of the bits that can be a code.</summary>
    Code10High,

    /// <summary>The lower 10 of the bits that can be a code, left out if they are 0.</summary>
    Code10LowOpt,

    /// <summary>The whole word: it is no instruction that has a name.</summary>
    Word,
}

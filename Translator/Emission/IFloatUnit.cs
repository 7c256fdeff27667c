using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>
/// What the meanings of floating-point instructions ask for, of registers that the instruction being compiled names.
/// </summary>
public interface IFloatUnit
{
    /// <summary>fd ← operation(fs, ft, fr).</summary>
    void Operate(FpOperation operation, FpFormat format);

    /// <summary>C.cond.fmt.</summary>
    void Compare(FpFormat format);

    /// <summary>MOV.fmt and its conditional forms.</summary>
    void Move(FpFormat format, Node condition);

    /// <summary>A condition code of FCSR.</summary>
    Node Condition(int cc);

    /// <summary>MFC1.</summary>
    Node ReadWord(int register);

    /// <summary>MTC1.</summary>
    void WriteWord(int register, Node value);

    /// <summary>MFHC1.</summary>
    Node ReadHighWord(int register);

    /// <summary>MTHC1.</summary>
    void WriteHighWord(int register, Node value);

    /// <summary>LWC1, LDC1 and their indexed forms.</summary>
    void Load(AccessSize size, int register, Node address, bool align);

    /// <summary>SWC1, SDC1 and their indexed forms.</summary>
    void Store(AccessSize size, int register, Node address, bool align);
}

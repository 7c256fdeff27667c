namespace Dbt.Translator.Emission;

/// <summary>A register that an instruction names by its role.</summary>
public enum Operand
{
    /// <summary>rs.</summary>
    S,

    /// <summary>rt.</summary>
    T,

    /// <summary>rd.</summary>
    D,

    /// <summary>Register 31.</summary>
    Link,

    /// <summary>HI.</summary>
    Hi,

    /// <summary>LO.</summary>
    Lo,
}

/// <summary>
/// Where the registers and the constants of the instruction being compiled are: a region keeps registers in locals, a
/// threaded handler finds everything through its operation.
/// </summary>
public interface IOperands
{
    /// <summary>Reads a register.</summary>
    Node Read(Operand operand);

    /// <summary>Writes a register.</summary>
    void Write(Operand operand, Node value);

    /// <summary>Reads a general register that is named in a list.</summary>
    Node Read(int register);

    /// <summary>Writes a general register that is named in a list.</summary>
    void Write(int register, Node value);

    /// <summary>HI and LO, as one number of 64 bits.</summary>
    LongValue Product { get; set; }

    /// <summary>A constant from the instruction's fields or address.</summary>
    Node Constant(long value);
}

using System.Runtime.InteropServices;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Execution;

/// <summary>An instruction as the interpreter keeps it: its row and its register slots.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DecodedInstruction
{
    /// <summary>The word.</summary>
    public uint Word;

    /// <summary>Index into the instruction table.</summary>
    public ushort Row;

    /// <summary>Slot of rs.</summary>
    public byte S;

    /// <summary>Slot of rt when it is read.</summary>
    public byte T;

    /// <summary>Slot of rt when it is written.</summary>
    public byte TOut;

    /// <summary>Slot of rd when it is read.</summary>
    public byte D;

    /// <summary>Slot of rd when it is written.</summary>
    public byte DOut;

    /// <summary>Whether it has a delay slot.</summary>
    public bool IsBranch;

    /// <summary>Predecodes a word.</summary>
    public DecodedInstruction(uint word, int row, bool isBranch)
    {
        var fields = new Instruction(word);
        Word = word;
        Row = (ushort)row;
        S = (byte)fields.Rs;
        T = (byte)fields.Rt;
        D = (byte)fields.Rd;
        TOut = T == 0 ? (byte)GuestState.DiscardSlot : T;
        DOut = D == 0 ? (byte)GuestState.DiscardSlot : D;
        IsBranch = isBranch;
    }
}

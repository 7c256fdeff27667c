using System.Runtime.InteropServices;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Execution;

/// <summary>An instruction as the interpreter keeps it: its row and its register slots.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DecodedInstruction
{
    /// <summary>The word; for MIPS16e, one with its fields (<see cref="Mips16Layout"/>).</summary>
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

    /// <summary>Whether it is a branch.</summary>
    public bool IsBranch;

    /// <summary>Whether it is a branch with a delay slot.</summary>
    public bool HasSlot;

    /// <summary>How long it is in memory.</summary>
    public byte Bytes;

    /// <summary>Bytes from its block's first instruction to it.</summary>
    public ushort Offset;

    /// <summary>Predecodes an instruction of a row.</summary>
    public DecodedInstruction(Instruction fields, int number, InstructionRow row)
    {
        Word = fields.Word;
        Row = (ushort)number;
        S = (byte)fields.Rs;
        T = (byte)fields.Rt;
        D = (byte)fields.Rd;
        TOut = T == 0 ? (byte)GuestState.DiscardSlot : T;
        DOut = D == 0 ? (byte)GuestState.DiscardSlot : D;
        IsBranch = row.Has(InstructionFlags.Branch);
        HasSlot = row.HasDelaySlot;
        Bytes = (byte)row.Bytes;
    }
}

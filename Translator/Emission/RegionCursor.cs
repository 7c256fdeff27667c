using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Translator.Emission;

/// <summary>Where the compilation of a region stands. The control flow moves it; the other rooms look at it.</summary>
/// <param name="entry">The first block.</param>
internal sealed class RegionCursor(RegionBlock entry)
{
    /// <summary>The block being compiled.</summary>
    public RegionBlock Block { get; private set; } = entry;

    /// <summary>The index in it of the unit being compiled: of the branch, in a delay slot.</summary>
    public int Index { get; private set; }

    /// <summary>The address of the unit.</summary>
    public uint UnitPc { get; private set; }

    /// <summary>The index of the row of the instruction being compiled.</summary>
    public int Row { get; private set; }

    /// <summary>The instruction being compiled.</summary>
    public Instruction Instruction { get; private set; }

    /// <summary>Its address.</summary>
    public uint Pc { get; private set; }

    /// <summary>Instructions of the block from the unit on: what the budget gets back if it is given up.</summary>
    public int Unexecuted => Block.Words.Count - Index;

    /// <summary>Whether the instruction is in a delay slot.</summary>
    public bool IsInDelaySlot => Pc != UnitPc;

    /// <summary>Goes to a unit.</summary>
    public void MoveTo(RegionBlock block, int index)
    {
        (Block, Index, UnitPc) = (block, index, block.AddressOf(index));
        Decode(index);
    }

    /// <summary>Goes to the delay slot of the branch that ends the block.</summary>
    public void MoveToDelaySlot() => Decode(Block.Words.Count - 1);

    private void Decode(int index)
    {
        Pc = Block.AddressOf(index);
        Row = InstructionSet.IndexOf(Block.Words[index], Pc);
        Instruction = InstructionSet.RowAt(Row).FieldsOf(Block.Words[index]);
    }
}

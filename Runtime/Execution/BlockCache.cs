using System.Runtime.InteropServices;

namespace Dbt.Runtime.Execution;

/// <summary>A decoded block: straight-line code up to and including a branch and its delay slot, within one page.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Block
{
    /// <summary>Virtual address of the first instruction.</summary>
    public ulong Pc;

    /// <summary>Host address of the first instruction: stands for the physical one.</summary>
    public nint Host;

    /// <summary>The mode it was decoded for.</summary>
    public TranslationMode Mode;

    /// <summary>The generation of its frame when it was decoded.</summary>
    public uint Generation;

    /// <summary>The first instruction.</summary>
    public DecodedInstruction* First;

    /// <summary>Past the last instruction.</summary>
    public DecodedInstruction* End;

    /// <summary>Whether it ends in a call, a return or another jump that is no conditional branch.</summary>
    public int Leaps;

    /// <summary>How often it was entered from a place where a fragment could begin.</summary>
    public int Heat;

    /// <summary>How often it was executed.</summary>
    public int Runs;

    /// <summary>Its threaded code, 0 if there is none.</summary>
    public nint Operations;

    /// <summary>The fragment that begins here, 0 if there is none.</summary>
    public nint Code;

    /// <summary>That fragment's link slots.</summary>
    public nint Links;
}

/// <summary>Decoded blocks by address, in native memory: looking one up or making one allocates nothing.</summary>
public sealed unsafe class BlockCache : IDisposable
{
    /// <summary>log2 of the number of slots.</summary>
    public const int SlotBits = 18;

    private const int Slots = 1 << SlotBits;
    private const int Capacity = 1 << 20;

    /// <summary>The longest block, in instructions: a page of straight-line code is cut into several.</summary>
    public const int LongestBlock = 64;

    private readonly Block* _blocks = (Block*)NativeMemory.AllocZeroed(Slots, (nuint)sizeof(Block));
    private readonly DecodedInstruction* _instructions = (DecodedInstruction*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(DecodedInstruction));
    private int _used;

    /// <summary>The first slot.</summary>
    public Block* Table => _blocks;

    /// <summary>The slot where the block at <paramref name="pc"/> is, if it is anywhere.</summary>
    public Block* Slot(ulong pc) => _blocks + ((pc >> 2 ^ pc >> 18) & Slots - 1);

    /// <summary>Threaded code is about to be overwritten.</summary>
    public void ForgetOperations()
    {
        for (int slot = 0; slot < Slots; slot++)
            _blocks[slot].Operations = 0;
    }

    /// <summary>Room for one more block's instructions. When the room is used up, every block is dropped.</summary>
    public DecodedInstruction* Reserve()
    {
        if (_used + LongestBlock + 1 > Capacity)
        {
            new Span<Block>(_blocks, Slots).Clear();
            _used = 0;
        }
        return _instructions + _used;
    }

    /// <summary>Keeps <paramref name="count"/> instructions written at <see cref="Reserve"/>.</summary>
    public void Commit(int count) => _used += count;

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_blocks);
        NativeMemory.Free(_instructions);
    }
}

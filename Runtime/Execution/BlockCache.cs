using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dbt.Runtime.Memory;

namespace Dbt.Runtime.Execution;

/// <summary>
/// A decoded block: straight-line code up to and including a branch and its delay slot, within one page.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Block
{
    /// <summary>Virtual address of the first instruction.</summary>
    public ulong Pc;

    /// <summary>
    /// Host address of the first instruction: stands for the physical one. It has the bit 0 of <see cref="Pc"/>.
    /// </summary>
    public nint Host;

    /// <summary>The mode it was decoded for, of the bits in <see cref="ModeMask"/>.</summary>
    public TranslationMode Mode;

    /// <summary>The bits of the mode that change what its code means.</summary>
    public TranslationMode ModeMask;

    /// <summary>The fragment that begins here, 0 if there is none.</summary>
    public nint Code;

    /// <summary>That fragment's link slots.</summary>
    public nint Links;

    /// <summary>Its threaded code, 0 if there is none.</summary>
    public nint Operations;

    /// <summary>The generation of its frame when it was decoded.</summary>
    public uint Generation;

    /// <summary>How often it was executed.</summary>
    public int Runs;

    /// <summary>How often it was entered from a place where a fragment could begin.</summary>
    public int Heat;

    /// <summary>Offset in the pool of the next block of the same slot, 0 behind the last.</summary>
    public uint Next;

    /// <summary>Whether it ends in a call, a return or another jump that is no conditional branch.</summary>
    public int Leaps;

    /// <summary>Whether the instructions of its threaded code share handlers.</summary>
    public bool IsPaired;

    /// <summary>The first instruction.</summary>
    public DecodedInstruction* First;

    /// <summary>Past the last instruction.</summary>
    public DecodedInstruction* End;

    /// <summary>Whether it ends in a branch whose delay slot lies on the next page.</summary>
    public readonly bool LacksSlot => End[-1].HasSlot;

    /// <summary>Whether it ends in a branch, and the delay slot of that if it has one.</summary>
    public readonly bool EndsInBranch => End[-1].IsBranch || End - First > 1 && End[-2].HasSlot;

    /// <summary>Bytes of its instructions.</summary>
    public readonly uint Bytes => (uint)End[-1].Offset + End[-1].Bytes;

    /// <summary>Whether it is the block at an address, in a mode.</summary>
    public readonly bool Fits(ulong pc, TranslationMode mode) => Pc == pc && (mode & ModeMask) == Mode;

    /// <summary>Whether it is the block at an address, backed by a place in host memory, in a mode.</summary>
    public readonly bool Fits(ulong pc, nint host, TranslationMode mode) => Fits(pc, mode) && Host == host;
}

/// <summary>
/// Decoded blocks by address, in native memory: looking one up or making one allocates nothing. A slot of the table has
/// the offset in the pool of the block used last; others that share it, because the address is mapped elsewhere or the
/// mode is another, are chained behind it.
/// </summary>
public sealed unsafe class BlockCache : IDisposable
{
    /// <summary>log2 of the number of slots.</summary>
    public const int SlotBits = 20;

    /// <summary>The longest block, in instructions: a page of straight-line code is cut into several.</summary>
    public const int LongestBlock = 64;

    private const int Slots = 1 << SlotBits;
    private const int BlockCapacity = 1 << 18;
    private const int InstructionCapacity = 1 << 20;

    private readonly uint* _slots = SparseTable.Allocate<uint>(Slots);
    private readonly Block* _pool = SparseTable.Allocate<Block>(BlockCapacity);
    private readonly DecodedInstruction* _instructions = SparseTable.Allocate<DecodedInstruction>(InstructionCapacity);
    private readonly Block* _across =
        (Block*)NativeMemory.AllocZeroed(1, (nuint)(sizeof(Block) + sizeof(DecodedInstruction)));
    private int _usedInstructions;
    private int _usedBlocks;

    /// <summary>An empty cache.</summary>
    public BlockCache() => Begin();

    /// <summary>The pool; the first block is none, and at no address.</summary>
    public Block* Pool => _pool;

    /// <summary>The slots: offsets in the pool.</summary>
    public uint* Table => _slots;

    /// <summary>Index of the slot for an address.</summary>
    public static uint IndexOf(uint pc) => (pc >> 2 ^ pc >> 18) & Slots - 1;

    /// <summary>
    /// The block used last at an address's slot, if it is the address's own as the guest's tables and mode are now;
    /// null if not.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block* Latest(GuestState* state, uint pc)
    {
        Block* block = At(state->Blocks, state->BlockTable[IndexOf(pc)]);
        return block->Fits(pc, (nint)pc + state->FetchTable[pc >> ShadowTlb.PageShift], state->Mode) ? block : null;
    }

    /// <summary>Counts how often a block lost its operations, or got a fragment.</summary>
    public ulong Changes { get; private set; }

    /// <summary>Gives a block a fragment.</summary>
    public void Enter(Block* block, nint code, nint links)
    {
        (block->Code, block->Links) = (code, links);
        Changes++;
    }

    /// <summary>The block used last of those that share an address's slot; never null.</summary>
    public Block* Head(ulong pc) => At(_pool, _slots[IndexOf((uint)pc)]);

    /// <summary>The block behind <paramref name="block"/> in its slot; null behind the last.</summary>
    public Block* Behind(Block* block) => block->Next == 0 ? null : At(_pool, block->Next);

    /// <summary>The block at an address in a mode, wherever the address is mapped; null if there is none.</summary>
    public Block* Find(ulong pc, TranslationMode mode)
    {
        for (Block* block = Head(pc); block != null; block = Behind(block))
        {
            if (block->Fits(pc, mode))
                return block;
        }
        return null;
    }

    /// <summary>Whether a fragment begins at an address in a mode.</summary>
    public bool HasFragment(ulong pc, TranslationMode mode)
    {
        Block* block = Find(pc, mode);
        return block != null && block->Code != 0;
    }

    /// <summary>Finds a block behind its slot's head, and makes it the head.</summary>
    /// <param name="pc">The address.</param>
    /// <param name="host">What backs it.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="generation">The generation of its frame; a block of another is dropped.</param>
    /// <returns>The block; null if there is none.</returns>
    public Block* Recall(ulong pc, nint host, TranslationMode mode, uint generation)
    {
        uint* link = _slots + IndexOf((uint)pc);
        while (*link != 0)
        {
            Block* block = At(_pool, *link);
            if (!block->Fits(pc, host, mode))
            {
                link = &block->Next;
                continue;
            }
            *link = block->Next;
            if (block->Generation != generation)
                return null;
            Chain(block);
            return block;
        }
        return null;
    }

    /// <summary>Threaded code is about to be overwritten.</summary>
    public void ForgetOperations()
    {
        Changes++;
        for (int i = 0; i < _usedBlocks; i++)
        {
            _pool[i].Operations = 0;
            _pool[i].IsPaired = false;
        }
    }

    /// <summary>
    /// Room for the one instruction that no block holds, and for what takes a block's place; it is at no address, and
    /// is overwritten by the next.
    /// </summary>
    public DecodedInstruction* Across(out Block* block)
    {
        block = _across;
        return (DecodedInstruction*)(_across + 1);
    }

    /// <summary>Room for one more block's instructions. When the room is used up, every block is dropped.</summary>
    public DecodedInstruction* Reserve()
    {
        if (_usedInstructions + LongestBlock + 1 > InstructionCapacity || _usedBlocks == BlockCapacity)
            Clear();
        return _instructions + _usedInstructions;
    }

    /// <summary>Keeps a block, decoded in a mode, and the instructions written at <see cref="Reserve"/>.</summary>
    /// <returns>The block, where it stays until every block is dropped.</returns>
    public Block* Add(in Block decoded, TranslationMode mode)
    {
        Block* block = _pool + _usedBlocks++;
        *block = decoded;
        // Where another block at this place has a fragment that cares for more of the mode, this one must not take its
        // place.
        for (Block* other = Head(decoded.Pc); other != null; other = Behind(other))
        {
            if (other->Pc == decoded.Pc && other->Host == decoded.Host)
                block->ModeMask |= other->ModeMask;
        }
        block->Mode = mode & block->ModeMask;
        _usedInstructions += (int)(decoded.End - decoded.First);
        Chain(block);
        return block;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SparseTable.Free(_slots, Slots);
        SparseTable.Free(_pool, BlockCapacity);
        SparseTable.Free(_instructions, InstructionCapacity);
        NativeMemory.Free(_across);
    }

    private static Block* At(Block* pool, uint offset) => (Block*)((byte*)pool + offset);

    private void Chain(Block* block)
    {
        uint* slot = _slots + IndexOf((uint)block->Pc);
        block->Next = *slot;
        *slot = (uint)((byte*)block - (byte*)_pool);
    }

    private void Clear()
    {
        ForgetOperations();
        new Span<uint>(_slots, Slots).Clear();
        Begin();
    }

    private void Begin()
    {
        _pool[0] = new Block { Pc = ulong.MaxValue };
        (_usedBlocks, _usedInstructions) = (1, 0);
    }
}

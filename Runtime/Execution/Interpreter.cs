using System.Runtime.CompilerServices;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Translation;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Execution;

/// <summary>
/// The reference engine: decodes an instruction, then carries out its meaning, one unit after the other. The only
/// thing it keeps is decoded blocks. This is its part that any machine's has, whatever its registers and its byte order
/// are.
/// </summary>
public abstract unsafe class Interpreter : IEngine
{
    private static readonly InstructionRow[] s_rows = [.. InstructionSet.Rows];

    private readonly GuestState* _state;
    private readonly IMemorySystem _memory;
    private readonly GuestRam _ram;
    private readonly BlockCache _blocks = new();

    private protected Interpreter(GuestState* state, IMemorySystem memory, GuestRam ram)
    {
        _state = state;
        (_memory, _ram) = (memory, ram);
    }

    /// <summary>An interpreter of a 32-bit processor.</summary>
    /// <param name="order">The byte order of its memory.</param>
    /// <param name="state">The guest's registers.</param>
    /// <param name="memory">Who answers when the shadow TLB does not.</param>
    /// <param name="ram">The memory that code is decoded from.</param>
    public static Interpreter Create(ByteOrder order, GuestState* state, IMemorySystem memory, GuestRam ram) =>
        order == ByteOrder.Big
        ? new Interpreter<Word32, BigEndian>(state, memory, ram)
        : new Interpreter<Word32, LittleEndian>(state, memory, ram);

    /// <inheritdoc/>
    public abstract ExitReason Run();

    /// <inheritdoc/>
    public void Dispose()
    {
        _blocks.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public ITranslations? Translations => null;

    /// <summary>The decoded blocks.</summary>
    internal BlockCache Blocks => _blocks;

    /// <summary>Told of a block just decoded, and in which mode.</summary>
    internal delegate void BlockDecoded(Block* block, TranslationMode mode);

    /// <summary>A block has been decoded: whoever made a fragment for its address earlier gives it that.</summary>
    internal event BlockDecoded? Decoded;

    /// <summary>The word of the instruction at a place in host memory.</summary>
    internal abstract uint WordAt(nint host);

    /// <summary>Executes the unit at PC and no more.</summary>
    internal abstract ExitReason Step();

    /// <summary>Executes a block's units until one leaves, the budget is used up, or code changes.</summary>
    internal abstract ExitReason Execute(Block* block);

    internal ExitReason FetchFailed(bool inDelaySlot)
    {
        _state->ExitInDelaySlot = inDelaySlot ? 1 : 0;
        _state->ExitWord = 0;
        return ExitReason.Memory;
    }

    internal Block* Find(ulong pc)
    {
        nint host = HostAddress(pc);
        if (host == 0)
            return null;
        uint generation = _ram.Code.Generation(_ram.FrameOf(host));
        Block* block = _blocks.Head(pc);
        if (block->Fits(pc, host, _state->Mode) && block->Generation == generation)
            return block;
        block = _blocks.Recall(pc, host, _state->Mode, generation);
        return block != null ? block : DecodeBlock(pc, host);
    }

    /// <summary>
    /// Where an instruction lies in host memory; 0, and an exception noted, if the guest may not fetch it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected nint HostAddress(ulong pc)
    {
        uint page = (uint)pc >> ShadowTlb.PageShift;
        if (((uint)pc & 3) != 0 || _state->ReadTable[page] == 0)
        {
            if (!_memory.Fetch(pc))
                return 0;
        }
        return (nint)(uint)pc + _state->ReadTable[page];
    }

    private Block* DecodeBlock(ulong pc, nint host)
    {
        DecodedInstruction* first = _blocks.Reserve();
        int room = (int)(4096 - (pc & 4095)) / 4;
        int limit = Math.Min(room, BlockCache.LongestBlock);
        int count = 0;
        bool usesFloat = false;
        while (count < limit)
        {
            first[count] = Decode(host + 4 * count, ref usesFloat);
            if (!first[count++].IsBranch)
                continue;
            if (count < room)
                first[count] = Decode(host + 4 * count++, ref usesFloat);
            break;
        }
        MarkCode(host, 4 * count);
        Block* block = _blocks.Add(new Block
        {
            Pc = pc,
            Host = host,
            ModeMask = TranslationModes.MaskOf(usesFloat),
            Generation = _ram.Code.Generation(_ram.FrameOf(host)),
            First = first,
            End = first + count,
            Leaps = Leaps(first, count) ? 1 : 0,
        }, _state->Mode);
        Decoded?.Invoke(block, _state->Mode);
        return block;
    }

    private static bool Leaps(DecodedInstruction* first, int count)
    {
        for (int i = Math.Max(0, count - 2); i < count; i++)
        {
            if (first[i].IsBranch)
            {
                return s_rows[first[i].Row].Has(InstructionFlags.Link)
                    || !s_rows[first[i].Row].Has(InstructionFlags.Conditional);
            }
        }
        return false;
    }

    private protected DecodedInstruction Decode(nint host, ref bool usesFloat)
    {
        uint word = WordAt(host);
        int row = InstructionSet.Decoder.Find(word);
        if (s_rows[row].Has(InstructionFlags.Float))
        {
            usesFloat = true;
            if ((_state->Mode & TranslationMode.Float) == 0)
                row = InstructionSet.Decoder.FloatUnusable;
        }
        return new DecodedInstruction(word, row, s_rows[row].Has(InstructionFlags.Branch));
    }

    internal void MarkCode(nint host, int length)
    {
        int frame = _ram.FrameOf(host);
        _ram.Code.Mark(frame, (int)(host - _ram.HostPage(frame)), length);
    }
}

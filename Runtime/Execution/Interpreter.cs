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

    /// <summary>The word at a place in host memory.</summary>
    internal abstract uint WordAt(nint host);

    /// <summary>The half word at a place in host memory.</summary>
    private protected abstract uint HalfAt(nint host);

    /// <summary>Executes the unit at PC and no more.</summary>
    internal abstract ExitReason Step();

    /// <summary>Executes a block's units until one leaves, the budget is used up, or code changes.</summary>
    internal abstract ExitReason Execute(Block* block);

    /// <summary>The instruction at PC, or that in its delay slot, so many bytes behind, cannot be fetched.</summary>
    internal ExitReason FetchFailed(uint slotOffset = 0)
    {
        _state->ExitOffset = slotOffset;
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
    /// The instruction at a place in host memory, and how long it is: a word, or one of MIPS16e, which bit 0 of the
    /// place says as that of its address does.
    /// </summary>
    /// <param name="host">Where it is.</param>
    /// <param name="room">How many bytes are left of the page.</param>
    /// <param name="word">The instruction; of one that goes beyond the page, what is there of it.</param>
    /// <returns>Its length in bytes.</returns>
    internal int ReadCode(nint host, int room, out uint word)
    {
        if (!InstructionSet.IsMips16((ulong)host))
        {
            word = WordAt(host);
            return 4;
        }
        word = HalfAt(host - 1);
        if (!Mips16Decoder.IsLong(word))
            return 2;
        if (room >= 4)
            word = word << 16 | HalfAt(host + 1);
        return 4;
    }

    /// <summary>
    /// Where an instruction lies in host memory; 0, and an exception noted, if the guest may not fetch it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private nint HostAddress(ulong pc)
    {
        uint page = (uint)pc >> ShadowTlb.PageShift;
        if (((uint)pc & 3) != 0 && !IsMips16(pc) || _state->FetchTable[page] == 0)
        {
            if (!Fetch(pc))
                return 0;
        }
        return (nint)(uint)pc + _state->FetchTable[page];
    }

    // Where there is no MIPS16e, an odd address is a wrong one.
    private bool IsMips16(ulong pc) => ((uint)pc & _state->HasMips16) != 0;

    private bool Fetch(ulong pc) =>
        IsMips16(pc) ? _memory.Fetch(pc - 1, AccessSize.Half) : _memory.Fetch(pc, AccessSize.Word);

    private Block* DecodeBlock(ulong pc, nint host)
    {
        DecodedInstruction* first = _blocks.Reserve();
        int room = (int)(4096 - (pc & 4094));
        int count = 0, length = 0;
        bool usesFloat = false, isSlot = false;
        while (count < BlockCache.LongestBlock || isSlot)
        {
            int bytes = ReadCode(host + length, room - length, out uint word);
            if (length + bytes > room)
                break;
            first[count] = Decode(word, pc, ref usesFloat);
            first[count].Offset = (ushort)length;
            length += bytes;
            // A branch in a delay slot is no end: it is none.
            bool ends = isSlot || first[count].IsBranch && !first[count].HasSlot;
            isSlot = first[count++].HasSlot && !isSlot;
            if (ends || length == room)
                break;
        }
        if (count == 0)
            return DecodeAcross(pc, host);
        MarkCode(host, length);
        Block* block = _blocks.Add(BlockOf(pc, host, first, count, usesFloat), _state->Mode);
        Decoded?.Invoke(block, _state->Mode);
        return block;
    }

    private Block BlockOf(ulong pc, nint host, DecodedInstruction* first, int count, bool usesFloat) => new()
    {
        Pc = pc,
        Host = host,
        ModeMask = TranslationModes.MaskOf(usesFloat),
        Generation = _ram.Code.Generation(_ram.FrameOf(host)),
        First = first,
        End = first + count,
        Leaps = Leaps(first, count) ? 1 : 0,
    };

    /// <summary>
    /// The block of the one instruction that begins on a page and ends on the next, which may be mapped elsewhere at
    /// any time: it is decoded each time, and never hot.
    /// </summary>
    private Block* DecodeAcross(ulong pc, nint host)
    {
        DecodedInstruction* instruction = _blocks.Across(out Block* block);
        if (!TryDecodeApart(pc, out *instruction))
            return null;
        *block = BlockOf(pc, host, instruction, 1, usesFloat: false);
        (block->Mode, block->Heat) = (_state->Mode & block->ModeMask, int.MinValue / 2);
        return block;
    }

    /// <summary>
    /// Decodes an instruction that its block has not, since it lies on the next page, or ends there;
    /// <see langword="false"/>, and an exception noted, if the guest may not fetch it.
    /// </summary>
    private protected bool TryDecodeApart(ulong pc, out DecodedInstruction instruction)
    {
        instruction = default;
        nint host = HostAddress(pc);
        if (host == 0)
            return false;
        int room = (int)(4096 - (pc & 4094));
        int bytes = ReadCode(host, room, out uint word);
        MarkCode(host, Math.Min(bytes, room));
        if (bytes > room)
        {
            nint rest = HostAddress((uint)pc + 2);
            if (rest == 0)
                return false;
            word = word << 16 | HalfAt(rest - 1);
            MarkCode(rest, 2);
        }
        bool usesFloat = false;
        instruction = Decode(word, pc, ref usesFloat);
        return true;
    }

    private static bool Leaps(DecodedInstruction* first, int count)
    {
        for (int i = Math.Max(0, count - 2); i < count; i++)
        {
            if (first[i].IsBranch)
            {
                InstructionRow branch = InstructionSet.RowAt(first[i].Row);
                return branch.Has(InstructionFlags.Link) || !branch.Has(InstructionFlags.Conditional);
            }
        }
        return false;
    }

    private DecodedInstruction Decode(uint word, ulong pc, ref bool usesFloat)
    {
        int number = InstructionSet.IndexOf(word, pc);
        InstructionRow row = InstructionSet.RowAt(number);
        if (row.Has(InstructionFlags.Float))
        {
            usesFloat = true;
            if ((_state->Mode & TranslationMode.Float) == 0)
                number = InstructionSet.Decoder.FloatUnusable;
        }
        // JALX leads where there is nothing.
        if (row.Level == IsaLevel.Mips16 && _state->HasMips16 == 0)
            number = InstructionSet.Decoder.Reserved;
        return new DecodedInstruction(row.FieldsOf(word), number, InstructionSet.RowAt(number));
    }

    internal void MarkCode(nint host, int length)
    {
        int frame = _ram.FrameOf(host);
        _ram.Code.Mark(frame, (int)(host - _ram.HostPage(frame)) & ~1, length);
    }
}

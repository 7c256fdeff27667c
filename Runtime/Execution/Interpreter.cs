using System.Runtime.CompilerServices;
using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Execution;

/// <summary>
/// The reference engine: decodes an instruction, then carries out its meaning, one unit after the other. The only
/// thing it keeps is decoded blocks.
/// </summary>
/// <typeparam name="V">Register width.</typeparam>
/// <typeparam name="TOrder">Byte order of memory.</typeparam>
public sealed unsafe class Interpreter<V, TOrder> : IEngine
    where V : struct, IRegisterWord<V>
    where TOrder : struct, IByteOrder
{
    private static readonly InstructionRow<InterpreterProcessor<V, TOrder>>[] s_rows = InstructionTable<InterpreterProcessor<V, TOrder>, V>.Rows;
    private static readonly Meaning<InterpreterProcessor<V, TOrder>>[] s_meanings = [.. s_rows.Select(row => row.Meaning)];
    private static readonly Decoder s_decoder = new(s_rows);

    private readonly GuestState* _state;
    private readonly IMemorySystem _memory;
    private readonly GuestRam _ram;
    private readonly BlockCache _blocks = new();
    private InterpreterProcessor<V, TOrder> _cpu;
    private DecodedInstruction _farSlot;

    /// <summary>An interpreter of the processor in <paramref name="state"/>.</summary>
    /// <param name="state">The guest's registers.</param>
    /// <param name="memory">Who answers when the shadow TLB does not.</param>
    /// <param name="ram">The memory that code is decoded from.</param>
    public Interpreter(GuestState* state, IMemorySystem memory, GuestRam ram)
    {
        _state = state;
        (_memory, _ram) = (memory, ram);
        _cpu = new InterpreterProcessor<V, TOrder>(state, memory);
    }

    /// <inheritdoc/>
    public ExitReason Run()
    {
        while (_state->Budget > 0)
        {
            Block* block = Find(_state->Pc);
            ExitReason reason = block == null ? FetchFailed(inDelaySlot: false) : Execute(block);
            if (reason != ExitReason.None)
                return reason;
        }
        return ExitReason.Budget;
    }

    /// <inheritdoc/>
    public void Dispose() => _blocks.Dispose();

    /// <summary>The decoded blocks.</summary>
    internal BlockCache Blocks => _blocks;

    /// <summary>Told of a block just decoded, and in which mode.</summary>
    internal delegate void BlockDecoded(Block* block, TranslationMode mode);

    /// <summary>A block has been decoded: whoever made a fragment for its address earlier gives it that.</summary>
    internal event BlockDecoded? Decoded;

    /// <summary>Executes the unit at PC and no more.</summary>
    internal ExitReason Step()
    {
        Block* block = Find(_state->Pc);
        if (block == null)
            return FetchFailed(inDelaySlot: false);
        return ExecuteUnit(block, block->First);
    }

    /// <summary>Executes a block's units until one leaves, the budget is used up, or code changes.</summary>
    internal ExitReason Execute(Block* block)
    {
        ulong changes = _ram.Code.Changes;
        DecodedInstruction* instruction = block->First;
        ExitReason reason;
        bool branch;
        do
        {
            branch = instruction->IsBranch;
            reason = ExecuteUnit(block, instruction);
            instruction++;
        }
        while (!branch && reason == ExitReason.None && instruction < block->End && _state->Budget > 0 && changes == _ram.Code.Changes);
        return reason;
    }

    private ExitReason ExecuteUnit(Block* block, DecodedInstruction* instruction)
    {
        _cpu.Current = instruction;
        s_meanings[instruction->Row](ref _cpu);
        if (_cpu.Left != ExitReason.None)
            return Leave(_state->Pc + 4, inDelaySlot: false);
        if (instruction->IsBranch)
            return FinishBranch(instruction + 1 < block->End ? instruction + 1 : null);
        _state->Pc += 4;
        _state->Budget--;
        return ExitReason.None;
    }

    /// <summary>Executes the delay slot of the branch just carried out, and goes where it leads.</summary>
    private ExitReason FinishBranch(DecodedInstruction* slot)
    {
        ulong next = _cpu.Taken ? V.FromSlot(_cpu.Target).Address : V.FromSlot(_state->Pc + 8).Address;
        if (_cpu.Nullified)
        {
            _state->Pc = next;
            _state->Budget--;
            return ExitReason.None;
        }
        fixed (DecodedInstruction* far = &_farSlot)
        {
            if (slot == null)
            {
                // The slot lies on the next page, which may be mapped elsewhere at any time: it is decoded each time.
                nint host = HostAddress(V.FromSlot(_state->Pc + 4).Address);
                if (host == 0)
                    return FetchFailed(inDelaySlot: true);
                MarkCode(host, 4);
                bool usesFloat = false;
                *far = Decode(host, ref usesFloat);
                slot = far;
            }
            _cpu.Current = slot;
            _cpu.SlotOffset = 4;
            if (slot->IsBranch)
                _cpu.Left = ExitReason.ReservedInstruction;
            else
                s_meanings[slot->Row](ref _cpu);
            _cpu.SlotOffset = 0;
        }
        if (_cpu.Left != ExitReason.None)
            return Leave(next, inDelaySlot: true);
        _state->Pc = next;
        _state->Budget -= 2;
        return ExitReason.None;
    }

    private ExitReason Leave(ulong resume, bool inDelaySlot)
    {
        ExitReason reason = _cpu.Left;
        _cpu.Left = ExitReason.None;
        _state->ResumePc = resume;
        _state->ExitWord = _cpu.Current->Word;
        _state->ExitInDelaySlot = inDelaySlot ? 1 : 0;
        return reason;
    }

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

    /// <summary>Where an instruction lies in host memory; 0, and an exception noted, if the guest may not fetch it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private nint HostAddress(ulong pc)
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
                return s_rows[first[i].Row].Has(InstructionFlags.Link) || !s_rows[first[i].Row].Has(InstructionFlags.Conditional);
        }
        return false;
    }

    private DecodedInstruction Decode(nint host, ref bool usesFloat)
    {
        uint word = TOrder.Convert(*(uint*)host);
        int row = s_decoder.Find(word);
        if (s_rows[row].Has(InstructionFlags.Float))
        {
            usesFloat = true;
            if ((_state->Mode & TranslationMode.Float) == 0)
                row = s_decoder.FloatUnusable;
        }
        return new DecodedInstruction(word, row, s_rows[row].Has(InstructionFlags.Branch));
    }

    internal void MarkCode(nint host, int length)
    {
        int frame = _ram.FrameOf(host);
        _ram.Code.Mark(frame, (int)(host - _ram.HostPage(frame)), length);
    }
}

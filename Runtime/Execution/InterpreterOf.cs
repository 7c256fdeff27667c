using System.Runtime.CompilerServices;
using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Execution;

/// <summary>The interpreter of machines with registers of a width and memory of a byte order.</summary>
/// <typeparam name="V">Register width.</typeparam>
/// <typeparam name="TOrder">Byte order of memory.</typeparam>
public sealed unsafe class Interpreter<V, TOrder> : Interpreter
    where V : struct, IRegisterWord<V>
    where TOrder : struct, IByteOrder
{
    private static readonly Meaning<InterpreterProcessor<V, TOrder>>[] s_meanings =
        [.. InstructionTable<InterpreterProcessor<V, TOrder>, V>.Rows.Select(row => row.Meaning)];

    private readonly GuestState* _state;
    private readonly GuestRam _ram;
    private InterpreterProcessor<V, TOrder> _cpu;
    private DecodedInstruction _farSlot;

    /// <summary>
    /// An interpreter of the processor in <paramref name="state"/>; see <see cref="Interpreter.Create"/>.
    /// </summary>
    public Interpreter(GuestState* state, IMemorySystem memory, GuestRam ram)
        : base(state, memory, ram)
    {
        _state = state;
        _ram = ram;
        _cpu = new InterpreterProcessor<V, TOrder>(state, memory);
    }

    /// <inheritdoc/>
    public override ExitReason Run()
    {
        while (_state->Budget > 0)
        {
            Block* block = Find(_state->Pc);
            ExitReason reason = block == null ? FetchFailed() : Execute(block);
            if (reason != ExitReason.None)
                return reason;
        }
        return ExitReason.Budget;
    }

    internal override uint WordAt(nint host) => TOrder.Convert(*(uint*)host);

    private protected override uint HalfAt(nint host) => TOrder.Convert(*(ushort*)host);

    /// <summary>Executes the unit at PC and no more.</summary>
    internal override ExitReason Step()
    {
        Block* block = Find(_state->Pc);
        if (block == null)
            return FetchFailed();
        return ExecuteUnit(block, block->First);
    }

    /// <summary>Executes a block's units until one leaves, the budget is used up, or code changes.</summary>
    internal override ExitReason Execute(Block* block)
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
        while (!branch && reason == ExitReason.None && instruction < block->End && _state->Budget > 0
            && changes == _ram.Code.Changes);
        return reason;
    }

    private static Meaning<InterpreterProcessor<V, TOrder>> Meaning(int row) =>
        row < s_meanings.Length
        ? s_meanings[row]
        : InstructionTable<InterpreterProcessor<V, TOrder>, V>.RowAt(row).Meaning;

    private ExitReason ExecuteUnit(Block* block, DecodedInstruction* instruction)
    {
        _cpu.Current = instruction;
        Meaning(instruction->Row)(ref _cpu);
        if (_cpu.Left != ExitReason.None)
            return Leave(Behind(instruction->Bytes), slotOffset: 0);
        if (instruction->IsBranch)
            return FinishBranch(instruction, instruction + 1 < block->End ? instruction + 1 : null);
        _state->Pc = Behind(instruction->Bytes);
        _state->Budget--;
        return ExitReason.None;
    }

    /// <summary>Executes the delay slot of the branch just carried out, and goes where it leads.</summary>
    private ExitReason FinishBranch(DecodedInstruction* branch, DecodedInstruction* slot)
    {
        // What may go on behind a delay slot are words.
        ulong next = _cpu.Taken ? V.FromSlot(_cpu.Target).Address : Behind(branch->HasSlot ? 8u : branch->Bytes);
        if (_cpu.Nullified || !branch->HasSlot)
        {
            _state->Pc = next;
            _state->Budget--;
            return ExitReason.None;
        }
        fixed (DecodedInstruction* far = &_farSlot)
        {
            if (slot == null)
            {
                if (!TryDecodeApart(Behind(branch->Bytes), out *far))
                    return FetchFailed(branch->Bytes);
                slot = far;
            }
            _cpu.Current = slot;
            if (slot->IsBranch)
                _cpu.Left = ExitReason.ReservedInstruction;
            else
                Meaning(slot->Row)(ref _cpu);
        }
        if (_cpu.Left != ExitReason.None)
            return Leave(next, branch->Bytes);
        _state->Pc = next;
        _state->Budget -= 2;
        return ExitReason.None;
    }

    // So many bytes behind PC: behind the last address is the first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Behind(uint bytes) => V.FromSlot(_state->Pc + bytes).Address;

    private ExitReason Leave(ulong resume, uint slotOffset)
    {
        ExitReason reason = _cpu.Left;
        _cpu.Left = ExitReason.None;
        _state->ResumePc = resume;
        _state->ExitWord = _cpu.Current->Word;
        _state->ExitOffset = slotOffset;
        return reason;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Dbt.Translator.Instructions;
using Dbt.Translator.Patches;
using Dbt.Translator.Regions;

namespace Dbt.Runtime.Threaded;

/// <summary>
/// Tier 0: blocks as arrays of operations whose handlers tail-call each other. It costs no compilation, and counts how
/// hot places are.
/// </summary>
public sealed unsafe class ThreadedCode : IDisposable
{
    private const int Capacity = 1 << 20;

    // Misaligned, and not of MIPS16e: no block begins there.
    private const uint Nowhere = 2;

    private static readonly nint s_beginNowhere = (nint)(delegate*<GuestState*, Operation*, int, nint>)&BeginNowhere;
    private static readonly nint s_beginInMode = (nint)(delegate*<GuestState*, Operation*, int, nint>)&BeginInMode;
    private static readonly nint s_begin = (nint)(delegate*<GuestState*, Operation*, int, nint>)&Begin;
    private static readonly nint s_end = (nint)(delegate*<GuestState*, Operation*, int, nint>)&End;
    private static readonly nint s_endComputed = (nint)(delegate*<GuestState*, Operation*, int, nint>)&EndComputed;
    private static readonly nint s_fallThrough = (nint)(delegate*<GuestState*, Operation*, int, nint>)&FallThrough;

    private readonly StateLayout _layout;
    private readonly bool _followsComputed;
    private readonly HandlerTable _handlers;
    private readonly IPatches? _patches;
    private readonly PatchSites _sites;
    private readonly CodeMap _code;
    private readonly BlockCache _blocks;
    private readonly Operation* _operations = (Operation*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Operation));
    private readonly ComputedJump* _jumps =
        (ComputedJump*)NativeMemory.AllocZeroed(1 << ComputedJump.TableBits, (nuint)sizeof(ComputedJump));
    private int _used;

    /// <summary>Threaded code for the blocks in <paramref name="blocks"/>.</summary>
    /// <param name="layout">Where it finds the guest.</param>
    /// <param name="options">How sensitive instructions are patched, and which are.</param>
    /// <param name="code">Says what has changed.</param>
    /// <param name="blocks">The blocks.</param>
    public ThreadedCode(StateLayout layout, TranslationOptions options, CodeMap code, BlockCache blocks)
    {
        (_layout, _patches, _sites, _code, _blocks) = (layout, options.Patches, options.Sites, code, blocks);
        _followsComputed = options.InlineComputedCalls;
        _handlers = HandlerTable.For(layout, options.ByteOrder == ByteOrder.Big);
        _operations[_used++] = new Operation { Handler = s_beginNowhere, Block = blocks.Pool, UnitPc = Nowhere };
    }

    /// <summary>Runs a block and whatever it leads to.</summary>
    /// <returns>The operation that gave its unit up; null if PC is where the dispatcher has to go on.</returns>
    public Operation* Run(GuestState* state, Block* block)
    {
        state->ComputedJumps = _jumps;
        state->CodeChanges = _blocks.Changes + _code.Changes;
        var first = (Operation*)block->Operations;
        return (Operation*)((delegate*<GuestState*, Operation*, int, nint>)first->Handler)(state, first, 0);
    }

    /// <summary>
    /// Makes a block's operations. The block must not end in a branch whose delay slot lies elsewhere.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <param name="frame">The frame it lies in.</param>
    /// <param name="pair">Whether instructions share handlers, two by two: worth compiling those for a block that is
    /// hot, and stays threaded code.</param>
    public void Build(Block* block, int frame, bool pair)
    {
        // Links lead to what was there before.
        if (block->Operations != 0)
            *(Operation*)block->Operations = _operations[0];
        int count = (int)(block->End - block->First);
        if (_used + count + 2 > Capacity)
        {
            _blocks.ForgetOperations();
            _used = 1;
        }
        Operation* first = _operations + _used;
        *first = new Operation
        {
            Handler = block->ModeMask == TranslationModes.MaskOf(usesFloat: false) ? s_begin : s_beginInMode,
            Block = block,
            Generation = _code.GenerationAddress(frame),
            Unexecuted = (ushort)count,
            Changes = ulong.MaxValue,
            UnitPc = (uint)block->Pc,
        };
        HandlerPart* parts = stackalloc HandlerPart[count];
        Operation* op = AddInstructions(first + 1, block, count, parts);
        if (pair)
            Pair(first + 1, parts, (int)(op - first - 1));
        *op = new Operation
        {
            Handler = !block->EndsInBranch ? s_fallThrough : EndsComputed(block) ? s_endComputed : s_end,
            FirstLink = _operations,
            SecondLink = _operations,
            Fall = (uint)block->Pc + block->Bytes,
            Start = (uint)block->Pc,
            Leaps = block->Leaps,
        };
        _used = (int)(op - _operations) + 1;
        (block->Operations, block->IsPaired) = ((nint)first, pair);
    }

    /// <summary>The few places that a computed jump has led to of late; none if nobody knows.</summary>
    /// <param name="behind">The address behind it and its delay slot.</param>
    public IReadOnlyList<uint> LikelyTargets(uint behind) =>
        _followsComputed ? _jumps[ComputedJump.IndexOf(behind)].Targets(behind) : [];

    private static bool EndsComputed(Block* block)
    {
        DecodedInstruction* branch = block->End - (block->End[-1].IsBranch ? 1 : 2);
        return block->Leaps != 0
            && BranchTargets.Of(Footprint.Of(branch->Row, new Instruction(branch->Word), false, block->Pc)).IsComputed;
    }

    /// <summary>
    /// Makes an operation of each instruction that does something, and notes the parts of their handlers.
    /// </summary>
    /// <returns>The operation behind them.</returns>
    private Operation* AddInstructions(Operation* first, Block* block, int count, HandlerPart* parts)
    {
        Operation* op = first;
        int last = -1;
        for (int i = 0; i < count; i++)
        {
            DecodedInstruction* instruction = block->First + i;
            bool isSlot = i > 0 && instruction[-1].HasSlot;
            // A likely branch that is not taken skips an operation: there has to be one.
            if (InstructionSet.RowAt(instruction->Row).Name == "nop"
                && !(isSlot && InstructionSet.RowAt(instruction[-1].Row).Has(InstructionFlags.Likely)))
                continue;
            int unit = isSlot ? i - 1 : i;
            uint pc = (uint)block->Pc + block->First[unit].Offset;
            Instruction fields = new(instruction->Word);
            Footprint footprint = Footprint.Of(instruction->Row, fields, false, pc);
            Patch? patch = PatchOf(block, i, footprint.Exit);
            PatchFootprint patched = patch is null
                ? default
                : PatchFootprint.Of(patch, fields, _layout.Cop0);
            MeaningConstants constants = patch is null ? footprint.Constants : patched.Constants;
            Forwarded forwarded = last < 0 || (footprint.Reads >> last & 1) == 0
                ? Forwarded.None
                : (instruction->S == last ? Forwarded.S : 0) | (instruction->T == last ? Forwarded.T : 0);
            // A branch in a delay slot is the interpreter's to reject.
            HandlerPart part = isSlot && instruction->IsBranch
                ? new HandlerPart(InstructionSet.Decoder.Reserved, Forwarded.None)
                : new HandlerPart(instruction->Row, forwarded, ListOf(footprint, fields));
            parts[op - first] = part;
            *op = new Operation
            {
                Handler = patch is null ? _handlers[part] : _handlers[patch],
                S = Slot(instruction->S),
                T = Slot(instruction->T),
                TOut = Slot(instruction->TOut),
                D = Slot(instruction->D),
                DOut = Slot(instruction->DOut),
                Unexecuted = (ushort)(count - unit),
                UnitPc = pc,
            };
            op->Constants[0] = constants.First;
            op->Constants[1] = constants.Second;
            op->Constants[2] = constants.Third;
            op->Constants[3] = constants.Fourth;
            // The last write of a row is what its handler hands on; one that writes nothing hands on what it got.
            if (patched.Writes != 0)
                last = instruction->TOut;
            else if (footprint.Writes != 0 || _handlers.Writes(instruction->Row))
                last = BitOperations.IsPow2(footprint.Writes) ? BitOperations.TrailingZeroCount(footprint.Writes) : -1;
            op++;
        }
        return op;
    }

    /// <summary>
    /// Notes that the interpreter, given the unit of an operation that gave up, left it. If the instruction has been
    /// patched since the block was made threaded code, that is made anew; one that is patched there, but must exit all
    /// the same, stays.
    /// </summary>
    /// <param name="state">The guest, as it left.</param>
    /// <param name="op">The operation.</param>
    /// <param name="reason">Why it was left.</param>
    /// <param name="ram">The memory that the instruction lies in.</param>
    public void Left(GuestState* state, Operation* op, ExitReason reason, GuestRam ram)
    {
        if (_patches is null || _handlers.IsPatched(op->Handler))
            return;
        uint pc = op->UnitPc + state->ExitOffset;
        while (op->Handler != s_begin && op->Handler != s_beginInMode)
            op--;
        Block* block = op->Block;
        int index = (int)(pc - (uint)block->Pc) / 4;
        // The interpreter may have dropped all blocks to decode the unit.
        if (block->Operations == (nint)op && !InstructionSet.IsMips16(pc) && PatchOf(block, index, reason) is not null)
            Build(block, ram.FrameOf(block->Host), block->IsPaired);
    }

    /// <summary>What an instruction of a block is patched to do; null if it is not patched.</summary>
    private Patch? PatchOf(Block* block, int index, ExitReason reason)
    {
        if (reason == ExitReason.None || _patches is null || (block->Mode & TranslationMode.Kernel) == 0
            || InstructionSet.IsMips16(block->Pc))
            return null;
        Instruction word = new(block->First[index].Word);
        return _patches.HasForm(word) || _sites.Contains(block->Host + 4 * index)
            ? _patches.PatchOf(reason, word)
            : null;
    }

    // The size of a frame is a constant that the operation has.
    private static uint ListOf(Footprint footprint, Instruction fields) =>
        (footprint.Flags & InstructionFlags.RegisterList) != 0 ? fields.Word & ~0xffu : 0;

    private void Pair(Operation* operations, HandlerPart* parts, int count)
    {
        for (int i = 0; i < count - 1; i++)
        {
            bool mayBranch = InstructionSet.RowAt(parts[i].Row).Has(InstructionFlags.Branch);
            if (mayBranch || !HandlerCompiler.MayShare(parts[i].Row) || !HandlerCompiler.MayShare(parts[i + 1].Row))
                continue;
            operations[i].Handler = _handlers.Pair(parts[i], parts[i + 1]);
            i++;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_operations);
        NativeMemory.Free(_jumps);
    }

    private static ushort Slot(int register)
    {
        GuestState state;
        return (ushort)((byte*)(state.Gpr + register) - (byte*)&state);
    }

    // Tail calls are what makes threaded code threaded, and only optimised code has them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Begin(GuestState* state, Operation* op, int last)
    {
        if (!MayBegin(state, op))
            return 0;
        op->Changes = state->CodeChanges;
        op++;
        return ((delegate*<GuestState*, Operation*, int, nint>)op->Handler)(state, op, 0);
    }

    /// <summary>Begins a block whose meaning depends on the mode: links lead here whatever it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint BeginInMode(GuestState* state, Operation* op, int last)
    {
        if ((state->Mode & op->Block->ModeMask) != op->Block->Mode)
        {
            state->Pc = op->UnitPc;
            return 0;
        }
        if (!MayBegin(state, op))
            return 0;
        op++;
        return ((delegate*<GuestState*, Operation*, int, nint>)op->Handler)(state, op, 0);
    }

    /// <summary>
    /// Charges a block to the budget; unless it is stale, has a fragment, or the budget is too small.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayBegin(GuestState* state, Operation* op)
    {
        Block* block = op->Block;
        // The block may be another one's by now, or its code another than the operations were made from.
        bool stale = block->Operations != (nint)op || *op->Generation != block->Generation;
        if (stale || state->Budget < op->Unexecuted || block->Code != 0)
        {
            state->Pc = op->UnitPc;
            if (stale)
                op->UnitPc = Nowhere;
            return false;
        }
        state->Budget -= op->Unexecuted;
        block->Runs++;
        return true;
    }

    /// <summary>Where links lead that are not made: no instruction is at this address.</summary>
    private static nint BeginNowhere(GuestState* state, Operation* op, int last)
    {
        state->Pc = Nowhere;
        return 0;
    }

    /// <summary>Ends a block with a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint End(GuestState* state, Operation* op, int last)
    {
        uint next = state->NextPc;
        Operation* target = op->FirstLink;
        if (target->UnitPc != next)
        {
            target = op->SecondLink;
            if (target->UnitPc != next)
                return GoElsewhere(state, op, (int)next);
        }
        return GoOn(state, op, next, target);
    }

    /// <summary>Ends a block with a computed jump that is no return.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint EndComputed(GuestState* state, Operation* op, int last)
    {
        state->ComputedJumps[ComputedJump.IndexOf(op->Fall)].Note(op->Fall, state->NextPc);
        return End(state, op, last);
    }

    /// <summary>Ends a block that only leads to the one behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint FallThrough(GuestState* state, Operation* op, int last) => op->FirstLink->UnitPc == op->Fall
        ? GoOn(state, op, op->Fall, op->FirstLink)
        : GoElsewhere(state, op, (int)op->Fall);

    // A method of its own, so that those above need no stack frame.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static nint GoElsewhere(GuestState* state, Operation* op, int next)
    {
        Operation* target = Find(state, op, (uint)next);
        if (target != null)
            return GoOn(state, op, (uint)next, target);
        state->Pc = (uint)next;
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint GoOn(GuestState* state, Operation* op, uint next, Operation* target)
    {
        Block* block = target->Block;
        // Where a loop or a call leads, a fragment may begin.
        if ((next <= op->Start || op->Leaps != 0) && ++block->Heat >= state->HeatLimit)
        {
            state->Pc = next;
            return 0;
        }
        long budget = state->Budget - target->Unexecuted;
        if (target->Changes == state->CodeChanges && budget >= 0)
        {
            // What Begin looks at is as it was when it last did.
            state->Budget = budget;
            block->Runs++;
            target++;
        }
        return ((delegate*<GuestState*, Operation*, int, nint>)target->Handler)(state, target, 0);
    }

    /// <summary>
    /// The operations of the block at an address, if it has any; remembered if the way there cannot change.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Operation* Find(GuestState* state, Operation* op, uint next)
    {
        Block* block = BlockCache.Latest(state, next);
        if (block == null || block->Operations == 0)
            return null;
        var found = (Operation*)block->Operations;
        bool samePage = (op->Start ^ next) < 4096;
        bool unmapped = op->Start - state->WindowStart < state->WindowBytes
            && next - state->WindowStart < state->WindowBytes;
        if (samePage || unmapped)
        {
            op->SecondLink = op->FirstLink;
            op->FirstLink = found;
        }
        return found;
    }
}

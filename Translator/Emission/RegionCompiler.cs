using System.Numerics;
using System.Reflection.Emit;
using Dbt.Translator.Emission.FloatingPoint;
using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Translator.Emission;

/// <summary>
/// Compiles a region to one method, <c>nint Fragment(GuestState* s, LinkSlot* links)</c>: its control flow. Registers,
/// the way to memory and the frame are rooms of their own.
/// </summary>
public sealed class RegionCompiler : IControlFlow
{
    private readonly Region _region;
    private readonly TranslationContext _context;
    private readonly CodeEmitter _code;
    private readonly RegionFlow _flow;
    private readonly RegionCursor _at;
    private readonly FragmentFrame _frame;
    private readonly RegionRegisters _registers;
    private readonly RegionMemory _memory;
    private readonly MeaningEmitter _meanings;
    private readonly RegionSensitive _sensitive;
    private readonly FloatCompiler _float;
    private readonly Dictionary<uint, Label> _labels = [];
    private readonly Dictionary<RegionBlock, RegionRegisters.Knowledge> _known = [];
    private readonly IReadOnlyList<uint> _pages;
    private readonly bool _isMapped;

    // The branch whose delay slot comes next.
    private Node _condition;
    private Node _target;
    private bool _likely;
    private bool _isSwitch;

    private RegionCompiler(Region region, ILGenerator il, StateLayout layout, TranslationContext context)
    {
        (_region, _context) = (region, context);
        _code = new CodeEmitter(il);
        _flow = new RegionFlow(region);
        _at = new RegionCursor(region.Blocks[0]);
        _pages = context.GuardedPages(region);
        _isMapped = !context.Window.HoldsRam(region.Entry);
        _frame = new FragmentFrame(_code, layout, _at, region.InstructionCount, _pages);
        _registers = new RegionRegisters(_code, layout, _at);
        _memory = new RegionMemory(_code, layout, context, _at, _registers, _frame);
        _meanings = new MeaningEmitter(_code, layout, _registers, _memory, _frame, context.IsBigEndian);
        _sensitive = new RegionSensitive(region, context.Patches, _at, _frame, _meanings, layout);
        _float = new FloatCompiler(_at, _meanings, layout, context);
    }

    /// <summary>Emits a region.</summary>
    /// <returns>What the slots of its fragment are for.</returns>
    public static RegionLinks Compile(
        Region region, ILGenerator il, StateLayout layout, TranslationContext context)
    {
        var compiler = new RegionCompiler(region, il, layout, context);
        compiler.CompileAll();
        return compiler._frame.Links;
    }

    /// <inheritdoc/>
    public void Branch(Node condition, Node target, bool likely)
    {
        // The delay slot may write the registers that they read.
        (_condition, _target, _likely) = (new Node(Frozen(condition.Expression)), _code.Hold(target), likely);
        _isSwitch = _region.ComputedTargets.Count > 0 && BranchTargets.Of(_at.Block).IsSwitch;
    }

    /// <inheritdoc/>
    public void Exit(ExitReason reason) => _sensitive.Exit(reason);

    private void CompileAll()
    {
        foreach (RegionBlock block in _region.Blocks)
            _labels[block.Pc] = _code.DefineLabel();
        bool usesMemory = DeclareRegisters();
        _memory.Declare(_region, _flow);
        _frame.EmitEntry();
        _registers.EmitEntry();
        _float.EmitEntry();
        if (usesMemory)
            _memory.EmitEntry();
        foreach (RegionBlock block in _region.Blocks)
            CompileBlock(block);
        _code.EmitCold();
        _frame.EmitExit(() =>
        {
            _registers.EmitFlush();
            _float.EmitFlush();
        });
    }

    /// <summary>Finds every register the region names: those are loaded at the entry.</summary>
    /// <returns>Whether it touches memory.</returns>
    private bool DeclareRegisters()
    {
        bool usesMemory = false;
        foreach ((uint word, uint pc) in
            _region.Blocks.SelectMany(block => block.Words, (block, word) => (word, block.Pc)))
        {
            InstructionRow row = InstructionSet.Find(word, pc);
            var footprint = Footprint.Of(word, _context.Float64, pc & 1);
            usesMemory |= row.Has(InstructionFlags.Load | InstructionFlags.Store);
            if (row.Has(InstructionFlags.Sensitive))
            {
                _registers.Declare(_sensitive.RegistersOf(row.FieldsOf(word), footprint.Exit));
                continue;
            }
            _registers.Declare(footprint.Reads | footprint.Writes);
            if (row.Has(InstructionFlags.Float) && _context.Float != FloatMode.Unusable)
                _float.Declare(footprint);
        }
        return usesMemory;
    }

    private void CompileBlock(RegionBlock block)
    {
        _code.Mark(_labels[block.Pc]);
        if (_flow.Before(block.Pc) is { } before && _known.TryGetValue(before, out RegionRegisters.Knowledge? known))
            _registers.Recall(known);
        else
            _registers.Forget();
        // budget -= instructions;
        _frame.AddToBudget(-block.Words.Count);
        int units = block.HasDelaySlot ? block.Words.Count - 1 : block.Words.Count;
        for (int i = 0; i < units; i++)
        {
            _at.MoveTo(block, i);
            _frame.BeginUnit();
            CompileInstruction();
            if (_frame.HasLeft)
                return;
        }
        if (block.EndsInBranch)
            CompileBranch(block);
        else
            GoTo(block.End, block, _flow.Next(block));
        _known[block] = _registers.Remember();
    }

    private void CompileInstruction()
    {
        InstructionRow<EmittingProcessor> row = InstructionTable<EmittingProcessor, Node>.RowAt(_at.Row);
        if (row.Has(InstructionFlags.Float) && _context.Float == FloatMode.Unusable)
        {
            _frame.GiveUp();
            return;
        }
        var processor = new EmittingProcessor(_at.Instruction, _at.UnitPc, _meanings, this, _float);
        row.Meaning(ref processor);
    }

    private void CompileBranch(RegionBlock block)
    {
        (Node condition, Node target) = (_condition, _target);
        uint? next = _flow.Next(block);
        bool always = condition.Expression.IsAlways;
        if (_likely && !always)
        {
            // if (!condition) { budget += 1; goto behind the slot; }
            _code.GotoUnless(condition, Aside(() =>
            {
                _frame.AddToBudget(1);
                GoTo(block.End, block, null);
            }));
            next = null;
            always = true;
        }
        if (block.HasDelaySlot)
        {
            _at.MoveToDelaySlot();
            CompileInstruction();
            if (_frame.HasLeft)
                return;
        }
        if (always)
            GoTo(target, block, next);
        else if (condition.Expression.IsNever)
            GoTo(block.End, block, next);
        else
            CompileChoice(block, condition, (uint)target.Expression.Value, next);
    }

    private void CompileChoice(RegionBlock block, Node condition, uint taken, uint? next)
    {
        if (taken == next)
        {
            // if (!condition) goto behind the slot;
            _code.GotoUnless(condition, Aside(() => GoTo(block.End, block, null)));
            GoTo(taken, block, next);
            return;
        }
        // if (condition) goto taken;
        bool isPlainJump = _flow.HasBlock(taken) && !_flow.IsBackEdge(taken, block) && !IsFar(taken, block);
        _code.GotoIf(condition, isPlainJump ? _labels[taken] : Aside(() => GoTo(taken, block, null)));
        GoTo(block.End, block, next);
    }

    // A label for what is emitted out of the way.
    private Label Aside(Action emit)
    {
        Label label = _code.DefineLabel();
        _code.Cold(() =>
        {
            _code.Mark(label);
            emit();
        });
        return label;
    }

    private void GoTo(Node target, RegionBlock from, uint? next)
    {
        if (target.Expression.IsConstant)
        {
            GoToConstant((uint)target.Expression.Value, from, next);
            return;
        }
        if (_flow.LikelyTargets(from) is [var likely])
        {
            // if (target != likely) exit; goto likely;
            _code.GotoIf(((IntValue)target).IsNot((int)likely), Aside(() => _frame.ExitTo((IntValue)target)));
            NoteTarget(from, likely);
            GoTo(likely, from, next);
            return;
        }
        // if (target == a likely one, or a return point of the region) goto it;
        bool isReturn = !BranchTargets.Of(from).IsComputed;
        foreach (uint point in isReturn ? _flow.ReturnPoints : _flow.LikelyTargets(from))
        {
            Label elsewhere = _code.DefineLabel();
            _code.GotoIf(((IntValue)target).IsNot((int)point), elsewhere);
            GoTo(point, from, null);
            _code.Mark(elsewhere);
        }
        if (_isSwitch)
            EmitSwitch(target, from);
        _frame.ExitTo((IntValue)target);
    }

    /// <summary>Goes where a computed jump leads that was found to lead to one place only.</summary>
    private void GoToConstant(uint target, RegionBlock from, uint? next)
    {
        // Where something is known that holds on another way.
        if (_flow.Before(target) is { } before && before != from && IsComputed(from))
            _frame.ExitTo((IntValue)Node.Constant((int)target));
        else
            GoTo(target, from, next);
    }

    // The register that the target came from still holds it, unless the delay slot or the link has changed it.
    private void NoteTarget(RegionBlock block, uint target)
    {
        uint word = block.Words[block.BranchIndex], pc = block.AddressOf(block.BranchIndex);
        var branch = Footprint.Of(word, _context.Float64, pc);
        ulong written = branch.Writes;
        if (block.HasDelaySlot)
            written |= Footprint.Of(block.Words[^1], _context.Float64, pc).Writes;
        if (BitOperations.IsPow2(branch.Reads) && (branch.Reads & written) == 0)
            _registers.Know(BitOperations.TrailingZeroCount(branch.Reads), (int)target);
    }

    private static bool IsComputed(RegionBlock block) => BranchTargets.Of(block).Target is null;

    /// <summary>Jumps to the block of the region that a computed jump leads to, if it is a likely one.</summary>
    private void EmitSwitch(Node target, RegionBlock from)
    {
        Label elsewhere = _code.DefineLabel();
        uint first = _region.ComputedTargets.Min(), last = _region.ComputedTargets.Max();
        // All of them are of one instruction set.
        int shift = InstructionSet.IsMips16(first) ? 1 : 2;
        var labels = new Label[(last - first >> shift) + 1];
        for (int i = 0; i < labels.Length; i++)
        {
            uint likely = first + (uint)(i << shift);
            labels[i] = !_region.ComputedTargets.Contains(likely) ? elsewhere
                : IsFar(likely, from) ? Aside(() => GoTo(likely, from, null)) : _labels[likely];
        }
        // if (budget < longest path) goto elsewhere;
        _code.GotoUnless(_frame.HasBudget, elsewhere);
        // switch (ror(target - first, shift)) { … }
        IntValue offset = _code.Copy<IntValue>(target - Node.Constant((int)first));
        _code.Switch(offset.RotatedRight(shift), labels);
        _code.Mark(elsewhere);
    }

    private void GoTo(uint target, RegionBlock from, uint? next)
    {
        if (!_flow.HasBlock(target))
        {
            if (IsFar(target, from))
                _frame.ExitTo((IntValue)Node.Constant((int)target));
            else
                _frame.ExitTo(target);
            return;
        }
        if (IsFar(target, from))
        {
            // if (the page is elsewhere) exit;
            _code.GotoIf(
                _frame.HasMoved(Region.PageOf(target)),
                Aside(() => _frame.ExitTo((IntValue)Node.Constant((int)target))));
        }
        if (_flow.IsBackEdge(target, from))
        {
            // if (budget < longest path) exit; goto target;
            _code.GotoIf(_frame.HasBudget, _labels[target]);
            _frame.ExitBefore(target);
        }
        else if (target != next)
        {
            _code.Goto(_labels[target]);
        }
    }

    // Whether an address is on a page that may be elsewhere by now: neither that of the block nor that of the entry.
    private bool IsFar(uint target, RegionBlock from) => _isMapped
        && Region.PageOf(target) != Region.PageOf(from.Pc) && Region.PageOf(target) != Region.PageOf(_region.Entry);

    /// <summary>Copies of the registers a condition reads.</summary>
    private Expression Frozen(Expression e)
    {
        if (e.Local is not null)
            return _code.Copy(new Node(e)).Expression;
        return e.A is null
            ? e
            : e with
            {
                A = Frozen(e.A),
                B = e.B is null ? null : Frozen(e.B),
                C = e.C is null ? null : Frozen(e.C),
            };
    }
}

using System.Reflection.Emit;
using Dbt.Translator.Instructions;
using Dbt.Translator.Patches;

namespace Dbt.Translator.Emission;

/// <summary>
/// Which operands a handler of threaded code takes from the handler before it, instead of from the guest's state.
/// </summary>
[Flags]
public enum Forwarded
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>rs.</summary>
    S = 1,

    /// <summary>rt.</summary>
    T = 2,
}

/// <summary>What a handler does for one instruction.</summary>
/// <param name="Row">Its row in the instruction table.</param>
/// <param name="Forwarded">What it takes from the instruction before.</param>
/// <param name="List">
/// The fields of an instruction with a list of registers, whose handler serves those alone that have the same; else 0.
/// </param>
public readonly record struct HandlerPart(int Row, Forwarded Forwarded, uint List = 0);

/// <summary>
/// Compiles one row of the instruction table, or two that follow each other in hot code, to a handler of threaded code,
/// <c>nint Handler(GuestState* s, Operation* op, int last)</c>: it carries the meaning out with what the operation
/// says, and jumps to the next operation's handler. Giving up returns the operation.
/// </summary>
public sealed class HandlerCompiler : IUnitExits, IControlFlow
{
    private readonly CodeEmitter _code;
    private readonly StateLayout _layout;
    private readonly HandlerOperands _operands;
    private readonly MeaningEmitter _meanings;
    private readonly InterpretedFloat _float;
    private readonly List<(Label Label, NativeValue Operation)> _givingUp = [];
    private bool _gaveUp;
    private int _unitBytes;
    private (IntValue Condition, IntValue Taken, IntValue Fall)? _likely;

    private HandlerCompiler(ILGenerator il, StateLayout layout, bool isBigEndian)
    {
        _layout = layout;
        _code = new CodeEmitter(il);
        _operands = new HandlerOperands(_code, layout);
        _meanings =
            new MeaningEmitter(_code, layout, _operands, new ShadowTlbMemory(_code, layout, this), this, isBigEndian);
        _float = new InterpretedFloat(this);
    }

    /// <summary>
    /// Whether a row's instructions may share a handler with those before or behind them, being carried out here and
    /// not by the interpreter.
    /// </summary>
    public static bool MayShare(int row) => !InstructionSet.RowAt(row).Has(
        InstructionFlags.Float | InstructionFlags.Sensitive | InstructionFlags.RegisterList);

    /// <summary>
    /// Emits the handler of instructions that follow each other, of which only the last may be a branch.
    /// </summary>
    /// <param name="parts">What it does for each.</param>
    /// <param name="il">Where to.</param>
    /// <param name="layout">Where the guest is.</param>
    /// <param name="isBigEndian">Whether the byte of a number in memory that has the lowest address is the most
    /// significant one.</param>
    /// <returns>Whether it hands on what it wrote; otherwise, what it got.</returns>
    public static bool Compile(ReadOnlySpan<HandlerPart> parts, ILGenerator il, StateLayout layout, bool isBigEndian)
    {
        var compiler = new HandlerCompiler(il, layout, isBigEndian);
        for (int i = 0; i < parts.Length; i++)
        {
            compiler.Begin(i, parts[i].Forwarded);
            compiler.CompileRow(InstructionTable<EmittingProcessor, Node>.RowAt(parts[i].Row), parts[i].List);
        }
        compiler.Finish();
        return compiler._operands.HasWritten;
    }

    /// <summary>Emits the handler of patched instructions.</summary>
    /// <param name="patch">One of them: the others of its kind differ in their constants only.</param>
    /// <param name="il">Where to.</param>
    /// <param name="layout">Where the guest is.</param>
    public static void Compile(Patch patch, ILGenerator il, StateLayout layout)
    {
        // No patch touches memory.
        var compiler = new HandlerCompiler(il, layout, isBigEndian: false);
        compiler.Begin(0, Forwarded.None);
        compiler._meanings.CarryOut(patch, default);
        compiler.Finish();
    }

    /// <inheritdoc/>
    public void Branch(Node condition, Node target, bool likely)
    {
        IntValue taken = _code.Hold<IntValue>(target);
        IntValue next = Guest.State.Int(_layout.NextPc);
        if (condition.Expression.IsConstant)
        {
            // s->NextPc = target;
            _code.Assign(next, taken);
            return;
        }
        IntValue fall = _code.Copy(_operands.Operation.Int(OperationLayout.UnitPc) + _unitBytes);
        // s->NextPc = fall ^ (fall ^ target) & -condition: the jump to the next block's handler is enough for the host
        // to predict
        if (!likely)
            _code.Assign(next, fall ^ (fall ^ taken) & -(IntValue)condition);
        // The meaning may go on, whether or not the slot is skipped.
        else
            _likely = (condition, taken, fall);
    }

    /// <summary>A sensitive instruction is left to the interpreter.</summary>
    public void Exit(ExitReason reason) => GiveUp();

    /// <inheritdoc/>
    public void GiveUp()
    {
        if (!_gaveUp)
            _code.Goto(GiveUpLabel());
        _gaveUp = true;
    }

    /// <inheritdoc/>
    public Label GiveUpLabel() => _givingUp[^1].Label;

    private void Begin(int index, Forwarded forwarded)
    {
        _operands.MoveTo(index, forwarded);
        _givingUp.Add((_code.DefineLabel(), _operands.Operation));
    }

    private void CompileRow(InstructionRow<EmittingProcessor> row, uint list)
    {
        // What may go on behind a delay slot are words.
        _unitBytes = row.HasDelaySlot ? 8 : row.Bytes;
        // Any instruction of the row will do, but for lists: what the meaning takes from it and from its address, the
        // operation has.
        Instruction fields = list != 0 ? new Instruction(list) : row.FieldsOf(row.Match);
        var processor = new EmittingProcessor(fields, address: 0, _meanings, this, _float);
        row.Meaning(ref processor);
    }

    private void Finish()
    {
        if (_likely is { } branch)
            FinishLikely(branch.Condition, branch.Taken, branch.Fall);
        if (!_gaveUp)
            EmitNext(1);
        _code.EmitCold();
        foreach ((Label label, NativeValue operation) in _givingUp)
        {
            // return op;
            _code.Mark(label);
            _code.Return(operation);
        }
    }

    private void FinishLikely(IntValue condition, IntValue taken, IntValue fall)
    {
        Label nullified = _code.DefineLabel();
        IntValue next = Guest.State.Int(_layout.NextPc);
        // if (!condition) goto nullified; s->NextPc = target;
        _code.GotoUnless(condition, nullified);
        _code.Assign(next, taken);
        _code.Cold(() =>
        {
            // nullified: s->NextPc = fall; s->Budget++: the slot is skipped, and not counted
            _code.Mark(nullified);
            _code.Assign(next, fall);
            _code.Assign(Guest.State.Long(_layout.Budget), Guest.State.Long(_layout.Budget) + 1);
            EmitNext(2);
        });
    }

    // op += count; return op->Handler(s, op, last);
    private void EmitNext(int count)
    {
        NativeValue next = _code.Copy(_operands.Operation + count * OperationLayout.Size);
        _code.TailCall(
            next.Native(OperationLayout.Handler), Guest.State.Expression, next.Expression, _operands.Last.Expression);
    }
}

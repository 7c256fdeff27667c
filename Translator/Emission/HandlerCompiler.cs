using System.Reflection;
using System.Reflection.Emit;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>Which operands a handler of threaded code takes from the handler before it, instead of from the guest's state.</summary>
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
public readonly record struct HandlerPart(int Row, Forwarded Forwarded);

/// <summary>
/// Compiles one row of the instruction table, or two that follow each other in hot code, to a handler of threaded code, <c>nint Handler(GuestState* s, Operation* op, int last)</c>:
/// it carries the meaning out with what the operation says, and jumps to the next operation's handler. Giving up returns
/// the operation.
/// </summary>
/// <remarks>
/// What was written last goes from handler to handler in a register, as well as into the state: where the next instruction needs it,
/// it does not wait for a store to be loaded again.
/// </remarks>
public sealed class HandlerCompiler : MeaningEmitter
{
    private static readonly InstructionRow<EmittingProcessor>[] s_rows = InstructionTable<EmittingProcessor, Node>.Rows;

    private static readonly NativeValue s_operation = CodeEmitter.Argument<NativeValue>(1, ExpressionType.Native);
    private static readonly IntValue s_givenLast = CodeEmitter.Argument<IntValue>(2, ExpressionType.Int32);

    private readonly StateLayout _layout;
    private readonly List<(Label Label, int Offset)> _givingUp = [];
    private Label _giveUp;
    private Forwarded _forwarded;

    // Offset of the operation being compiled from the one the handler was called with; what the instruction before wrote, and this one.
    private int _offset;
    private IntValue? _given;
    private IntValue? _last;
    private int _constants;
    private bool _gaveUp;
    private Label? _nullified;

    private HandlerCompiler(ILGenerator il, StateLayout layout) : base(il, layout) => _layout = layout;

    /// <inheritdoc/>
    public override Instruction Current => default;

    /// <inheritdoc/>
    public override uint CurrentPc => 0;

    /// <inheritdoc/>
    public override FloatCompiler Float => throw new InvalidOperationException("floating point is left to the interpreter");

    /// <summary>Whether a row's instructions may share a handler with those before or behind them, being carried out here and not by the interpreter.</summary>
    public static bool MayShare(int row) => !s_rows[row].Has(InstructionFlags.Float | InstructionFlags.Sensitive);

    /// <summary>Emits the handler of instructions that follow each other, of which only the last may be a branch.</summary>
    /// <returns>Whether it hands on what it wrote; otherwise, what it got.</returns>
    public static bool Compile(ReadOnlySpan<HandlerPart> parts, ILGenerator il, StateLayout layout)
    {
        var compiler = new HandlerCompiler(il, layout);
        for (int i = 0; i < parts.Length; i++)
        {
            compiler.Begin(parts[i].Forwarded, i * OperationLayout.Size);
            compiler.CompileRow(parts[i].Row);
        }
        compiler.Finish();
        return compiler._last is not null;
    }

    /// <summary>Emits the handler of patched instructions.</summary>
    /// <param name="kind">What they do.</param>
    /// <param name="patches">How they are patched.</param>
    /// <param name="il">Where to.</param>
    /// <param name="layout">Where the guest is.</param>
    public static void Compile(PatchKind kind, PatchTable patches, ILGenerator il, StateLayout layout)
    {
        var compiler = new HandlerCompiler(il, layout);
        compiler.Begin(Forwarded.None, 0);
        compiler.CarryOut(new Patch(kind, 0, 0, 0), patches);
        compiler.Finish();
    }

    private NativeValue Operation => s_operation + _offset;

    private void Begin(Forwarded forwarded, int offset)
    {
        (_forwarded, _offset, _given, _constants) = (forwarded, offset, _last, 0);
        _giveUp = Code.DefineLabel();
        _givingUp.Add((_giveUp, offset));
    }

    private void CompileRow(int row)
    {
        if (!MayShare(row))
        {
            GiveUp();
            return;
        }
        var processor = new EmittingProcessor(this);
        s_rows[row].Meaning(ref processor);
    }

    /// <inheritdoc/>
    public override Node Read(Operand operand)
    {
        // last
        if (operand == Operand.S && _forwarded.HasFlag(Forwarded.S) || operand == Operand.T && _forwarded.HasFlag(Forwarded.T))
            return Code.Copy(_given ?? s_givenLast).ToWord();
        // *(int*)(s + op->X)
        return Code.Copy(Register(operand, written: false)).ToWord();
    }

    /// <inheritdoc/>
    public override void Write(Operand operand, Node value)
    {
        IntValue last = Code.Copy<IntValue>(value);
        Code.Assign(Register(operand, written: true), last);
        _last = last;
    }

    /// <inheritdoc/>
    protected override LongValue Product
    {
        get => ProductInState;
        set => ProductInState = Code.Copy(value);
    }

    /// <inheritdoc/>
    public override Node Constant(long value) =>
        // op->Constants[n], in the order the meaning asks for them
        Code.Copy(Operation.Int(OperationLayout.Constants + 4 * _constants++)).ToWord();

    /// <inheritdoc/>
    public override void Branch(Node condition, Node target, bool likely)
    {
        target = Hold(target);
        if (condition.Expression.IsConstant)
        {
            // s->NextPc = target;
            EmitSetNext(target);
            return;
        }
        IntValue fall = Code.Copy(Operation.Int(OperationLayout.UnitPc) + 8);
        if (!likely)
        {
            // s->NextPc = fall ^ (fall ^ target) & -condition: the jump to the next block's handler is enough for the host to predict
            EmitSetNext(fall ^ (fall ^ target) & -(IntValue)condition);
            return;
        }
        // s->NextPc = condition ? target : fall; if (!condition) skip the slot;
        Label taken = Code.DefineLabel();
        _nullified = Code.DefineLabel();
        Code.GotoIf(condition, taken);
        EmitSetNext(fall);
        Code.Goto(_nullified.Value);
        Code.Mark(taken);
        EmitSetNext(target);
    }

    /// <inheritdoc/>
    public override void GiveUp()
    {
        if (!_gaveUp)
            Code.Goto(_giveUp);
        _gaveUp = true;
    }

    /// <inheritdoc/>
    public override Label GiveUpLabel() => _giveUp;

    /// <inheritdoc/>
    public override NativeValue HostAddress(AccessSize size, Node address, bool store) => LookUp(size, Code.Hold(address), store);

    private void Finish()
    {
        if (!_gaveUp)
            EmitNext(1);
        Code.EmitCold();
        if (_nullified is { } nullified)
        {
            // The slot is skipped, and not counted: s->Budget++;
            Code.Mark(nullified);
            Code.Assign(State.Long(_layout.Budget), State.Long(_layout.Budget) + 1);
            EmitNext(2);
        }
        foreach ((Label label, int offset) in _givingUp)
        {
            // return op;
            Code.Mark(label);
            Code.Return(s_operation + offset);
        }
    }

    private void EmitSetNext(IntValue target) => Code.Assign(State.Int(_layout.NextPc), target);

    // op += count; return op->Handler(s, op, last);
    private void EmitNext(int count)
    {
        NativeValue next = Code.Copy(Operation + count * OperationLayout.Size);
        Code.TailCall(next.Native(OperationLayout.Handler), State.Expression, next.Expression, (_last ?? s_givenLast).Expression);
    }

    private IntValue Register(Operand operand, bool written)
    {
        int? field = operand switch
        {
            Operand.S => OperationLayout.S,
            Operand.T => written ? OperationLayout.TOut : OperationLayout.T,
            Operand.D => written ? OperationLayout.DOut : OperationLayout.D,
            _ => null,
        };
        return field is { } offset
            ? State.Int(Operation.UInt16(offset).ToNative())
            : State.Int(operand switch { Operand.Link => _layout.Gpr + 8 * 31, Operand.Hi => _layout.Hi, _ => _layout.Lo });
    }
}

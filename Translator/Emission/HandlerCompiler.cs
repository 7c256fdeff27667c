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

    private readonly ILGenerator _il;
    private readonly StateLayout _layout;
    private readonly List<Action> _cold = [];
    private readonly List<(Label Label, int Offset)> _givingUp = [];
    private Label _giveUp;
    private Forwarded _forwarded;

    // Offset of the operation being compiled from the one the handler was called with; what the instruction before wrote, and this one.
    private int _offset;
    private LocalBuilder? _given;
    private LocalBuilder? _last;
    private int _constants;
    private bool _gaveUp;
    private Label? _nullified;

    private HandlerCompiler(ILGenerator il, StateLayout layout) : base(il, layout) => (_il, _layout) = (il, layout);

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

    private void Begin(Forwarded forwarded, int offset)
    {
        (_forwarded, _offset, _given, _constants) = (forwarded, offset, _last, 0);
        _giveUp = _il.DefineLabel();
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
        if (operand == Operand.S && _forwarded.HasFlag(Forwarded.S) || operand == Operand.T && _forwarded.HasFlag(Forwarded.T))
        {
            // last
            EmitLast(_given);
            return Held();
        }
        // *(int*)(s + op->X)
        EmitRegister(operand, written: false);
        _il.Emit(OpCodes.Ldind_I4);
        return Held();
    }

    /// <inheritdoc/>
    public override void Write(Operand operand, Node value)
    {
        LocalBuilder local = _il.DeclareLocal(typeof(int));
        Expressions.Emit(value.Expression);
        _il.Emit(OpCodes.Stloc, local);
        EmitRegister(operand, written: true);
        _il.Emit(OpCodes.Ldloc, local);
        _il.Emit(OpCodes.Stind_I4);
        _last = local;
    }

    /// <inheritdoc/>
    protected override void LoadProduct() => LoadHiLo();

    /// <inheritdoc/>
    protected override void StoreProduct()
    {
        LocalBuilder product = _il.DeclareLocal(typeof(long));
        _il.Emit(OpCodes.Stloc, product);
        StoreHiLo(product);
    }

    /// <inheritdoc/>
    public override Node Constant(long value)
    {
        // op->Constants[n], in the order the meaning asks for them
        EmitOperationField(OperationLayout.Constants + 4 * _constants++);
        _il.Emit(OpCodes.Ldind_I4);
        return Held();
    }

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
        EmitOperationField(OperationLayout.UnitPc);
        _il.Emit(OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Ldc_I4_8);
        _il.Emit(OpCodes.Add);
        Node fall = Held();
        if (!likely)
        {
            // s->NextPc = fall ^ (fall ^ target) & -condition: the jump to the next block's handler is enough for the host to predict
            EmitSetNext(fall ^ (fall ^ target) & Node.Constant(0) - condition);
            return;
        }
        // s->NextPc = condition ? target : fall; if (!condition) skip the slot;
        Label taken = _il.DefineLabel();
        _nullified = _il.DefineLabel();
        Expressions.BranchIf(condition.Expression, taken);
        EmitSetNext(fall);
        _il.Emit(OpCodes.Br, _nullified.Value);
        _il.MarkLabel(taken);
        EmitSetNext(target);
    }

    /// <inheritdoc/>
    public override void GiveUp()
    {
        if (!_gaveUp)
            _il.Emit(OpCodes.Br, _giveUp);
        _gaveUp = true;
    }

    /// <inheritdoc/>
    public override Label GiveUpLabel() => _giveUp;

    /// <inheritdoc/>
    public override void Cold(Action emit) => _cold.Add(emit);

    /// <inheritdoc/>
    public override void EmitHostAddress(AccessSize size, Node address, bool store) => EmitLookup(size, Hold(address), store);

    private void Finish()
    {
        if (!_gaveUp)
            EmitNext(1);
        foreach (Action cold in _cold)
            cold();
        if (_nullified is { } nullified)
        {
            // The slot is skipped, and not counted: s->Budget++;
            _il.MarkLabel(nullified);
            EmitField(_layout.Budget);
            EmitField(_layout.Budget);
            _il.Emit(OpCodes.Ldind_I8);
            _il.Emit(OpCodes.Ldc_I8, 1L);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Stind_I8);
            EmitNext(2);
        }
        foreach ((Label label, int offset) in _givingUp)
        {
            // return op;
            _il.MarkLabel(label);
            _il.Emit(OpCodes.Ldarg_1);
            _il.Emit(OpCodes.Ldc_I4, offset);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Ret);
        }
    }

    private void EmitSetNext(Node target)
    {
        EmitField(_layout.NextPc);
        Expressions.Emit(target.Expression);
        _il.Emit(OpCodes.Stind_I4);
    }

    // op += count; return op->Handler(s, op, last);
    private void EmitNext(int count)
    {
        LocalBuilder next = _il.DeclareLocal(typeof(nint));
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4, _offset + count * OperationLayout.Size);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, next);
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldloc, next);
        EmitLast(_last);
        _il.Emit(OpCodes.Ldloc, next);
        _il.Emit(OpCodes.Ldind_I);
        _il.Emit(OpCodes.Tailcall);
        _il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, typeof(nint), [typeof(nint), typeof(nint), typeof(int)], null);
        _il.Emit(OpCodes.Ret);
    }

    private void EmitRegister(Operand operand, bool written)
    {
        int? field = operand switch
        {
            Operand.S => OperationLayout.S,
            Operand.T => written ? OperationLayout.TOut : OperationLayout.T,
            Operand.D => written ? OperationLayout.DOut : OperationLayout.D,
            _ => null,
        };
        if (field is null)
        {
            EmitField(operand switch { Operand.Link => _layout.Gpr + 8 * 31, Operand.Hi => _layout.Hi, _ => _layout.Lo });
            return;
        }
        _il.Emit(OpCodes.Ldarg_0);
        EmitOperationField(field.Value);
        _il.Emit(OpCodes.Ldind_U2);
        _il.Emit(OpCodes.Add);
    }

    private void EmitOperationField(int offset)
    {
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4, _offset + offset);
        _il.Emit(OpCodes.Add);
    }

    private void EmitLast(LocalBuilder? last)
    {
        if (last is null)
            _il.Emit(OpCodes.Ldarg_2);
        else
            _il.Emit(OpCodes.Ldloc, last);
    }

    private Node Held()
    {
        LocalBuilder local = _il.DeclareLocal(typeof(int));
        _il.Emit(OpCodes.Stloc, local);
        return new Node(new Expression { Kind = ExpressionKind.Local, Local = local });
    }
}

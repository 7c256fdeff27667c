using System.Reflection;
using System.Reflection.Emit;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>
/// Compiles one row of the instruction table to a handler of threaded code, <c>nint Handler(GuestState* s, Operation* op)</c>:
/// it carries the meaning out with what the operation says, and jumps to the next operation's handler. Giving up returns
/// the operation.
/// </summary>
public sealed class HandlerCompiler : MeaningEmitter
{
    private static readonly InstructionRow<EmittingProcessor>[] s_rows = InstructionTable<EmittingProcessor, Node>.Rows;

    private readonly ILGenerator _il;
    private readonly StateLayout _layout;
    private readonly List<Action> _cold = [];
    private readonly Label _giveUp;
    private int _constants;
    private bool _gaveUp;
    private Label? _nullified;

    private HandlerCompiler(ILGenerator il, StateLayout layout) : base(il, layout)
    {
        (_il, _layout) = (il, layout);
        _giveUp = il.DefineLabel();
    }

    /// <inheritdoc/>
    public override Instruction Current => default;

    /// <inheritdoc/>
    public override uint CurrentPc => 0;

    /// <inheritdoc/>
    public override FloatCompiler Float => throw new InvalidOperationException("floating point is left to the interpreter");

    /// <summary>Emits the handler of a row.</summary>
    public static void Compile(int row, ILGenerator il, StateLayout layout)
    {
        var compiler = new HandlerCompiler(il, layout);
        if (s_rows[row].Has(InstructionFlags.Float | InstructionFlags.Sensitive))
        {
            compiler.GiveUp();
        }
        else
        {
            var processor = new EmittingProcessor(compiler);
            s_rows[row].Meaning(ref processor);
        }
        compiler.Finish();
    }

    /// <inheritdoc/>
    public override Node Read(Operand operand)
    {
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
        // s->NextPc = condition ? target : op->UnitPc + 8;
        if (condition.Expression.IsConstant)
        {
            EmitSetNext(target);
            return;
        }
        Label taken = _il.DefineLabel(), done = _il.DefineLabel();
        Expressions.BranchIf(condition.Expression, taken);
        EmitField(_layout.NextPc);
        EmitOperationField(OperationLayout.UnitPc);
        _il.Emit(OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Ldc_I4_8);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stind_I4);
        if (likely)
        {
            _nullified = _il.DefineLabel();
            _il.Emit(OpCodes.Br, _nullified.Value);
        }
        else
        {
            _il.Emit(OpCodes.Br, done);
        }
        _il.MarkLabel(taken);
        EmitSetNext(target);
        _il.MarkLabel(done);
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
        // return op;
        _il.MarkLabel(_giveUp);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ret);
    }

    private void EmitSetNext(Node target)
    {
        EmitField(_layout.NextPc);
        Expressions.Emit(target.Expression);
        _il.Emit(OpCodes.Stind_I4);
    }

    // op += count; return op->Handler(s, op);
    private void EmitNext(int count)
    {
        LocalBuilder next = _il.DeclareLocal(typeof(nint));
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4, count * OperationLayout.Size);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, next);
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldloc, next);
        _il.Emit(OpCodes.Ldloc, next);
        _il.Emit(OpCodes.Ldind_I);
        _il.Emit(OpCodes.Tailcall);
        _il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, typeof(nint), [typeof(nint), typeof(nint)], null);
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
        _il.Emit(OpCodes.Ldc_I4, offset);
        _il.Emit(OpCodes.Add);
    }

    private Node Held()
    {
        LocalBuilder local = _il.DeclareLocal(typeof(int));
        _il.Emit(OpCodes.Stloc, local);
        return new Node(new Expression { Kind = ExpressionKind.Local, Local = local });
    }
}

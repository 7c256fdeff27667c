namespace Dbt.Translator.Emission;

/// <summary>
/// The operands of a handler of threaded code: registers in the state, at offsets that the operation has, and constants
/// that lie in it.
/// </summary>
/// <remarks>
/// What was written last goes from handler to handler in a register, as well as into the state: where the next
/// instruction needs it, it does not wait for a store to be loaded again.
/// </remarks>
/// <param name="code">Where the code goes.</param>
/// <param name="layout">Where the guest is.</param>
internal sealed class HandlerOperands(CodeEmitter code, StateLayout layout) : IOperands
{
    private static readonly NativeValue s_operation = CodeEmitter.Argument<NativeValue>(1, ExpressionType.Native);
    private static readonly IntValue s_last = CodeEmitter.Argument<IntValue>(2, ExpressionType.Int32);

    private Forwarded _forwarded;
    private IntValue _given = s_last;
    private int _constants;

    /// <summary>The operation of the instruction being compiled.</summary>
    public NativeValue Operation { get; private set; } = s_operation;

    /// <summary>What was written last.</summary>
    public IntValue Last { get; private set; } = s_last;

    /// <summary>Whether any was written here.</summary>
    public bool HasWritten => Last != s_last;

    /// <inheritdoc/>
    public LongValue Product
    {
        get => Guest.Product(layout);
        set => Guest.SetProduct(code, layout, code.Copy(value));
    }

    /// <summary>Goes to the next instruction that shares the handler.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="forwarded">What it takes from the instruction before.</param>
    public void MoveTo(int index, Forwarded forwarded)
    {
        Operation = s_operation + index * OperationLayout.Size;
        (_forwarded, _given, _constants) = (forwarded, Last, 0);
    }

    /// <inheritdoc/>
    public Node Read(Operand operand)
    {
        bool isForwarded = operand == Operand.S && _forwarded.HasFlag(Forwarded.S)
            || operand == Operand.T && _forwarded.HasFlag(Forwarded.T);
        // last, or *(int*)(s + op->X)
        return code.Copy(isForwarded ? _given : Register(operand, written: false)).ToWord();
    }

    /// <inheritdoc/>
    public void Write(Operand operand, Node value)
    {
        // last = value; *(int*)(s + op->X) = last;
        Last = code.Copy<IntValue>(value);
        code.Assign(Register(operand, written: true), Last);
    }

    /// <inheritdoc/>
    // *(int*)(s + register)
    public Node Read(int register) => code.Copy(Guest.Register(layout, register)).ToWord();

    /// <inheritdoc/>
    public void Write(int register, Node value)
    {
        // last = value; *(int*)(s + register) = last;
        Last = code.Copy<IntValue>(value);
        code.Assign(Guest.Register(layout, register), Last);
    }

    /// <inheritdoc/>
    public Node Constant(long value) =>
        // op->Constants[n], in the order the meaning asks for them
        code.Copy(Operation.Int(OperationLayout.Constants + 4 * _constants++)).ToWord();

    private IntValue Register(Operand operand, bool written) => operand switch
    {
        Operand.S => AtOffsetIn(OperationLayout.S),
        Operand.T => AtOffsetIn(written ? OperationLayout.TOut : OperationLayout.T),
        Operand.D => AtOffsetIn(written ? OperationLayout.DOut : OperationLayout.D),
        Operand.Link => Guest.Register(layout, 31),
        Operand.Hi => Guest.State.Int(layout.Hi),
        _ => Guest.State.Int(layout.Lo),
    };

    private IntValue AtOffsetIn(int field) => Guest.State.Int(NativeValue.OfOffset(Operation.UInt16(field)));
}

using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>The recording instance of a processor: hands everything a meaning asks for to who emits it.</summary>
/// <param name="fields">The instruction.</param>
/// <param name="address">Its address; in a delay slot, that of the branch.</param>
/// <param name="emitter">Emits what regions and handlers have in common.</param>
/// <param name="flow">Where execution goes on.</param>
/// <param name="floats">The floating-point side.</param>
public readonly struct EmittingProcessor(
    Instruction fields, ulong address, MeaningEmitter emitter, IControlFlow flow, IFloatUnit floats) : IProcessor<Node>
{
    /// <inheritdoc/>
    public Instruction Fields => fields;

    /// <inheritdoc/>
    public ulong Address => address;

    /// <inheritdoc/>
    public Node S => emitter.Operands.Read(Operand.S);

    /// <inheritdoc/>
    public Node T
    {
        get => emitter.Operands.Read(Operand.T);
        set => emitter.Operands.Write(Operand.T, value);
    }

    /// <inheritdoc/>
    public Node D
    {
        get => emitter.Operands.Read(Operand.D);
        set => emitter.Operands.Write(Operand.D, value);
    }

    /// <inheritdoc/>
    public Node this[int register]
    {
        get => emitter.Operands.Read(register);
        set => emitter.Operands.Write(register, value);
    }

    /// <inheritdoc/>
    public Node Link { set => emitter.Operands.Write(Operand.Link, value); }

    /// <inheritdoc/>
    public Node Hi
    {
        get => emitter.Operands.Read(Operand.Hi);
        set => emitter.Operands.Write(Operand.Hi, value);
    }

    /// <inheritdoc/>
    public Node Lo
    {
        get => emitter.Operands.Read(Operand.Lo);
        set => emitter.Operands.Write(Operand.Lo, value);
    }

    /// <inheritdoc/>
    public void Multiply(Node a, Node b, bool signed, Accumulation accumulation) =>
        emitter.Multiply(a, b, signed, accumulation);

    /// <inheritdoc/>
    public Node Constant(long value) => emitter.Operands.Constant(value);

    /// <inheritdoc/>
    public void Branch(Node condition, Node target, bool likely) => flow.Branch(condition, target, likely);

    /// <inheritdoc/>
    public void Jump(Node target) => flow.Branch(Node.Constant(1), target, likely: false);

    /// <inheritdoc/>
    public void Exit(ExitReason reason) => flow.Exit(reason);

    /// <inheritdoc/>
    public bool Unless(Node condition, ExitReason reason)
    {
        emitter.GiveUpIf(condition);
        return true;
    }

    /// <inheritdoc/>
    public bool Load(AccessSize size, bool signed, Node address, out Node value)
    {
        value = emitter.Load(size, signed, address);
        return true;
    }

    /// <inheritdoc/>
    public bool Store(AccessSize size, Node address, Node value)
    {
        emitter.Store(size, address, value);
        return true;
    }

    /// <inheritdoc/>
    public bool LoadPart(bool mostSignificant, Node address, Node old, out Node value)
    {
        value = emitter.LoadPart(mostSignificant, address, old);
        return true;
    }

    /// <inheritdoc/>
    public bool StorePart(bool mostSignificant, Node address, Node value)
    {
        emitter.StorePart(mostSignificant, address, value);
        return true;
    }

    /// <inheritdoc/>
    public bool LoadLinked(Node address, out Node value)
    {
        value = emitter.LoadLinked(address);
        return true;
    }

    /// <inheritdoc/>
    public bool StoreConditional(Node address, Node value, out Node done)
    {
        done = emitter.StoreConditional(address, value);
        return true;
    }

    /// <inheritdoc/>
    public void Float(FpOperation operation, FpFormat format) => floats.Operate(operation, format);

    /// <inheritdoc/>
    public void FloatCompare(FpFormat format) => floats.Compare(format);

    /// <inheritdoc/>
    public void FloatMove(FpFormat format, Node condition) => floats.Move(format, condition);

    /// <inheritdoc/>
    public Node FloatCondition(int cc) => floats.Condition(cc);

    /// <inheritdoc/>
    public Node FloatWord
    {
        get => floats.ReadWord(fields.Rd);
        set => floats.WriteWord(fields.Rd, value);
    }

    /// <inheritdoc/>
    public Node FloatHighWord
    {
        get => floats.ReadHighWord(fields.Rd);
        set => floats.WriteHighWord(fields.Rd, value);
    }

    /// <inheritdoc/>
    public Node FloatControl
    {
        get
        {
            emitter.Exits.GiveUp();
            return Node.Constant(0);
        }
    }

    /// <inheritdoc/>
    public void SetFloatControl(Node value) => emitter.Exits.GiveUp();

    /// <inheritdoc/>
    public void FloatLoad(AccessSize size, int register, Node address, bool align) =>
        floats.Load(size, register, address, align);

    /// <inheritdoc/>
    public void FloatStore(AccessSize size, int register, Node address, bool align) =>
        floats.Store(size, register, address, align);
}

using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>The recording instance of a processor: hands everything a meaning asks for to an emitter.</summary>
/// <param name="compiler">The emitter.</param>
public readonly struct EmittingProcessor(MeaningEmitter compiler) : IProcessor<Node>
{
    /// <inheritdoc/>
    public Instruction Fields => compiler.Current;

    /// <inheritdoc/>
    public Node S => compiler.Read(Operand.S);

    /// <inheritdoc/>
    public Node T
    {
        get => compiler.Read(Operand.T);
        set => compiler.Write(Operand.T, value);
    }

    /// <inheritdoc/>
    public Node D
    {
        get => compiler.Read(Operand.D);
        set => compiler.Write(Operand.D, value);
    }

    /// <inheritdoc/>
    public Node Link { set => compiler.Write(Operand.Link, value); }

    /// <inheritdoc/>
    public Node Hi
    {
        get => compiler.Read(Operand.Hi);
        set => compiler.Write(Operand.Hi, value);
    }

    /// <inheritdoc/>
    public Node Lo
    {
        get => compiler.Read(Operand.Lo);
        set => compiler.Write(Operand.Lo, value);
    }

    /// <inheritdoc/>
    public void Multiply(Node a, Node b, bool signed, Accumulation accumulation) => compiler.Multiply(a, b, signed, accumulation);

    /// <inheritdoc/>
    public ulong Address => compiler.CurrentPc;

    /// <inheritdoc/>
    public Node Constant(long value) => compiler.Constant(value);

    /// <inheritdoc/>
    public void Branch(Node condition, Node target, bool likely) => compiler.Branch(condition, target, likely);

    /// <inheritdoc/>
    public void Jump(Node target) => compiler.Branch(Node.Constant(1), target, likely: false);

    /// <inheritdoc/>
    public void Exit(ExitReason reason) => compiler.Exit(reason);

    /// <inheritdoc/>
    public bool Unless(Node condition, ExitReason reason)
    {
        compiler.GiveUpIf(condition);
        return true;
    }

    /// <inheritdoc/>
    public bool Load(AccessSize size, bool signed, Node address, out Node value)
    {
        value = compiler.Load(size, signed, address);
        return true;
    }

    /// <inheritdoc/>
    public bool Store(AccessSize size, Node address, Node value)
    {
        compiler.Store(size, address, value);
        return true;
    }

    /// <inheritdoc/>
    public bool LoadPart(bool mostSignificant, Node address, Node old, out Node value)
    {
        address = compiler.Hold(address);
        Node word = compiler.Load(AccessSize.Word, true, address & Node.Constant(~3));
        Node shift = Shift(mostSignificant, address);
        // Left: word << shift | old & ((1 << shift) - 1); right: word >> shift | old & ~(-1 >>> shift).
        value = mostSignificant
            ? Node.ShiftLeft(word, shift) | old & Node.ShiftLeft(Node.Constant(1), shift) - Node.Constant(1)
            : Node.ShiftRight(word, shift) | old & ~Node.ShiftRight(Node.Constant(-1), shift);
        return true;
    }

    /// <inheritdoc/>
    public bool StorePart(bool mostSignificant, Node address, Node value)
    {
        address = compiler.Hold(address);
        Node shift = Shift(mostSignificant, address);
        Node aligned = address & Node.Constant(~3);
        Node merged = mostSignificant
            ? Node.ShiftRight(value, shift)
            : Node.ShiftLeft(value, shift);
        Node mask = mostSignificant
            ? Node.ShiftRight(Node.Constant(-1), shift)
            : Node.ShiftLeft(Node.Constant(-1), shift);
        compiler.StoreMerged(aligned, merged, mask);
        return true;
    }

    /// <inheritdoc/>
    public bool LoadLinked(Node address, out Node value)
    {
        value = compiler.LoadLinked(address);
        return true;
    }

    /// <inheritdoc/>
    public bool StoreConditional(Node address, Node value, out Node done)
    {
        done = compiler.StoreConditional(address, value);
        return true;
    }

    /// <inheritdoc/>
    public void Float(FpOperation operation, FpFormat format) => compiler.Float.Operate(operation, format);

    /// <inheritdoc/>
    public void FloatCompare(FpFormat format) => compiler.Float.Compare(format);

    /// <inheritdoc/>
    public void FloatMove(FpFormat format, Node condition) => compiler.Float.Move(format, condition);

    /// <inheritdoc/>
    public Node FloatCondition(int cc) => compiler.Float.Condition(cc);

    /// <inheritdoc/>
    public Node FloatWord
    {
        get => compiler.Float.ReadWord(Fields.Rd);
        set => compiler.Float.WriteWord(Fields.Rd, value);
    }

    /// <inheritdoc/>
    public Node FloatHighWord
    {
        get => compiler.Float.ReadHighWord(Fields.Rd);
        set => compiler.Float.WriteHighWord(Fields.Rd, value);
    }

    /// <inheritdoc/>
    public Node FloatControl
    {
        get
        {
            compiler.GiveUp();
            return Node.Constant(0);
        }
    }

    /// <inheritdoc/>
    public void SetFloatControl(Node value) => compiler.GiveUp();

    /// <inheritdoc/>
    public void FloatLoad(AccessSize size, int register, Node address, bool align) => compiler.Float.Load(size, register, address, align);

    /// <inheritdoc/>
    public void FloatStore(AccessSize size, int register, Node address, bool align) => compiler.Float.Store(size, register, address, align);

    // 8 × the byte lane, counted from the end the part belongs to (little-endian).
    private static Node Shift(bool mostSignificant, Node address) =>
        Node.ShiftLeft((mostSignificant ? ~address : address) & Node.Constant(3), Node.Constant(3));
}

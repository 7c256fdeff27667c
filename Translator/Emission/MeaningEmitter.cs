using System.Reflection.Emit;
using Dbt.Translator.Instructions;
using Dbt.Translator.Patches;

namespace Dbt.Translator.Emission;

/// <summary>
/// Emits what meanings ask for, whoever asks: a region or a threaded handler gives it what they differ in, where
/// registers are, how memory is reached, and how to leave.
/// </summary>
/// <param name="code">Where the code goes.</param>
/// <param name="layout">Where the guest is.</param>
/// <param name="operands">Where the registers are.</param>
/// <param name="memory">How memory is reached.</param>
/// <param name="exits">How to leave.</param>
/// <param name="isBigEndian">Whether the byte of a number that has the lowest address is the most significant
/// one.</param>
public sealed class MeaningEmitter(
    CodeEmitter code, StateLayout layout, IOperands operands, IGuestMemory memory, IUnitExits exits, bool isBigEndian)
{
    private readonly GuestNumbers _numbers = new(code, isBigEndian);

    /// <summary>Where the code goes.</summary>
    public CodeEmitter Code => code;

    /// <summary>Where the registers are.</summary>
    public IOperands Operands => operands;

    /// <summary>How memory is reached.</summary>
    public IGuestMemory Memory => memory;

    /// <summary>How to leave.</summary>
    public IUnitExits Exits => exits;

    /// <summary>Leaves the unit to the interpreter if <paramref name="condition"/> is not 0.</summary>
    public void GiveUpIf(Node condition)
    {
        if (condition.Expression.IsAlways)
            exits.GiveUp();
        else if (!condition.Expression.IsConstant)
            code.GotoIf(condition, exits.GiveUpLabel());
    }

    /// <summary>Multiplies in the multiply unit.</summary>
    public void Multiply(Node a, Node b, bool signed, Accumulation accumulation)
    {
        // product = held ± (long)a * b;
        LongValue product = Widened(a, signed) * Widened(b, signed);
        operands.Product = accumulation switch
        {
            Accumulation.Add => operands.Product + product,
            Accumulation.Subtract => operands.Product - product,
            _ => product,
        };
    }

    /// <summary>Loads from memory.</summary>
    public Node Load(AccessSize size, bool signed, Node address) =>
        code.Copy(_numbers.Load(size, signed, memory.HostAddress(size, address, store: false))).ToWord();

    /// <summary>Loads a floating-point number from memory.</summary>
    public FloatValue LoadFloat(AccessSize size, Node address) =>
        _numbers.LoadFloat(size, memory.HostAddress(size, address, store: false));

    /// <summary>Stores to memory.</summary>
    public void Store(AccessSize size, Node address, Node value) =>
        _numbers.Store(size, memory.HostAddress(size, address, store: true), value);

    /// <summary>Stores a floating-point number to memory.</summary>
    public void StoreFloat(Node address, FloatValue value) =>
        _numbers.StoreFloat(
            memory.HostAddress(value.IsDouble ? AccessSize.Double : AccessSize.Word, address, store: true), value);

    /// <summary>LWL and LWR.</summary>
    public Node LoadPart(bool mostSignificant, Node address, Node old)
    {
        address = code.Hold(address);
        Node word = Load(AccessSize.Word, true, address & Node.Constant(~3));
        Node shift = _numbers.ShiftOfPart(mostSignificant, address);
        // Left: word << shift | old & ((1 << shift) - 1); right: word >> shift | old & ~(-1 >>> shift).
        return mostSignificant
            ? Node.ShiftLeft(word, shift) | old & Node.ShiftLeft(Node.Constant(1), shift) - Node.Constant(1)
            : Node.ShiftRight(word, shift) | old & ~Node.ShiftRight(Node.Constant(-1), shift);
    }

    /// <summary>SWL and SWR.</summary>
    public void StorePart(bool mostSignificant, Node address, Node value)
    {
        address = code.Hold(address);
        Node shift = _numbers.ShiftOfPart(mostSignificant, address);
        Node part = mostSignificant ? Node.ShiftRight(value, shift) : Node.ShiftLeft(value, shift);
        IntValue mask = code.Hold(
            mostSignificant ? Node.ShiftRight(Node.Constant(-1), shift) : Node.ShiftLeft(Node.Constant(-1), shift));
        // *host = *host & ~mask | part & mask;
        NativeValue host = code.Copy(memory.HostAddress(AccessSize.Word, address & Node.Constant(~3), store: true));
        _numbers.Store(AccessSize.Word, host, _numbers.Load(AccessSize.Word, true, host) & ~mask | part & mask);
    }

    /// <summary>LL.</summary>
    public Node LoadLinked(Node address)
    {
        address = code.Hold(address);
        Node value = Load(AccessSize.Word, true, address);
        // s->LinkBit = 1; s->LinkAddress = address;
        code.Assign(Guest.State.Int(layout.LinkBit), 1);
        code.Assign(Guest.State.Long(layout.LinkAddress), ((IntValue)address).ToUInt64());
        return value;
    }

    /// <summary>SC.</summary>
    public Node StoreConditional(Node address, Node value)
    {
        IntValue linked = Guest.State.Int(layout.LinkBit);
        IntValue done = code.Declare<IntValue>(ExpressionType.Int32);
        Label failed = code.DefineLabel();
        address = code.Hold(address);
        // A misaligned SC faults even where it would fail: the interpreter says how.
        GiveUpIf(address & Node.Constant(3));
        // done = 0; if (s->LinkBit == 0 || s->LinkAddress != address) goto failed;
        code.Assign(done, 0);
        code.GotoUnless(linked, failed);
        code.GotoIf(Guest.State.Long(layout.LinkAddress).IsNot(((IntValue)address).ToUInt64()), failed);
        // *host = value; done = 1;
        Store(AccessSize.Word, address, value);
        code.Assign(done, 1);
        // failed: s->LinkBit = 0;
        code.Mark(failed);
        code.Assign(linked, 0);
        return done.ToWord();
    }

    /// <summary>
    /// Carries out what an instruction is patched to do; gives the unit up where it must exit all the same.
    /// </summary>
    /// <param name="patch">The patch.</param>
    /// <param name="word">The instruction.</param>
    public void CarryOut(Patch patch, Instruction word)
    {
        var processor = new EmittingPatchProcessor(word, this, layout.Cop0, patch);
        patch.CarryOut<EmittingPatchProcessor, Node>(ref processor);
    }

    private static LongValue Widened(IntValue word, bool signed) => signed ? word.ToInt64() : word.ToUInt64();
}

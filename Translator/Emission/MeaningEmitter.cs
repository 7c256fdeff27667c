using System.Reflection.Emit;
using Dbt.Translator.Instructions;
using Dbt.Translator.Patches;

namespace Dbt.Translator.Emission;

/// <summary>
/// Emits what meanings ask for, whoever asks: a region or a threaded handler gives it what they differ in, where registers are, how memory is
/// reached, and how to leave.
/// </summary>
/// <param name="code">Where the code goes.</param>
/// <param name="layout">Where the guest is.</param>
/// <param name="operands">Where the registers are.</param>
/// <param name="memory">How memory is reached.</param>
/// <param name="exits">How to leave.</param>
public sealed class MeaningEmitter(CodeEmitter code, StateLayout layout, IOperands operands, IGuestMemory memory, IUnitExits exits)
{
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
    public Node Load(AccessSize size, bool signed, Node address)
    {
        // value = *(T*)host;
        NativeValue host = memory.HostAddress(size, address, store: false);
        return code.Copy((size, signed) switch
        {
            (AccessSize.Byte, true) => host.SByte(0),
            (AccessSize.Byte, false) => host.Byte(0),
            (AccessSize.Half, true) => host.Int16(0),
            (AccessSize.Half, false) => host.UInt16(0),
            _ => host.Int(0),
        }).ToWord();
    }

    /// <summary>Stores to memory.</summary>
    public void Store(AccessSize size, Node address, Node value)
    {
        // *(T*)host = value;
        NativeValue host = memory.HostAddress(size, address, store: true);
        code.Assign<IntValue>(size switch { AccessSize.Byte => host.Byte(0), AccessSize.Half => host.UInt16(0), _ => host.Int(0) }, value);
    }

    /// <summary>LWL and LWR.</summary>
    public Node LoadPart(bool mostSignificant, Node address, Node old)
    {
        address = code.Hold(address);
        Node word = Load(AccessSize.Word, true, address & Node.Constant(~3));
        Node shift = Shift(mostSignificant, address);
        // Left: word << shift | old & ((1 << shift) - 1); right: word >> shift | old & ~(-1 >>> shift).
        return mostSignificant
            ? Node.ShiftLeft(word, shift) | old & Node.ShiftLeft(Node.Constant(1), shift) - Node.Constant(1)
            : Node.ShiftRight(word, shift) | old & ~Node.ShiftRight(Node.Constant(-1), shift);
    }

    /// <summary>SWL and SWR.</summary>
    public void StorePart(bool mostSignificant, Node address, Node value)
    {
        address = code.Hold(address);
        Node shift = Shift(mostSignificant, address);
        Node part = mostSignificant ? Node.ShiftRight(value, shift) : Node.ShiftLeft(value, shift);
        IntValue mask = code.Hold(mostSignificant ? Node.ShiftRight(Node.Constant(-1), shift) : Node.ShiftLeft(Node.Constant(-1), shift));
        // *host = *host & ~mask | part & mask;
        IntValue word = code.Copy(memory.HostAddress(AccessSize.Word, address & Node.Constant(~3), store: true)).Int(0);
        code.Assign(word, word & ~mask | part & mask);
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

    /// <summary>Carries out what an instruction is patched to do; gives the unit up where it must exit all the same.</summary>
    /// <param name="patch">The patch.</param>
    /// <param name="word">The instruction.</param>
    public void CarryOut(Patch patch, Instruction word)
    {
        var processor = new EmittingPatchProcessor(word, this, layout.Cop0, patch.Register);
        patch.CarryOut<EmittingPatchProcessor, Node>(ref processor);
    }

    private static LongValue Widened(IntValue word, bool signed) => signed ? word.ToInt64() : word.ToUInt64();

    // 8 × the byte lane, counted from the end the part belongs to (little-endian).
    private static Node Shift(bool mostSignificant, Node address) =>
        Node.ShiftLeft((mostSignificant ? ~address : address) & Node.Constant(3), Node.Constant(3));
}

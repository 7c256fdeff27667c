using System.Reflection.Emit;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>A register that an instruction names by its role.</summary>
public enum Operand
{
    /// <summary>rs.</summary>
    S,

    /// <summary>rt.</summary>
    T,

    /// <summary>rd.</summary>
    D,

    /// <summary>Register 31.</summary>
    Link,

    /// <summary>HI.</summary>
    Hi,

    /// <summary>LO.</summary>
    Lo,
}

/// <summary>
/// Emits IL for what a meaning asks. Where registers and constants are, and how to leave, is for the two who build on
/// it: a region keeps registers in locals, a threaded handler finds everything through its operation.
/// </summary>
public abstract class MeaningEmitter
{
    private readonly StateLayout _layout;

    /// <summary>An emitter into <paramref name="il"/>; argument 0 is the guest's state.</summary>
    protected MeaningEmitter(ILGenerator il, StateLayout layout)
    {
        _layout = layout;
        Code = new CodeEmitter(il);
    }

    /// <summary>Emits statements.</summary>
    public CodeEmitter Code { get; }

    /// <summary>The guest's state.</summary>
    public static NativeValue State { get; } = CodeEmitter.Argument<NativeValue>(0, ExpressionType.Native);

    /// <summary>HI and LO, as one number of 64 bits.</summary>
    protected abstract LongValue Product { get; set; }

    /// <summary>HI and LO, as the state has them, as one number of 64 bits.</summary>
    protected LongValue ProductInState
    {
        get => State.Int(_layout.Hi).ToUInt64() << 32 | State.Int(_layout.Lo).ToUInt64();
        set
        {
            // s->Hi = (int)(product >> 32); s->Lo = (int)product;
            Code.Assign(State.Int(_layout.Hi), (value >> 32).ToInt32());
            Code.Assign(State.Int(_layout.Lo), value.ToInt32());
        }
    }

    /// <summary>The instruction being compiled.</summary>
    public abstract Instruction Current { get; }

    /// <summary>Its address.</summary>
    public abstract uint CurrentPc { get; }

    /// <summary>The floating-point side.</summary>
    public abstract FloatCompiler Float { get; }

    /// <summary>Reads a register.</summary>
    public abstract Node Read(Operand operand);

    /// <summary>Writes a register.</summary>
    public abstract void Write(Operand operand, Node value);

    /// <summary>Multiplies in the multiply unit.</summary>
    public void Multiply(Node a, Node b, bool signed, Accumulation accumulation)
    {
        // product = held ± (long)a * b;
        LongValue product = Widened(a, signed) * Widened(b, signed);
        Product = accumulation switch
        {
            Accumulation.Add => Product + product,
            Accumulation.Subtract => Product - product,
            _ => product,
        };
    }

    private static LongValue Widened(IntValue word, bool signed) => signed ? word.ToInt64() : word.ToUInt64();

    /// <summary>A constant from the instruction's fields or address.</summary>
    public abstract Node Constant(long value);

    /// <summary>A branch, taken after its delay slot.</summary>
    public abstract void Branch(Node condition, Node target, bool likely);

    /// <summary>Leaves the unit to the interpreter, always.</summary>
    public abstract void GiveUp();

    /// <summary>A sensitive instruction: leaves it, unless it is to be patched.</summary>
    public virtual void Exit(ExitReason reason) => GiveUp();

    /// <summary>The label that leaves the current unit to the interpreter.</summary>
    public abstract Label GiveUpLabel();

    /// <summary>The host address of a guest access; gives the unit up if there is none.</summary>
    public abstract NativeValue HostAddress(AccessSize size, Node address, bool store);

    /// <summary>Leaves the unit to the interpreter if <paramref name="condition"/> is not 0.</summary>
    public void GiveUpIf(Node condition)
    {
        if (condition.Expression.IsAlways)
            GiveUp();
        else if (!condition.Expression.IsConstant)
            Code.GotoIf(condition, GiveUpLabel());
    }

    /// <summary>Loads through the shadow TLB.</summary>
    public Node Load(AccessSize size, bool signed, Node address)
    {
        // value = *(T*)host;
        NativeValue host = HostAddress(size, address, store: false);
        return Code.Copy((size, signed) switch
        {
            (AccessSize.Byte, true) => host.SByte(0),
            (AccessSize.Byte, false) => host.Byte(0),
            (AccessSize.Half, true) => host.Int16(0),
            (AccessSize.Half, false) => host.UInt16(0),
            _ => host.Int(0),
        }).ToWord();
    }

    /// <summary>Stores through the shadow TLB.</summary>
    public void Store(AccessSize size, Node address, Node value)
    {
        // *(T*)host = value;
        NativeValue host = HostAddress(size, address, store: true);
        Code.Assign<IntValue>(size switch { AccessSize.Byte => host.Byte(0), AccessSize.Half => host.UInt16(0), _ => host.Int(0) }, value);
    }

    /// <summary>Replaces the bits of an aligned word that <paramref name="mask"/> has.</summary>
    public void StoreMerged(Node address, Node value, Node mask)
    {
        mask = Code.Hold(mask);
        // *host = *host & ~mask | value & mask;
        IntValue word = Code.Copy(HostAddress(AccessSize.Word, address, store: true)).Int(0);
        Code.Assign(word, word & ~mask | value & mask);
    }

    /// <summary>LL.</summary>
    public Node LoadLinked(Node address)
    {
        address = Code.Hold(address);
        Node value = Load(AccessSize.Word, true, address);
        // s->LinkBit = 1; s->LinkAddress = address;
        Code.Assign(State.Int(_layout.LinkBit), 1);
        Code.Assign(State.Long(_layout.LinkAddress), ((IntValue)address).ToUInt64());
        return value;
    }

    /// <summary>SC.</summary>
    public Node StoreConditional(Node address, Node value)
    {
        IntValue linked = State.Int(_layout.LinkBit);
        IntValue done = Code.Declare<IntValue>(ExpressionType.Int32);
        Label failed = Code.DefineLabel();
        address = Code.Hold(address);
        // A misaligned SC faults even where it would fail: the interpreter says how.
        GiveUpIf(address & Node.Constant(3));
        // done = 0; if (s->LinkBit == 0 || s->LinkAddress != address) goto failed;
        Code.Assign(done, 0);
        Code.GotoUnless(linked, failed);
        Code.GotoIf(State.Long(_layout.LinkAddress).IsNot(((IntValue)address).ToUInt64()), failed);
        // *host = value; done = 1;
        Store(AccessSize.Word, address, value);
        Code.Assign(done, 1);
        // failed: s->LinkBit = 0;
        Code.Mark(failed);
        Code.Assign(linked, 0);
        return done.ToWord();
    }

    /// <summary>Carries out a sensitive instruction that is patched; gives the unit up where it must exit all the same.</summary>
    protected void CarryOut(Patch patch, PatchTable patches)
    {
        Node field, old, value;
        switch (patch.Kind)
        {
            case PatchKind.Load:
                // rt = page[register];
                Write(Operand.T, EmitLoad(Constant(_layout.Cop0 + 4 * patch.Register)));
                break;
            case PatchKind.Store or PatchKind.StoreEnable:
                // if (((old ^ value) & sensitive) != 0) give up; page[register] = old & ~writable | value & writable;
                field = Constant(_layout.Cop0 + 4 * patch.Register);
                old = EmitLoad(field);
                value = Read(Operand.T);
                GiveUpIf((old ^ value) & Constant((int)patch.Sensitive));
                Node writable = Constant((int)patch.Writable);
                value = Hold(old & ~writable | value & writable);
                if (patch.Kind == PatchKind.StoreEnable)
                {
                    // if ((enable & 2) == 0 && (enable & 0x18) != 0) give up: this leaves kernel mode
                    GiveUpIf(Node.Choose(value & Node.Constant(2), Node.Constant(0), value & Node.Constant(0x18)));
                    GiveUpIfInterrupted(patches, value);
                }
                EmitStore(field, value);
                break;
            case PatchKind.Disable or PatchKind.Enable:
                // old = page[enable]; page[enable] = old & ~1 or old | 1; rt = old;
                field = Node.Constant(_layout.Cop0 + 4 * patches.InterruptEnable!.Value);
                old = EmitLoad(field);
                value = Hold(patch.Kind == PatchKind.Enable ? old | Node.Constant(1) : old & Node.Constant(~1));
                if (patch.Kind == PatchKind.Enable)
                    GiveUpIfInterrupted(patches, value);
                EmitStore(field, value);
                Write(Operand.T, old);
                break;
            case PatchKind.Look:
                Look();
                break;
        }
    }

    // if ((enable & 7) == 1 && (enable & pending & 0xff00) != 0) give up: the interrupt is due behind this unit
    private void GiveUpIfInterrupted(PatchTable patches, Node enable)
    {
        Node pending = EmitLoad(Node.Constant(_layout.Cop0 + 4 * patches.InterruptPending));
        GiveUpIf(Node.Choose(Node.Equal(enable & Node.Constant(7), Node.Constant(1)), enable & pending & Node.Constant(0xff00), Node.Constant(0)));
    }

    /// <summary>Gives the unit up unless the address of an operation on the cache translates.</summary>
    protected virtual void Look() => Code.Copy(LookUp(AccessSize.Byte, Code.Hold(Read(Operand.S) + Constant(Current.Immediate)), store: false));

    /// <summary>offset = table[ror(address, k) >> 12 - k]; if (offset == 0) goto giveUp; host = address + offset.</summary>
    protected NativeValue LookUp(AccessSize size, Node address, bool store)
    {
        Label giveUp = GiveUpLabel();
        // The table has room for the two bits of misalignment that the rotation folds in; a third needs a test.
        if (size == AccessSize.Double)
            Code.GotoIf(address & Node.Constant(4), giveUp);
        IntValue page = address;
        int shift = Math.Min((int)uint.TrailingZeroCount((uint)size), 2);
        NativeValue table = State.Native(store ? _layout.WriteTable : _layout.ReadTable);
        NativeValue offset = Code.Copy(table.Element(page.RotatedRight(shift) >>> 12 - shift, sizeof(long)).Native(0));
        Code.GotoIf(offset.IsNull(), giveUp);
        return page.ToNative() + offset;
    }

    // *(int*)(s + offset)
    private Node EmitLoad(Node offset) => Code.Copy(State.Int(AddressOf(offset))).ToWord();

    // *(int*)(s + offset) = value;
    private void EmitStore(Node offset, Node value) => Code.Assign<IntValue>(State.Int(AddressOf(offset)), value);

    // An address takes a number of 32 bits as its second operand.
    private static NativeValue AddressOf(Node offset) => offset.Expression.IsConstant ? offset.Expression.Value : new NativeValue(offset.Expression);

    /// <summary>Computes a value now, into a local, so that it may be used more than once.</summary>
    public Node Hold(Node value) => Code.Hold(value);
}

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
    private readonly ILGenerator _il;
    private readonly StateLayout _layout;

    /// <summary>An emitter into <paramref name="il"/>; argument 0 is the guest's state.</summary>
    protected MeaningEmitter(ILGenerator il, StateLayout layout)
    {
        (_il, _layout) = (il, layout);
        Expressions = new ExpressionEmitter(il);
    }

    /// <summary>Emits values.</summary>
    protected ExpressionEmitter Expressions { get; }

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
        if (accumulation != Accumulation.Replace)
            LoadProduct();
        OpCode widen = signed ? OpCodes.Conv_I8 : OpCodes.Conv_U8;
        Expressions.Emit(a.Expression);
        _il.Emit(widen);
        Expressions.Emit(b.Expression);
        _il.Emit(widen);
        _il.Emit(OpCodes.Mul);
        if (accumulation != Accumulation.Replace)
            _il.Emit(accumulation == Accumulation.Add ? OpCodes.Add : OpCodes.Sub);
        StoreProduct();
    }

    /// <summary>Leaves HI and LO on the stack, as one number of 64 bits.</summary>
    protected abstract void LoadProduct();

    /// <summary>Takes HI and LO from the stack, as one number of 64 bits.</summary>
    protected abstract void StoreProduct();

    /// <summary>Leaves HI and LO, as the state has them, on the stack as one number of 64 bits.</summary>
    protected void LoadHiLo()
    {
        // (long)s->Hi << 32 | (uint)s->Lo
        EmitField(_layout.Hi);
        _il.Emit(OpCodes.Ldind_I8);
        _il.Emit(OpCodes.Ldc_I4, 32);
        _il.Emit(OpCodes.Shl);
        EmitField(_layout.Lo);
        _il.Emit(OpCodes.Ldind_U4);
        _il.Emit(OpCodes.Conv_U8);
        _il.Emit(OpCodes.Or);
    }

    /// <summary>Stores the halves of a local of 64 bits to HI and LO in the state.</summary>
    protected void StoreHiLo(LocalBuilder product)
    {
        // s->Hi = (int)(product >> 32); s->Lo = (int)product;
        EmitField(_layout.Hi);
        Expressions.Emit(new Expression { Kind = ExpressionKind.UpperHalf, Local = product, Version = Expressions.Versions.GetValueOrDefault(product) });
        _il.Emit(OpCodes.Stind_I4);
        EmitField(_layout.Lo);
        Expressions.Emit(new Expression { Kind = ExpressionKind.LowerHalf, Local = product, Version = Expressions.Versions.GetValueOrDefault(product) });
        _il.Emit(OpCodes.Stind_I4);
    }

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

    /// <summary>Adds code out of the way of what is hot.</summary>
    public abstract void Cold(Action emit);

    /// <summary>Leaves on the stack the host address of a guest access; gives the unit up if there is none.</summary>
    public abstract void EmitHostAddress(AccessSize size, Node address, bool store);

    /// <summary>Emits a value onto the IL stack.</summary>
    public void Emit(Node value) => Expressions.Emit(value.Expression);

    /// <summary>Leaves the unit to the interpreter if <paramref name="condition"/> is not 0.</summary>
    public void GiveUpIf(Node condition)
    {
        if (condition.Expression.IsConstant)
        {
            if (condition.Expression.Value != 0)
                GiveUp();
            return;
        }
        Expressions.BranchIf(condition.Expression, GiveUpLabel());
    }

    /// <summary>Loads through the shadow TLB.</summary>
    public Node Load(AccessSize size, bool signed, Node address)
    {
        LocalBuilder value = _il.DeclareLocal(typeof(int));
        EmitHostAddress(size, address, store: false);
        // value = *(T*)host;
        _il.Emit((size, signed) switch
        {
            (AccessSize.Byte, true) => OpCodes.Ldind_I1,
            (AccessSize.Byte, false) => OpCodes.Ldind_U1,
            (AccessSize.Half, true) => OpCodes.Ldind_I2,
            (AccessSize.Half, false) => OpCodes.Ldind_U2,
            _ => OpCodes.Ldind_I4,
        });
        _il.Emit(OpCodes.Stloc, value);
        return new Node(new Expression { Kind = ExpressionKind.Local, Local = value });
    }

    /// <summary>Stores through the shadow TLB.</summary>
    public void Store(AccessSize size, Node address, Node value)
    {
        EmitHostAddress(size, address, store: true);
        // *(T*)host = value;
        Expressions.Emit(value.Expression);
        _il.Emit(size switch
        {
            AccessSize.Byte => OpCodes.Stind_I1,
            AccessSize.Half => OpCodes.Stind_I2,
            _ => OpCodes.Stind_I4,
        });
    }

    /// <summary>Replaces the bits of an aligned word that <paramref name="mask"/> has.</summary>
    public void StoreMerged(Node address, Node value, Node mask)
    {
        mask = Hold(mask);
        EmitHostAddress(AccessSize.Word, address, store: true);
        // *host = *host & ~mask | value & mask;
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Ldind_I4);
        Expressions.Emit((~mask).Expression);
        _il.Emit(OpCodes.And);
        Expressions.Emit((value & mask).Expression);
        _il.Emit(OpCodes.Or);
        _il.Emit(OpCodes.Stind_I4);
    }

    /// <summary>LL.</summary>
    public Node LoadLinked(Node address)
    {
        address = Hold(address);
        Node value = Load(AccessSize.Word, true, address);
        // s->LinkBit = 1; s->LinkAddress = address;
        EmitField(_layout.LinkBit);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Stind_I4);
        EmitField(_layout.LinkAddress);
        Expressions.Emit(address.Expression);
        _il.Emit(OpCodes.Conv_U8);
        _il.Emit(OpCodes.Stind_I8);
        return value;
    }

    /// <summary>SC.</summary>
    public Node StoreConditional(Node address, Node value)
    {
        LocalBuilder done = _il.DeclareLocal(typeof(int));
        Label failed = _il.DefineLabel();
        address = Hold(address);
        // A misaligned SC faults even where it would fail: the interpreter says how.
        GiveUpIf(address & Node.Constant(3));
        // done = 0; if (s->LinkBit == 0 || s->LinkAddress != address) goto failed;
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Stloc, done);
        EmitField(_layout.LinkBit);
        _il.Emit(OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Brfalse, failed);
        EmitField(_layout.LinkAddress);
        _il.Emit(OpCodes.Ldind_I8);
        Expressions.Emit(address.Expression);
        _il.Emit(OpCodes.Conv_U8);
        _il.Emit(OpCodes.Bne_Un, failed);
        // *host = value; done = 1;
        Store(AccessSize.Word, address, value);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Stloc, done);
        // failed: s->LinkBit = 0;
        _il.MarkLabel(failed);
        EmitField(_layout.LinkBit);
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Stind_I4);
        return new Node(new Expression { Kind = ExpressionKind.Local, Local = done });
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
    protected virtual void Look()
    {
        EmitLookup(AccessSize.Byte, Hold(Read(Operand.S) + Constant(Current.Immediate)), store: false);
        _il.Emit(OpCodes.Pop);
    }

    /// <summary>offset = table[ror(address, k) >> 12 - k]; if (offset == 0) goto giveUp; host = address + offset.</summary>
    protected void EmitLookup(AccessSize size, Node address, bool store)
    {
        Label giveUp = GiveUpLabel();
        // The table has room for the two bits of misalignment that the rotation folds in; a third needs a test.
        if (size == AccessSize.Double)
            Expressions.BranchIf((address & Node.Constant(4)).Expression, giveUp);
        int shift = Math.Min((int)uint.TrailingZeroCount((uint)size), 2);
        LocalBuilder offset = _il.DeclareLocal(typeof(nint));
        EmitTableEntry(store ? _layout.WriteTable : _layout.ReadTable, () => EmitRotated(() => Expressions.Emit(address.Expression), shift), 12 - shift);
        _il.Emit(OpCodes.Stloc, offset);
        _il.Emit(OpCodes.Ldloc, offset);
        _il.Emit(OpCodes.Brfalse, giveUp);
        Expressions.Emit(address.Expression);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Ldloc, offset);
        _il.Emit(OpCodes.Add);
    }

    /// <summary>Leaves on the stack an entry of a shadow TLB table, <c>table[index >>> shift]</c>.</summary>
    protected void EmitTableEntry(int table, Action index, int shift)
    {
        EmitField(table);
        _il.Emit(OpCodes.Ldind_I);
        index();
        _il.Emit(OpCodes.Ldc_I4, shift);
        _il.Emit(OpCodes.Shr_Un);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Ldc_I4_8);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_I);
    }

    /// <summary>Rotates right by a constant, in a form that the JIT makes one instruction.</summary>
    protected void EmitRotated(Action operand, int shift)
    {
        operand();
        if (shift == 0)
            return;
        _il.Emit(OpCodes.Ldc_I4, shift);
        _il.Emit(OpCodes.Shr_Un);
        operand();
        _il.Emit(OpCodes.Ldc_I4, 32 - shift);
        _il.Emit(OpCodes.Shl);
        _il.Emit(OpCodes.Or);
    }

    /// <summary>Leaves on the stack the address of a field of the state.</summary>
    public void EmitField(int offset)
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldc_I4, offset);
        _il.Emit(OpCodes.Add);
    }

    // *(int*)(s + offset)
    private Node EmitLoad(Node offset)
    {
        LocalBuilder local = _il.DeclareLocal(typeof(int));
        EmitField(offset);
        _il.Emit(OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Stloc, local);
        return new Node(new Expression { Kind = ExpressionKind.Local, Local = local });
    }

    /// <summary>*(int*)(s + offset) = value;</summary>
    protected void EmitStore(int offset, Node value) => EmitStore(Node.Constant(offset), value);

    private void EmitStore(Node offset, Node value)
    {
        EmitField(offset);
        Expressions.Emit(value.Expression);
        _il.Emit(OpCodes.Stind_I4);
    }

    private void EmitField(Node offset)
    {
        _il.Emit(OpCodes.Ldarg_0);
        Expressions.Emit(offset.Expression);
        _il.Emit(OpCodes.Add);
    }

    /// <summary>Computes a value now, into a local, so that it may be used more than once.</summary>
    public Node Hold(Node value)
    {
        if (value.Expression.IsConstant)
            return value;
        LocalBuilder local = _il.DeclareLocal(typeof(int));
        Expressions.Emit(value.Expression);
        _il.Emit(OpCodes.Stloc, local);
        return new Node(new Expression { Kind = ExpressionKind.Local, Local = local });
    }
}

using System.Reflection.Emit;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>The floating-point side of a region. Registers stay in the state: few regions live on them alone.</summary>
public sealed class FloatCompiler(RegionCompiler compiler, ILGenerator il, StateLayout layout, TranslationContext context)
{
    /// <summary>fd ← operation.</summary>
    public void Operate(FpOperation operation, FpFormat format) => compiler.GiveUp();

    /// <summary>C.cond.fmt.</summary>
    public void Compare(FpFormat format) => compiler.GiveUp();

    /// <summary>MOV.fmt and its conditional forms.</summary>
    public void Move(FpFormat format, Node condition) => compiler.GiveUp();

    /// <summary>A condition code of FCSR.</summary>
    public Node Condition(int cc)
    {
        // (s->Fcsr >>> bit) & 1
        LocalBuilder local = il.DeclareLocal(typeof(int));
        compiler.EmitField(layout.Fcsr);
        il.Emit(OpCodes.Ldind_I4);
        il.Emit(OpCodes.Ldc_I4, cc == 0 ? 23 : 24 + cc);
        il.Emit(OpCodes.Shr_Un);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.And);
        il.Emit(OpCodes.Stloc, local);
        return new Node(new Expression { Kind = ExpressionKind.Local, Local = local });
    }

    /// <summary>MFC1.</summary>
    public Node ReadWord(int register) => ReadSlot(layout.Fpr + 8 * register);

    /// <summary>MTC1.</summary>
    public void WriteWord(int register, Node value) => WriteSlot(layout.Fpr + 8 * register, value);

    /// <summary>MFHC1.</summary>
    public Node ReadHighWord(int register) => ReadSlot(HighSlot(register));

    /// <summary>MTHC1.</summary>
    public void WriteHighWord(int register, Node value) => WriteSlot(HighSlot(register), value);

    /// <summary>LWC1, LDC1 and their indexed forms.</summary>
    public void Load(AccessSize size, int register, Node address, bool align)
    {
        if (size == AccessSize.Word)
        {
            WriteWord(register, compiler.Load(AccessSize.Word, true, address));
            return;
        }
        compiler.GiveUp();
    }

    /// <summary>SWC1, SDC1 and their indexed forms.</summary>
    public void Store(AccessSize size, int register, Node address, bool align)
    {
        if (size == AccessSize.Word)
        {
            compiler.Store(AccessSize.Word, address, ReadWord(register));
            return;
        }
        compiler.GiveUp();
    }

    // With 32-bit registers the high word of a double is the odd register of the pair.
    private int HighSlot(int register) => layout.Fpr + (context.Float64 ? 8 * register + 4 : 8 * (register | 1));

    private Node ReadSlot(int offset)
    {
        LocalBuilder local = il.DeclareLocal(typeof(int));
        compiler.EmitField(offset);
        il.Emit(OpCodes.Ldind_I4);
        il.Emit(OpCodes.Stloc, local);
        return new Node(new Expression { Kind = ExpressionKind.Local, Local = local });
    }

    private void WriteSlot(int offset, Node value)
    {
        compiler.EmitField(offset);
        compiler.Emit(value);
        il.Emit(OpCodes.Stind_I4);
    }
}

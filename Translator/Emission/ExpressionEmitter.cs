using System.Reflection.Emit;
using static Dbt.Translator.Emission.ExpressionKind;

namespace Dbt.Translator.Emission;

/// <summary>Turns expressions into IL that leaves their value on the stack.</summary>
/// <param name="il">Where the IL goes.</param>
internal sealed class ExpressionEmitter(ILGenerator il)
{
    /// <summary>
    /// How often each guest register's local has been written; a register read before a write must not be emitted after
    /// it.
    /// </summary>
    public Dictionary<LocalBuilder, int> Versions { get; } = [];

    /// <summary>What of it the JIT may take for a rotation.</summary>
    public Rotations Rotations { get; } = new();

    /// <summary>The instruction that stores to a cell.</summary>
    public static OpCode StoreOf(Cell cell) => cell switch
    {
        Cell.SByte or Cell.Byte => OpCodes.Stind_I1,
        Cell.Int16 or Cell.UInt16 => OpCodes.Stind_I2,
        Cell.Int32 => OpCodes.Stind_I4,
        Cell.Int64 => OpCodes.Stind_I8,
        Cell.Native => OpCodes.Stind_I,
        Cell.Float32 => OpCodes.Stind_R4,
        _ => OpCodes.Stind_R8,
    };

    /// <summary>Emits the value of <paramref name="e"/>.</summary>
    public void Emit(Expression e)
    {
        switch (e.Kind)
        {
            case Constant:
                EmitConstant(e);
                break;
            case Local:
                if (Versions.TryGetValue(e.Local!, out int version) && version != e.Version)
                    throw new InvalidOperationException("a meaning reads a register after writing it");
                il.Emit(OpCodes.Ldloc, e.Local!);
                break;
            case Argument:
                il.Emit(ArgumentOf(e.Value));
                break;
            case Load:
                Emit(e.A!);
                il.Emit(LoadOf(e.Cell));
                break;
            case Choose:
                EmitChoice(e);
                break;
            case Call:
                EmitCall(e);
                break;
            case AtLeast:
                // !(a < b), which a NaN must not make true
                Emit(e.A!);
                Emit(e.B!);
                il.Emit(IsFloat(e.A!) ? OpCodes.Clt_Un : OpCodes.Clt);
                il.Emit(OpCodes.Ldc_I4_0);
                il.Emit(OpCodes.Ceq);
                break;
            case ShiftLeft or ShiftRight or ShiftRightSigned:
                EmitShift(e);
                break;
            case Equal or LessUnsigned:
                EmitCompared(e);
                il.Emit(OpCodeOf(e));
                break;
            default:
                Emit(e.A!);
                if (e.B is not null)
                    EmitSecond(e.B);
                il.Emit(OpCodeOf(e));
                break;
        }
    }

    /// <summary>
    /// Branches to <paramref name="target"/> if <paramref name="condition"/> is not 0, or if it is 0 where
    /// <paramref name="negate"/>.
    /// </summary>
    public void BranchIf(Expression condition, Label target, bool negate = false)
    {
        // condition ^ 1 is how a meaning says "not".
        if (condition.Kind == Xor && condition.B!.IsConstant && condition.B.Value == 1)
        {
            BranchIf(condition.A!, target, !negate);
            return;
        }
        bool isFloat = condition.A is not null && IsFloat(condition.A);
        OpCode? fused = (condition.Kind, negate) switch
        {
            (Less, false) => OpCodes.Blt,
            (Less, true) => isFloat ? OpCodes.Bge_Un : OpCodes.Bge,
            (AtLeast, false) => OpCodes.Bge,
            (AtLeast, true) => isFloat ? OpCodes.Blt_Un : OpCodes.Blt,
            (LessUnsigned, false) => OpCodes.Blt_Un,
            (LessUnsigned, true) => OpCodes.Bge_Un,
            (Equal, false) => OpCodes.Beq,
            (Equal, true) => OpCodes.Bne_Un,
            _ => null,
        };
        if (fused is { } branch)
        {
            EmitCompared(condition);
            il.Emit(branch, target);
            return;
        }
        Emit(condition);
        if (Rotations.MayBe(condition))
            il.Emit(OpCodes.Neg);
        il.Emit(negate ? OpCodes.Brfalse : OpCodes.Brtrue, target);
    }

    // The two operands of a comparison. Where one may be a rotation, the comparison is one of other values that holds
    // as often, so that the JIT has to compute those.
    private void EmitCompared(Expression e)
    {
        bool isRotation = Rotations.MayBe(e.A!) || Rotations.MayBe(e.B!);
        // -a == -b, ~b < ~a
        (Expression first, Expression second) = isRotation && e.Kind != Equal ? (e.B!, e.A!) : (e.A!, e.B!);
        Emit(first);
        if (isRotation)
            il.Emit(e.Kind == Equal ? OpCodes.Neg : OpCodes.Not);
        Emit(second);
        if (isRotation)
            il.Emit(e.Kind == Equal ? OpCodes.Neg : OpCodes.Not);
    }

    private void EmitConstant(Expression e)
    {
        switch (e.Type)
        {
            case ExpressionType.Int32:
                il.Emit(OpCodes.Ldc_I4, (int)e.Value);
                break;
            case ExpressionType.Int64:
                il.Emit(OpCodes.Ldc_I8, e.Value);
                break;
            case ExpressionType.Native:
                if (IsInt32(e.Value))
                    il.Emit(OpCodes.Ldc_I4, (int)e.Value);
                else
                    il.Emit(OpCodes.Ldc_I8, e.Value);
                il.Emit(OpCodes.Conv_I);
                break;
            case ExpressionType.Float32:
                il.Emit(OpCodes.Ldc_R4, (float)e.Real);
                break;
            default:
                il.Emit(OpCodes.Ldc_R8, e.Real);
                break;
        }
    }

    // An address takes a number of 32 bits as its second operand.
    private void EmitSecond(Expression e)
    {
        if (e is { IsConstant: true, Type: ExpressionType.Native } && IsInt32(e.Value))
            il.Emit(OpCodes.Ldc_I4, (int)e.Value);
        else
            Emit(e);
    }

    private void EmitShift(Expression e)
    {
        Emit(e.A!);
        Emit(e.B!);
        int most = e.Type == ExpressionType.Int32 ? 31 : 63;
        if (!e.B!.IsConstant || (ulong)e.B.Value > (ulong)most)
        {
            il.Emit(OpCodes.Ldc_I4, most);
            il.Emit(OpCodes.And);
        }
        il.Emit(OpCodeOf(e));
    }

    private void EmitCall(Expression e)
    {
        Emit(e.A!);
        if (e.B is not null)
            Emit(e.B);
        if (e.C is not null)
            Emit(e.C);
        il.Emit(OpCodes.Call, e.Method!);
    }

    // condition != 0 ? yes : no
    // The JIT makes a branch of a choice that is in a loop, and a branch on data is often predicted wrongly.
    private void EmitChoice(Expression e)
    {
        if (e.A!.Type == ExpressionType.Int32 && IsAtHand(e.B!) && IsAtHand(e.C!))
        {
            // no ^ ((yes ^ no) & mask)
            Emit(e.C!);
            Emit(e.B!);
            Emit(e.C!);
            il.Emit(OpCodes.Xor);
            EmitMask(e.A!);
            il.Emit(OpCodes.And);
            il.Emit(OpCodes.Xor);
            return;
        }
        Label yes = il.DefineLabel(), done = il.DefineLabel();
        BranchIf(e.A!, yes);
        Emit(e.C!);
        il.Emit(OpCodes.Br, done);
        il.MarkLabel(yes);
        Emit(e.B!);
        il.MarkLabel(done);
    }

    private void EmitMask(Expression condition)
    {
        Emit(condition);
        if (condition.Kind is Equal or Less or LessUnsigned)
        {
            // -condition
            il.Emit(OpCodes.Neg);
            return;
        }
        // (condition | -condition) >> 31
        il.Emit(OpCodes.Dup);
        il.Emit(OpCodes.Neg);
        il.Emit(OpCodes.Or);
        il.Emit(OpCodes.Ldc_I4, 31);
        il.Emit(OpCodes.Shr);
    }

    private static bool IsAtHand(Expression e) => e.Type == ExpressionType.Int32 && e.Kind is Local or Constant;

    private static bool IsInt32(long value) => value == (int)value;

    private static bool IsFloat(Expression e) => e.Type is ExpressionType.Float32 or ExpressionType.Float64;

    private static OpCode ArgumentOf(long number) => number switch
    {
        0 => OpCodes.Ldarg_0,
        1 => OpCodes.Ldarg_1,
        _ => OpCodes.Ldarg_2,
    };

    private static OpCode LoadOf(Cell cell) => cell switch
    {
        Cell.SByte => OpCodes.Ldind_I1,
        Cell.Byte => OpCodes.Ldind_U1,
        Cell.Int16 => OpCodes.Ldind_I2,
        Cell.UInt16 => OpCodes.Ldind_U2,
        Cell.Int32 => OpCodes.Ldind_I4,
        Cell.Int64 => OpCodes.Ldind_I8,
        Cell.Native => OpCodes.Ldind_I,
        Cell.Float32 => OpCodes.Ldind_R4,
        _ => OpCodes.Ldind_R8,
    };

    private static OpCode OpCodeOf(Expression e) => e.Kind switch
    {
        Add => OpCodes.Add,
        Subtract => OpCodes.Sub,
        Multiply => OpCodes.Mul,
        And => OpCodes.And,
        Or => OpCodes.Or,
        Xor => OpCodes.Xor,
        Not => OpCodes.Not,
        Negate => OpCodes.Neg,
        ShiftLeft => OpCodes.Shl,
        ShiftRight => OpCodes.Shr_Un,
        ShiftRightSigned => OpCodes.Shr,
        Less => OpCodes.Clt,
        LessUnsigned => OpCodes.Clt_Un,
        Equal => OpCodes.Ceq,
        Divide => OpCodes.Div,
        Remainder => OpCodes.Rem,
        DivideUnsigned => OpCodes.Div_Un,
        RemainderUnsigned => OpCodes.Rem_Un,
        SignExtend => e.Value == 8 ? OpCodes.Conv_I1 : OpCodes.Conv_I2,
        ZeroExtend => e.Value == 8 ? OpCodes.Conv_U1 : OpCodes.Conv_U2,
        ExpressionKind.Convert or ConvertUnsigned => ConversionOf(e),
        _ => throw new InvalidOperationException($"no opcode for {e.Kind}"),
    };

    private static OpCode ConversionOf(Expression e) => (e.Type, e.Kind) switch
    {
        (ExpressionType.Int32, _) => OpCodes.Conv_I4,
        (ExpressionType.Int64, ConvertUnsigned) => OpCodes.Conv_U8,
        (ExpressionType.Int64, _) => OpCodes.Conv_I8,
        (ExpressionType.Native, ConvertUnsigned) => OpCodes.Conv_U,
        (ExpressionType.Native, _) => OpCodes.Conv_I,
        (ExpressionType.Float32, _) => OpCodes.Conv_R4,
        _ => OpCodes.Conv_R8,
    };
}

using System.Numerics;
using System.Reflection;
using System.Reflection.Emit;
using static Dbt.Translator.Emission.ExpressionKind;

namespace Dbt.Translator.Emission;

/// <summary>Turns expressions into IL that leaves their value, an int32, on the stack.</summary>
/// <param name="il">Where the IL goes.</param>
public sealed class ExpressionEmitter(ILGenerator il)
{
    private static readonly MethodInfo s_leadingZeros = typeof(BitOperations).GetMethod(nameof(BitOperations.LeadingZeroCount), [typeof(uint)])!;

    /// <summary>How often each guest register's local has been written; a register read before a write must not be emitted after it.</summary>
    public Dictionary<LocalBuilder, int> Versions { get; } = [];

    /// <summary>Emits the value of <paramref name="e"/>.</summary>
    public void Emit(Expression e)
    {
        switch (e.Kind)
        {
            case Constant:
                il.Emit(OpCodes.Ldc_I4, e.Value);
                break;
            case Local or UpperHalf or LowerHalf:
                if (Versions.TryGetValue(e.Local!, out int version) && version != e.Version)
                    throw new InvalidOperationException("a meaning reads a register after writing it");
                il.Emit(OpCodes.Ldloc, e.Local!);
                EmitHalf(e.Kind);
                break;
            case Not:
                Emit(e.A!);
                il.Emit(OpCodes.Not);
                break;
            case ExpressionKind.SignExtend:
                Emit(e.A!);
                il.Emit(e.Value == 8 ? OpCodes.Conv_I1 : OpCodes.Conv_I2);
                break;
            case ExpressionKind.ZeroExtend:
                Emit(e.A!);
                il.Emit(e.Value == 8 ? OpCodes.Conv_U1 : OpCodes.Conv_U2);
                break;
            case ExpressionKind.LeadingZeros:
                Emit(e.A!);
                il.Emit(OpCodes.Call, s_leadingZeros);
                break;
            case ExpressionKind.Choose:
                Choose(e);
                break;
            case ExpressionKind.ShiftLeft or ExpressionKind.ShiftRight or ExpressionKind.ShiftRightSigned:
                Emit(e.A!);
                Emit(e.B!);
                if (!e.B!.IsConstant || (uint)e.B.Value > 31)
                {
                    il.Emit(OpCodes.Ldc_I4, 31);
                    il.Emit(OpCodes.And);
                }
                il.Emit(OpCodeOf(e.Kind));
                break;
            default:
                Emit(e.A!);
                Emit(e.B!);
                il.Emit(OpCodeOf(e.Kind));
                break;
        }
    }

    /// <summary>Branches to <paramref name="target"/> if <paramref name="condition"/> is not 0, or if it is 0 where <paramref name="negate"/>.</summary>
    public void BranchIf(Expression condition, Label target, bool negate = false)
    {
        // condition ^ 1 is how a meaning says "not".
        if (condition.Kind == Xor && condition.B!.IsConstant && condition.B.Value == 1)
        {
            BranchIf(condition.A!, target, !negate);
            return;
        }
        OpCode? fused = (condition.Kind, negate) switch
        {
            (ExpressionKind.Less, false) => OpCodes.Blt,
            (ExpressionKind.Less, true) => OpCodes.Bge,
            (ExpressionKind.LessUnsigned, false) => OpCodes.Blt_Un,
            (ExpressionKind.LessUnsigned, true) => OpCodes.Bge_Un,
            (ExpressionKind.Equal, false) => OpCodes.Beq,
            (ExpressionKind.Equal, true) => OpCodes.Bne_Un,
            _ => null,
        };
        if (fused is { } branch)
        {
            Emit(condition.A!);
            Emit(condition.B!);
            il.Emit(branch, target);
            return;
        }
        Emit(condition);
        il.Emit(negate ? OpCodes.Brfalse : OpCodes.Brtrue, target);
    }

    // (int)(local >> 32), (int)local
    private void EmitHalf(ExpressionKind kind)
    {
        if (kind == Local)
            return;
        if (kind == UpperHalf)
        {
            il.Emit(OpCodes.Ldc_I4, 32);
            il.Emit(OpCodes.Shr);
        }
        il.Emit(OpCodes.Conv_I4);
    }

    // condition != 0 ? yes : no
    private void Choose(Expression e)
    {
        Label yes = il.DefineLabel(), done = il.DefineLabel();
        BranchIf(e.A!, yes);
        Emit(e.C!);
        il.Emit(OpCodes.Br, done);
        il.MarkLabel(yes);
        Emit(e.B!);
        il.MarkLabel(done);
    }

    private static OpCode OpCodeOf(ExpressionKind kind) => kind switch
    {
        Add => OpCodes.Add,
        Subtract => OpCodes.Sub,
        Multiply => OpCodes.Mul,
        And => OpCodes.And,
        Or => OpCodes.Or,
        Xor => OpCodes.Xor,
        ExpressionKind.ShiftLeft => OpCodes.Shl,
        ExpressionKind.ShiftRight => OpCodes.Shr_Un,
        ExpressionKind.ShiftRightSigned => OpCodes.Shr,
        ExpressionKind.Less => OpCodes.Clt,
        ExpressionKind.LessUnsigned => OpCodes.Clt_Un,
        ExpressionKind.Equal => OpCodes.Ceq,
        ExpressionKind.Divide => OpCodes.Div,
        ExpressionKind.Remainder => OpCodes.Rem,
        ExpressionKind.DivideUnsigned => OpCodes.Div_Un,
        ExpressionKind.RemainderUnsigned => OpCodes.Rem_Un,
        _ => throw new InvalidOperationException($"no opcode for {kind}"),
    };
}

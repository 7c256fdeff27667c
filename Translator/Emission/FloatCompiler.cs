using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>
/// The floating-point side of a region: computes on the host where IEEE 754 gives the same bits and the flags are known,
/// and leaves everything else to the interpreter, operation by operation.
/// </summary>
/// <remarks>
/// A finite result to nearest is the same everywhere. What differs are NaNs, and what must be told are exceptions: any
/// result that could have raised one other than I gives the unit up. Whether I was raised is worked out later, from the
/// operands of the last operation, which are left in the state.
/// </remarks>
public sealed class FloatCompiler : IFloatUnit
{
    /// <summary>The pending operation that raised nothing.</summary>
    public const int NothingRaised = 1;

    private const int Fcc0Bit = 23;

    private static readonly MethodInfo s_bits64 = typeof(BitConverter).GetMethod(nameof(BitConverter.DoubleToInt64Bits))!;
    private static readonly MethodInfo s_bits32 = typeof(BitConverter).GetMethod(nameof(BitConverter.SingleToInt32Bits))!;
    private static readonly MethodInfo s_sqrt64 = typeof(Math).GetMethod(nameof(Math.Sqrt))!;
    private static readonly MethodInfo s_sqrt32 = typeof(MathF).GetMethod(nameof(MathF.Sqrt))!;
    private static readonly MethodInfo s_abs64 = typeof(Math).GetMethod(nameof(Math.Abs), [typeof(double)])!;
    private static readonly MethodInfo s_abs32 = typeof(MathF).GetMethod(nameof(MathF.Abs))!;
    private static readonly MethodInfo s_fma64 = typeof(Math).GetMethod(nameof(Math.FusedMultiplyAdd))!;
    private static readonly MethodInfo s_truncate = typeof(Sse2).GetMethod(nameof(Sse2.ConvertToInt32WithTruncation), [typeof(Vector128<double>)])!;
    private static readonly MethodInfo s_round = typeof(Sse2).GetMethod(nameof(Sse2.ConvertToInt32), [typeof(Vector128<double>)])!;
    private static readonly MethodInfo s_vector = typeof(Vector128).GetMethod(nameof(Vector128.CreateScalarUnsafe), [typeof(double)])!;

    private readonly RegionCursor _at;
    private readonly MeaningEmitter _meanings;
    private readonly ILGenerator _il;
    private readonly StateLayout _layout;
    private readonly TranslationContext _context;
    private readonly FloatRegisters _registers;
    private readonly LocalBuilder?[] _conditions = new LocalBuilder?[8];
    private readonly bool[] _conditionWritten = new bool[8];
    private LocalBuilder? _pending;
    private LocalBuilder[] _operands = [];
    private bool _computes;

    /// <summary>The floating-point side of a region.</summary>
    internal FloatCompiler(RegionCursor at, MeaningEmitter meanings, ILGenerator il, StateLayout layout, TranslationContext context)
    {
        (_at, _meanings, _il, _layout, _context) = (at, meanings, il, layout, context);
        _registers = new FloatRegisters(meanings.Code, il, layout, context.Float64);
    }

    private bool OnHost => _context.Float is FloatMode.Exact or FloatMode.Fast && Sse2.IsSupported && Fma.IsSupported;

    /// <summary>How a pending operation is written in the state.</summary>
    public static int Pack(FpOperation operation, FpFormat format) => ((int)operation << 4 | (int)format) + 2;

    /// <summary>The reverse of <see cref="Pack"/>.</summary>
    public static (FpOperation Operation, FpFormat Format) Unpack(int pending) => ((FpOperation)(pending - 2 >> 4), (FpFormat)(pending - 2 & 15));

    /// <summary>Notes what an instruction uses.</summary>
    public void Declare(Footprint footprint)
    {
        for (int register = 0; register < 32; register++)
        {
            if (((footprint.FloatReads | footprint.FloatWrites) >> register & 1) != 0)
                _registers.Declare(register, isDouble: (footprint.FloatDoubles >> register & 1) != 0);
        }
        for (int cc = 0; cc < _conditions.Length; cc++)
        {
            if ((footprint.FloatConditions >> cc & 1) != 0)
                _conditions[cc] ??= _il.DeclareLocal(typeof(int));
        }
        // FCSR is written by what may raise exceptions, and so leaves a cause behind.
        _computes |= (footprint.FloatWrites >> Footprint.Fcsr & 1) != 0;
    }

    /// <summary>Loads what the region uses.</summary>
    public void EmitEntry()
    {
        _registers.EmitEntry();
        for (int cc = 0; cc < 8; cc++)
        {
            if (_conditions[cc] is not { } local)
                continue;
            // fccN = s->Fcsr >>> bit & 1;
            _meanings.Code.Push(Guest.State + _layout.Fcsr);
            _il.Emit(OpCodes.Ldind_I4);
            _il.Emit(OpCodes.Ldc_I4, ConditionBit(cc));
            _il.Emit(OpCodes.Shr_Un);
            _il.Emit(OpCodes.Ldc_I4_1);
            _il.Emit(OpCodes.And);
            _il.Emit(OpCodes.Stloc, local);
        }
        if (!_computes || !OnHost)
            return;
        _pending = _il.DeclareLocal(typeof(int));
        _operands = [_il.DeclareLocal(typeof(double)), _il.DeclareLocal(typeof(double)), _il.DeclareLocal(typeof(double))];
        // pending = s->PendingOperation; a, b, c = s->PendingOperands;
        _meanings.Code.Push(Guest.State + _layout.PendingOperation);
        _il.Emit(OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Stloc, _pending);
        for (int i = 0; i < _operands.Length; i++)
        {
            _meanings.Code.Push(Guest.State + _layout.PendingOperands + 8 * i);
            _il.Emit(OpCodes.Ldind_R8);
            _il.Emit(OpCodes.Stloc, _operands[i]);
        }
    }

    /// <summary>Stores what the region wrote.</summary>
    public void EmitFlush()
    {
        _registers.EmitFlush();
        for (int cc = 0; cc < 8; cc++)
        {
            if (_conditions[cc] is not { } local || !_conditionWritten[cc])
                continue;
            // s->Fcsr = s->Fcsr & ~(1 << bit) | fccN << bit;
            _meanings.Code.Push(Guest.State + _layout.Fcsr);
            _meanings.Code.Push(Guest.State + _layout.Fcsr);
            _il.Emit(OpCodes.Ldind_I4);
            _il.Emit(OpCodes.Ldc_I4, ~(1 << ConditionBit(cc)));
            _il.Emit(OpCodes.And);
            _il.Emit(OpCodes.Ldloc, local);
            _il.Emit(OpCodes.Ldc_I4, ConditionBit(cc));
            _il.Emit(OpCodes.Shl);
            _il.Emit(OpCodes.Or);
            _il.Emit(OpCodes.Stind_I4);
        }
        if (_pending is null)
            return;
        _meanings.Code.Push(Guest.State + _layout.PendingOperation);
        _il.Emit(OpCodes.Ldloc, _pending);
        _il.Emit(OpCodes.Stind_I4);
        for (int i = 0; i < _operands.Length; i++)
        {
            _meanings.Code.Push(Guest.State + _layout.PendingOperands + 8 * i);
            _il.Emit(OpCodes.Ldloc, _operands[i]);
            _il.Emit(OpCodes.Stind_R8);
        }
    }

    /// <inheritdoc/>
    public void Operate(FpOperation operation, FpFormat format)
    {
        if (!OnHost || Reserved(operation, format))
        {
            _meanings.Exits.GiveUp();
            return;
        }
        Instruction fields = _at.Instruction;
        switch (operation)
        {
            case FpOperation.Add or FpOperation.Subtract or FpOperation.Multiply or FpOperation.Divide:
                LocalBuilder result = Binary(operation, format, Operand(format, fields.Rd), Operand(format, fields.Rt), out LocalBuilder a, out LocalBuilder b);
                Pend(operation, format, a, b, null);
                Finish(format, fields.Sa, result);
                break;
            case FpOperation.SquareRoot:
                SquareRoot(format, fields);
                break;
            case FpOperation.Absolute or FpOperation.Negate:
                SignOperation(operation, format, fields);
                break;
            case FpOperation.MultiplyAdd or FpOperation.MultiplySubtract or FpOperation.NegateMultiplyAdd or FpOperation.NegateMultiplySubtract:
                Fused(operation, format, fields);
                break;
            case FpOperation.ConvertToDouble or FpOperation.ConvertToSingle:
                ConvertFloat(operation, format, fields);
                break;
            case FpOperation.ConvertToWord or FpOperation.RoundToWord or FpOperation.TruncateToWord:
                ConvertToWord(operation, format, fields);
                break;
            default:
                _meanings.Exits.GiveUp();
                break;
        }
    }

    /// <inheritdoc/>
    public void Compare(FpFormat format)
    {
        Instruction fields = _at.Instruction;
        if (!OnHost || format == FpFormat.Double && !_context.Float64 && ((fields.Rd | fields.Rt) & 1) != 0)
        {
            _meanings.Exits.GiveUp();
            return;
        }
        LocalBuilder a = Hold(format, Operand(format, fields.Rd)), b = Hold(format, Operand(format, fields.Rt));
        LocalBuilder value = _conditions[fields.CompareCode]!;
        const int Equal = 2, Less = 4;
        int condition = (int)fields.Word & (Equal | Less);
        // if (!(a >= b) && !(a < b)) give up: a NaN
        Label ordered = _il.DefineLabel();
        _il.Emit(OpCodes.Ldloc, a);
        _il.Emit(OpCodes.Ldloc, b);
        _il.Emit(OpCodes.Bge, ordered);
        _il.Emit(OpCodes.Ldloc, a);
        _il.Emit(OpCodes.Ldloc, b);
        _il.Emit(OpCodes.Bge_Un, _meanings.Exits.GiveUpLabel());
        _il.MarkLabel(ordered);
        // fcc = a < b, a == b, a <= b, or false
        if (condition == 0)
        {
            _il.Emit(OpCodes.Ldc_I4_0);
        }
        else
        {
            _il.Emit(OpCodes.Ldloc, a);
            _il.Emit(OpCodes.Ldloc, b);
            if (condition == Less)
            {
                _il.Emit(OpCodes.Clt);
            }
            else if (condition == Equal)
            {
                _il.Emit(OpCodes.Ceq);
            }
            else
            {
                _il.Emit(OpCodes.Cgt);
                _il.Emit(OpCodes.Ldc_I4_0);
                _il.Emit(OpCodes.Ceq);
            }
        }
        _il.Emit(OpCodes.Stloc, value);
        _conditionWritten[fields.CompareCode] = true;
        PendNothing();
    }

    /// <inheritdoc/>
    public void Move(FpFormat format, Node condition)
    {
        Instruction fields = _at.Instruction;
        if (Odd(format, fields.Rd) || Odd(format, fields.Sa))
        {
            _meanings.Exits.GiveUp();
            return;
        }
        Label skip = _il.DefineLabel();
        if (!condition.Expression.IsConstant)
        {
            _meanings.Code.Push(condition);
            _il.Emit(OpCodes.Brfalse, skip);
        }
        Push(format, fields.Rd);
        Pop(format, fields.Sa);
        _il.MarkLabel(skip);
    }

    /// <inheritdoc/>
    public Node Condition(int cc) => new(Expression.OfLocal(_conditions[cc]!, ExpressionType.Int32));

    /// <inheritdoc/>
    public Node ReadWord(int register)
    {
        _registers.PushWord(register);
        return Held();
    }

    /// <inheritdoc/>
    public void WriteWord(int register, Node value)
    {
        _meanings.Code.Push(value);
        _registers.PopWord(register);
    }

    /// <inheritdoc/>
    public Node ReadHighWord(int register)
    {
        if (_context.Float64)
            _registers.PushHigh(register);
        else
            _registers.PushWord(register | 1);
        return Held();
    }

    /// <inheritdoc/>
    public void WriteHighWord(int register, Node value)
    {
        _meanings.Code.Push(value);
        if (_context.Float64)
            _registers.PopHigh(register);
        else
            _registers.PopWord(register | 1);
    }

    /// <inheritdoc/>
    public void Load(AccessSize size, int register, Node address, bool align)
    {
        FpFormat format = size == AccessSize.Double ? FpFormat.Double : FpFormat.Single;
        if (align || Odd(format, register))
        {
            _meanings.Exits.GiveUp();
            return;
        }
        _meanings.Code.Push(_meanings.Memory.HostAddress(size, address, store: false));
        _il.Emit(size == AccessSize.Double ? OpCodes.Ldind_R8 : OpCodes.Ldind_R4);
        Pop(format, register);
    }

    /// <inheritdoc/>
    public void Store(AccessSize size, int register, Node address, bool align)
    {
        FpFormat format = size == AccessSize.Double ? FpFormat.Double : FpFormat.Single;
        if (align || Odd(format, register))
        {
            _meanings.Exits.GiveUp();
            return;
        }
        _meanings.Code.Push(_meanings.Memory.HostAddress(size, address, store: true));
        Push(format, register);
        _il.Emit(size == AccessSize.Double ? OpCodes.Stind_R8 : OpCodes.Stind_R4);
    }

    private static int ConditionBit(int cc) => cc == 0 ? Fcc0Bit : 24 + cc;

    private bool Odd(FpFormat format, int register) => format is FpFormat.Double && !_context.Float64 && (register & 1) != 0;

    // What the interpreter has to reject, or what only 64-bit registers have.
    private bool Reserved(FpOperation operation, FpFormat format)
    {
        Instruction fields = _at.Instruction;
        int operands = operation.OperandCount();
        return format == FpFormat.Long || Odd(format, fields.Rd) || Odd(operation.ResultFormat(format), fields.Sa)
            || operands >= 2 && Odd(format, fields.Rt) || operands == 3 && Odd(format, fields.Rs);
    }

    private void Push(FpFormat format, int register)
    {
        if (format == FpFormat.Double)
            _registers.PushDouble(register);
        else
            _registers.PushSingle(register);
    }

    private void Pop(FpFormat format, int register)
    {
        if (format == FpFormat.Double)
            _registers.PopDouble(register);
        else
            _registers.PopSingle(register);
    }

    private Action Operand(FpFormat format, int register) => () => Push(format, register);

    private LocalBuilder Hold(FpFormat format, Action push)
    {
        LocalBuilder local = _il.DeclareLocal(format == FpFormat.Double ? typeof(double) : typeof(float));
        push();
        _il.Emit(OpCodes.Stloc, local);
        return local;
    }

    private Node Held()
    {
        LocalBuilder local = _il.DeclareLocal(typeof(int));
        _il.Emit(OpCodes.Stloc, local);
        return new Node(Expression.OfLocal(local, ExpressionType.Int32));
    }

    private void Finish(FpFormat format, int register, LocalBuilder result)
    {
        _il.Emit(OpCodes.Ldloc, result);
        Pop(format, register);
    }

    /// <summary>result = a op b; gives up if more than I could have been raised, or I where that is not set yet.</summary>
    private LocalBuilder Binary(FpOperation operation, FpFormat format, Action pushA, Action pushB, out LocalBuilder a, out LocalBuilder b)
    {
        a = Hold(format, pushA);
        b = Hold(format, pushB);
        LocalBuilder left = a, right = b;
        LocalBuilder result = Hold(format, () =>
        {
            _il.Emit(OpCodes.Ldloc, left);
            _il.Emit(OpCodes.Ldloc, right);
            _il.Emit(operation switch
            {
                FpOperation.Add => OpCodes.Add,
                FpOperation.Subtract => OpCodes.Sub,
                FpOperation.Multiply => OpCodes.Mul,
                _ => OpCodes.Div,
            });
        });
        if (operation is FpOperation.Add or FpOperation.Subtract)
            GiveUpUnlessFinite(format, result);
        else
            GiveUpUnlessNormal(format, result, operation == FpOperation.Multiply ? (left, right) : (left, null));
        if (_context.Float == FloatMode.Exact)
            GiveUpIfInexact(operation, format, left, right, result);
        return result;
    }

    private void SquareRoot(FpFormat format, Instruction fields)
    {
        LocalBuilder a = Hold(format, Operand(format, fields.Rd));
        LocalBuilder result = Hold(format, () =>
        {
            _il.Emit(OpCodes.Ldloc, a);
            _il.Emit(OpCodes.Call, format == FpFormat.Double ? s_sqrt64 : s_sqrt32);
        });
        GiveUpUnlessFinite(format, result);
        if (_context.Float == FloatMode.Exact)
            GiveUpIfInexact(FpOperation.SquareRoot, format, a, a, result);
        Pend(FpOperation.SquareRoot, format, a, null, null);
        Finish(format, fields.Sa, result);
    }

    private void SignOperation(FpOperation operation, FpFormat format, Instruction fields)
    {
        LocalBuilder a = Hold(format, Operand(format, fields.Rd));
        // if (a != a) give up: a NaN
        _il.Emit(OpCodes.Ldloc, a);
        _il.Emit(OpCodes.Ldloc, a);
        _il.Emit(OpCodes.Bne_Un, _meanings.Exits.GiveUpLabel());
        _il.Emit(OpCodes.Ldloc, a);
        if (operation == FpOperation.Negate)
            _il.Emit(OpCodes.Neg);
        else
            _il.Emit(OpCodes.Call, format == FpFormat.Double ? s_abs64 : s_abs32);
        Pop(format, fields.Sa);
        PendNothing();
    }

    // Both operations round, and both may give up.
    private void Fused(FpOperation operation, FpFormat format, Instruction fields)
    {
        LocalBuilder product = Binary(FpOperation.Multiply, format, Operand(format, fields.Rd), Operand(format, fields.Rt), out LocalBuilder a, out LocalBuilder b);
        FpOperation second = operation is FpOperation.MultiplyAdd or FpOperation.NegateMultiplyAdd ? FpOperation.Add : FpOperation.Subtract;
        LocalBuilder sum = Binary(second, format, () => _il.Emit(OpCodes.Ldloc, product), Operand(format, fields.Rs), out _, out LocalBuilder c);
        Pend(operation, format, a, b, c);
        _il.Emit(OpCodes.Ldloc, sum);
        if (operation is FpOperation.NegateMultiplyAdd or FpOperation.NegateMultiplySubtract)
            _il.Emit(OpCodes.Neg);
        Pop(format, fields.Sa);
    }

    private void ConvertFloat(FpOperation operation, FpFormat format, Instruction fields)
    {
        bool toDouble = operation == FpOperation.ConvertToDouble;
        if (format == FpFormat.Word)
        {
            // A word is exact as a double, and rounds to nearest as a single.
            LocalBuilder word = _il.DeclareLocal(typeof(int));
            _registers.PushWord(fields.Rd);
            _il.Emit(OpCodes.Stloc, word);
            if (!toDouble && _context.Float == FloatMode.Exact)
            {
                // if ((double)(float)word != word) give up
                _il.Emit(OpCodes.Ldloc, word);
                _il.Emit(OpCodes.Conv_R4);
                _il.Emit(OpCodes.Conv_R8);
                _il.Emit(OpCodes.Ldloc, word);
                _il.Emit(OpCodes.Conv_R8);
                _il.Emit(OpCodes.Bne_Un, _meanings.Exits.GiveUpLabel());
            }
            if (toDouble)
                PendNothing();
            else
                PendBits(operation, format, () =>
                {
                    _il.Emit(OpCodes.Ldloc, word);
                    _il.Emit(OpCodes.Conv_U8);
                });
            _il.Emit(OpCodes.Ldloc, word);
            _il.Emit(toDouble ? OpCodes.Conv_R8 : OpCodes.Conv_R4);
            Pop(toDouble ? FpFormat.Double : FpFormat.Single, fields.Sa);
            return;
        }
        LocalBuilder a = Hold(format, Operand(format, fields.Rd));
        FpFormat to = toDouble ? FpFormat.Double : FpFormat.Single;
        LocalBuilder result = Hold(to, () =>
        {
            _il.Emit(OpCodes.Ldloc, a);
            _il.Emit(toDouble ? OpCodes.Conv_R8 : OpCodes.Conv_R4);
        });
        if (toDouble)
        {
            // Widening is exact; only a NaN is not what it was.
            _il.Emit(OpCodes.Ldloc, a);
            _il.Emit(OpCodes.Ldloc, a);
            _il.Emit(OpCodes.Bne_Un, _meanings.Exits.GiveUpLabel());
            PendNothing();
        }
        else
        {
            GiveUpUnlessNormal(to, result, (a, null));
            if (_context.Float == FloatMode.Exact)
            {
                // if ((double)result != a) give up
                _il.Emit(OpCodes.Ldloc, result);
                _il.Emit(OpCodes.Conv_R8);
                _il.Emit(OpCodes.Ldloc, a);
                _il.Emit(OpCodes.Bne_Un, _meanings.Exits.GiveUpLabel());
            }
            Pend(operation, format, a, null, null);
        }
        Finish(to, fields.Sa, result);
    }

    private void ConvertToWord(FpOperation operation, FpFormat format, Instruction fields)
    {
        LocalBuilder a = Hold(format, Operand(format, fields.Rd));
        LocalBuilder result = _il.DeclareLocal(typeof(int));
        // result = cvt(t)sd2si((double)a); if (result == int.MinValue) give up: out of range, or a NaN
        _il.Emit(OpCodes.Ldloc, a);
        _il.Emit(OpCodes.Conv_R8);
        _il.Emit(OpCodes.Call, s_vector);
        _il.Emit(OpCodes.Call, operation == FpOperation.TruncateToWord ? s_truncate : s_round);
        _il.Emit(OpCodes.Stloc, result);
        _il.Emit(OpCodes.Ldloc, result);
        _il.Emit(OpCodes.Ldc_I4, int.MinValue);
        _il.Emit(OpCodes.Beq, _meanings.Exits.GiveUpLabel());
        if (_context.Float == FloatMode.Exact)
        {
            // if (result != a) give up
            _il.Emit(OpCodes.Ldloc, result);
            _il.Emit(OpCodes.Conv_R8);
            _il.Emit(OpCodes.Ldloc, a);
            _il.Emit(OpCodes.Conv_R8);
            _il.Emit(OpCodes.Bne_Un, _meanings.Exits.GiveUpLabel());
        }
        Pend(operation, format, a, null, null);
        _il.Emit(OpCodes.Ldloc, result);
        _registers.PopWord(fields.Sa);
    }

    /// <summary>pending = operation; its operands in the state's format.</summary>
    private void Pend(FpOperation operation, FpFormat format, LocalBuilder a, LocalBuilder? b, LocalBuilder? c)
    {
        if (_context.Float == FloatMode.Exact)
        {
            PendNothing();
            return;
        }
        LocalBuilder?[] operands = [a, b, c];
        for (int i = 0; i < operands.Length; i++)
        {
            if (operands[i] is { } operand)
                StorePending(i, format, () => _il.Emit(OpCodes.Ldloc, operand));
        }
        SetPending(Pack(operation, format));
    }

    private void PendBits(FpOperation operation, FpFormat format, Action push)
    {
        if (_context.Float == FloatMode.Exact)
        {
            PendNothing();
            return;
        }
        push();
        _il.Emit(OpCodes.Call, typeof(BitConverter).GetMethod(nameof(BitConverter.Int64BitsToDouble))!);
        _il.Emit(OpCodes.Stloc, _operands[0]);
        SetPending(Pack(operation, format));
    }

    private void StorePending(int index, FpFormat format, Action push)
    {
        push();
        if (format != FpFormat.Double)
        {
            _il.Emit(OpCodes.Call, s_bits32);
            _il.Emit(OpCodes.Conv_U8);
            _il.Emit(OpCodes.Call, typeof(BitConverter).GetMethod(nameof(BitConverter.Int64BitsToDouble))!);
        }
        _il.Emit(OpCodes.Stloc, _operands[index]);
    }

    private void PendNothing() => SetPending(NothingRaised);

    private void SetPending(int value)
    {
        _il.Emit(OpCodes.Ldc_I4, value);
        _il.Emit(OpCodes.Stloc, _pending!);
    }

    // An addition's tiny results are exact: only overflow, infinities and NaNs show.
    private void GiveUpUnlessFinite(FpFormat format, LocalBuilder value)
    {
        // if ((bits & exponent) == exponent) give up
        EmitExponent(format, value);
        _il.Emit(OpCodes.Ldc_I4, format == FpFormat.Double ? 0x7ff : 0xff);
        _il.Emit(OpCodes.Beq, _meanings.Exits.GiveUpLabel());
    }

    // A zero is exact if an operand is zero; any other tiny result may have underflowed.
    private void GiveUpUnlessNormal(FpFormat format, LocalBuilder value, (LocalBuilder First, LocalBuilder? Second) zeros)
    {
        Label odd = _il.DefineLabel(), fine = _il.DefineLabel();
        // if ((uint)(exponent - 1) >= largest - 1) goto odd;
        EmitExponent(format, value);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Ldc_I4, format == FpFormat.Double ? 0x7fe : 0xfe);
        _il.Emit(OpCodes.Bge_Un, odd);
        _il.MarkLabel(fine);
        Label giveUp = _meanings.Exits.GiveUpLabel();
        _meanings.Code.Cold(() =>
        {
            // odd: if (value != 0 || first != 0 && second != 0) give up; goto fine;
            _il.MarkLabel(odd);
            Label zero = _il.DefineLabel();
            EmitTestZero(value, zero);
            _il.Emit(OpCodes.Br, giveUp);
            _il.MarkLabel(zero);
            EmitTestZero(zeros.First, fine);
            if (zeros.Second is { } second)
                EmitTestZero(second, fine);
            _il.Emit(OpCodes.Br, giveUp);
        });
    }

    private void EmitTestZero(LocalBuilder value, Label isZero)
    {
        _il.Emit(OpCodes.Ldloc, value);
        if (value.LocalType == typeof(double))
            _il.Emit(OpCodes.Ldc_R8, 0.0);
        else
            _il.Emit(OpCodes.Ldc_R4, 0.0f);
        _il.Emit(OpCodes.Beq, isZero);
    }

    private void EmitExponent(FpFormat format, LocalBuilder value)
    {
        _il.Emit(OpCodes.Ldloc, value);
        if (format == FpFormat.Double)
        {
            _il.Emit(OpCodes.Call, s_bits64);
            _il.Emit(OpCodes.Ldc_I4, 52);
            _il.Emit(OpCodes.Shr_Un);
            _il.Emit(OpCodes.Conv_I4);
            _il.Emit(OpCodes.Ldc_I4, 0x7ff);
        }
        else
        {
            _il.Emit(OpCodes.Call, s_bits32);
            _il.Emit(OpCodes.Ldc_I4, 23);
            _il.Emit(OpCodes.Shr_Un);
            _il.Emit(OpCodes.Ldc_I4, 0xff);
        }
        _il.Emit(OpCodes.And);
    }

    /// <summary>Gives up if the rounded result is not the true one.</summary>
    private void GiveUpIfInexact(FpOperation operation, FpFormat format, LocalBuilder a, LocalBuilder b, LocalBuilder result)
    {
        // A single's operations are exact, or visibly not, in double: its product has 48 bits; for the rest take the same way.
        switch (operation)
        {
            case FpOperation.Add or FpOperation.Subtract:
                // Knuth's two-sum: v = result - a; (a - (result - v)) + (±b - v) is the error.
                LocalBuilder v = Hold(format, () =>
                {
                    _il.Emit(OpCodes.Ldloc, result);
                    _il.Emit(OpCodes.Ldloc, a);
                    _il.Emit(OpCodes.Sub);
                });
                _il.Emit(OpCodes.Ldloc, a);
                _il.Emit(OpCodes.Ldloc, result);
                _il.Emit(OpCodes.Ldloc, v);
                _il.Emit(OpCodes.Sub);
                _il.Emit(OpCodes.Sub);
                _il.Emit(OpCodes.Ldloc, b);
                if (operation == FpOperation.Subtract)
                    _il.Emit(OpCodes.Neg);
                _il.Emit(OpCodes.Ldloc, v);
                _il.Emit(OpCodes.Sub);
                _il.Emit(OpCodes.Add);
                _il.Emit(OpCodes.Conv_R8);
                break;
            case FpOperation.Multiply:
                // fma(a, b, -result); far enough from the smallest numbers for the error to be one
                GiveUpIfSmall(format, result, a, b);
                EmitError(a, b, result, negateProduct: false);
                break;
            case FpOperation.Divide:
                // fma(-result, b, a)
                GiveUpIfSmall(format, a, a, null);
                EmitError(result, b, a, negateProduct: true);
                break;
            default:
                // fma(-result, result, a)
                GiveUpIfSmall(format, a, a, null);
                EmitError(result, result, a, negateProduct: true);
                break;
        }
        _il.Emit(OpCodes.Ldc_R8, 0.0);
        _il.Emit(OpCodes.Bne_Un, _meanings.Exits.GiveUpLabel());
    }

    // fma(x, y, -z), or fma(-x, y, z): zero where the operation was exact
    private void EmitError(LocalBuilder x, LocalBuilder y, LocalBuilder z, bool negateProduct)
    {
        _il.Emit(OpCodes.Ldloc, x);
        _il.Emit(OpCodes.Conv_R8);
        if (negateProduct)
            _il.Emit(OpCodes.Neg);
        _il.Emit(OpCodes.Ldloc, y);
        _il.Emit(OpCodes.Conv_R8);
        _il.Emit(OpCodes.Ldloc, z);
        _il.Emit(OpCodes.Conv_R8);
        if (!negateProduct)
            _il.Emit(OpCodes.Neg);
        _il.Emit(OpCodes.Call, s_fma64);
    }

    // Below 2^-900 the error itself could vanish. A single is far from there, and a zero has none.
    private void GiveUpIfSmall(FpFormat format, LocalBuilder value, LocalBuilder zero, LocalBuilder? otherZero)
    {
        if (format != FpFormat.Double)
            return;
        Label fine = _il.DefineLabel(), small = _il.DefineLabel();
        EmitExponent(format, value);
        _il.Emit(OpCodes.Ldc_I4, 123);
        _il.Emit(OpCodes.Blt, small);
        _il.MarkLabel(fine);
        Label giveUp = _meanings.Exits.GiveUpLabel();
        _meanings.Code.Cold(() =>
        {
            _il.MarkLabel(small);
            EmitTestZero(zero, fine);
            if (otherZero is not null)
                EmitTestZero(otherZero, fine);
            _il.Emit(OpCodes.Br, giveUp);
        });
    }
}

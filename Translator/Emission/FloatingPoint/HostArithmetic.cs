using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission.FloatingPoint;

/// <summary>
/// Arithmetic on the host: where IEEE 754 gives the same bits and the flags are known. Everything else gives the unit
/// up.
/// </summary>
/// <remarks>
/// A finite result to nearest is the same everywhere. What differs are NaNs, and what must be told are exceptions: any
/// result that could have raised one other than I gives the unit up. Whether I was raised is worked out later, from the
/// operands of the last operation.
/// </remarks>
/// <param name="at">The instruction.</param>
/// <param name="code">Where the code goes.</param>
/// <param name="exits">How to give up.</param>
/// <param name="registers">The registers.</param>
/// <param name="pending">What is left behind.</param>
/// <param name="exact">Whether a result that is not exact gives the unit up, too.</param>
internal sealed class HostArithmetic(
    RegionCursor at, CodeEmitter code, IUnitExits exits, FloatRegisters registers, PendingOperation pending, bool exact)
{
    private readonly Exactness _exactness = new(code, exits);

    private Instruction Fields => at.Instruction;

    /// <summary>fd ← operation(fs, ft, fr).</summary>
    public void Operate(FpOperation operation, FpFormat format)
    {
        switch (operation)
        {
            case FpOperation.Add or FpOperation.Subtract or FpOperation.Multiply or FpOperation.Divide:
                Binary(operation, format);
                break;
            case FpOperation.SquareRoot:
                SquareRoot(format);
                break;
            case FpOperation.Absolute or FpOperation.Negate:
                ChangeSign(operation, format);
                break;
            case >= FpOperation.MultiplyAdd and <= FpOperation.NegateMultiplySubtract:
                Fused(operation, format);
                break;
            case FpOperation.ConvertToDouble or FpOperation.ConvertToSingle when format == FpFormat.Word:
                ConvertWord(operation, format);
                break;
            case FpOperation.ConvertToDouble:
                Widen(format);
                break;
            case FpOperation.ConvertToSingle:
                Narrow(operation, format);
                break;
            case FpOperation.ConvertToWord or FpOperation.RoundToWord or FpOperation.TruncateToWord:
                ConvertToWord(operation, format);
                break;
            default:
                exits.GiveUp();
                break;
        }
    }

    /// <summary>FCC[cc] ← fs cond ft.</summary>
    public void Compare(FpFormat format, FloatConditions conditions)
    {
        const int Equal = 2, Less = 4;
        FloatValue a = Operand(format, Fields.Rd), b = Operand(format, Fields.Rt);
        _exactness.GiveUpUnlessOrdered(a, b);
        // fcc = a < b, a == b, a <= b, or false
        conditions[Fields.CompareCode] = ((int)Fields.Word & (Equal | Less)) switch
        {
            Less => a.IsLess(b),
            Equal => a.Is(b),
            Less | Equal => b.IsAtLeast(a),
            _ => 0,
        };
        pending.SetNothing();
    }

    private void Binary(FpOperation operation, FpFormat format)
    {
        FloatValue a = Operand(format, Fields.Rd), b = Operand(format, Fields.Rt);
        FloatValue result = Compute(operation, a, b);
        Leave(operation, format, a, b);
        registers.Write(format, Fields.Sa, result);
    }

    // Both operations round, and both may give up.
    private void Fused(FpOperation operation, FpFormat format)
    {
        FloatValue a = Operand(format, Fields.Rd), b = Operand(format, Fields.Rt);
        FloatValue product = Compute(FpOperation.Multiply, a, b);
        FloatValue c = Operand(format, Fields.Rs);
        bool adds = operation is FpOperation.MultiplyAdd or FpOperation.NegateMultiplyAdd;
        bool negates = operation is FpOperation.NegateMultiplyAdd or FpOperation.NegateMultiplySubtract;
        FloatValue sum = Compute(adds ? FpOperation.Add : FpOperation.Subtract, product, c);
        Leave(operation, format, a, b, c);
        registers.Write(format, Fields.Sa, negates ? -sum : sum);
    }

    private FloatValue Compute(FpOperation operation, FloatValue a, FloatValue b)
    {
        // result = a op b;
        FloatValue result = code.Copy(operation switch
        {
            FpOperation.Add => a + b,
            FpOperation.Subtract => a - b,
            FpOperation.Multiply => a * b,
            _ => a / b,
        });
        if (operation is FpOperation.Add or FpOperation.Subtract)
            _exactness.GiveUpUnlessFinite(result);
        else
            _exactness.GiveUpUnlessNormal(result, a, operation == FpOperation.Multiply ? b : null);
        if (exact)
            _exactness.GiveUpIfInexact(operation, a, b, result);
        return result;
    }

    private void SquareRoot(FpFormat format)
    {
        FloatValue a = Operand(format, Fields.Rd);
        // result = sqrt(a);
        FloatValue result = code.Copy(a.SquareRoot());
        _exactness.GiveUpUnlessFinite(result);
        if (exact)
            _exactness.GiveUpIfInexact(FpOperation.SquareRoot, a, a, result);
        Leave(FpOperation.SquareRoot, format, a);
        registers.Write(format, Fields.Sa, result);
    }

    private void ChangeSign(FpOperation operation, FpFormat format)
    {
        FloatValue a = Operand(format, Fields.Rd);
        _exactness.GiveUpIfNaN(a);
        registers.Write(format, Fields.Sa, operation == FpOperation.Negate ? -a : a.Absolute());
        pending.SetNothing();
    }

    // A word is exact as a double, and rounds to nearest as a single.
    private void ConvertWord(FpOperation operation, FpFormat format)
    {
        IntValue word = code.Copy(registers.ReadWord(Fields.Rd));
        if (operation == FpOperation.ConvertToDouble)
        {
            pending.SetNothing();
            registers.Write(FpFormat.Double, Fields.Sa, word.ToDouble());
            return;
        }
        if (exact)
            _exactness.GiveUpUnlessSame(word.ToSingle().ToDouble(), word.ToDouble());
        Leave(operation, format, word.ToUInt64().AsDouble());
        registers.Write(FpFormat.Single, Fields.Sa, word.ToSingle());
    }

    // Widening is exact; only a NaN is not what it was.
    private void Widen(FpFormat format)
    {
        FloatValue a = Operand(format, Fields.Rd);
        FloatValue result = code.Copy(a.ToDouble());
        _exactness.GiveUpIfNaN(a);
        pending.SetNothing();
        registers.Write(FpFormat.Double, Fields.Sa, result);
    }

    private void Narrow(FpOperation operation, FpFormat format)
    {
        FloatValue a = Operand(format, Fields.Rd);
        FloatValue result = code.Copy(a.ToSingle());
        _exactness.GiveUpUnlessNormal(result, a);
        if (exact)
            _exactness.GiveUpUnlessSame(result.ToDouble(), a);
        Leave(operation, format, a);
        registers.Write(FpFormat.Single, Fields.Sa, result);
    }

    private void ConvertToWord(FpOperation operation, FpFormat format)
    {
        FloatValue a = Operand(format, Fields.Rd);
        // result = (int)a; if (result == int.MinValue) give up: out of range, or a NaN
        FloatValue number = a.ToDouble();
        IntValue result = code.Copy(operation == FpOperation.TruncateToWord ? number.Truncated() : number.Rounded());
        code.GotoIf(result.Is(int.MinValue), exits.GiveUpLabel());
        if (exact)
            _exactness.GiveUpUnlessSame(result.ToDouble(), a.ToDouble());
        Leave(operation, format, a);
        registers.WriteWord(Fields.Sa, result);
    }

    private FloatValue Operand(FpFormat format, int register) => code.Copy(registers.Read(format, register));

    private void Leave(FpOperation operation, FpFormat format, params ReadOnlySpan<FloatValue> operands)
    {
        if (exact)
            pending.SetNothing();
        else
            pending.Set(operation, format, operands);
    }
}

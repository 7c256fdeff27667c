using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission.FloatingPoint;

/// <summary>
/// The latest operation that could have raised I and nothing else, with its operands: whether it did is worked out when
/// somebody asks for
/// FCSR.Cause. A region keeps it in locals; the state has the number that <see cref="Pack"/> makes of it, and the
/// operands' bits.
/// </summary>
public sealed class PendingOperation
{
    /// <summary>What stands for an operation that raised nothing.</summary>
    public const int NothingRaised = 1;

    private readonly CodeEmitter _code;
    private readonly StateLayout _layout;
    private readonly IntValue _operation;
    private readonly FloatValue[] _operands;

    internal PendingOperation(CodeEmitter code, StateLayout layout)
    {
        (_code, _layout) = (code, layout);
        _operation = code.Declare<IntValue>(ExpressionType.Int32);
        _operands = [.. Enumerable.Range(0, 3).Select(_ => code.Declare<FloatValue>(ExpressionType.Float64))];
    }

    /// <summary>How an operation is written in the state: more than <see cref="NothingRaised"/>; 0 is none.</summary>
    public static int Pack(FpOperation operation, FpFormat format) => ((int)operation << 4 | (int)format) + 2;

    /// <summary>The reverse of <see cref="Pack"/>.</summary>
    public static (FpOperation Operation, FpFormat Format) Unpack(int pending) =>
        ((FpOperation)(pending - 2 >> 4), (FpFormat)(pending - 2 & 15));

    internal void EmitEntry()
    {
        // pending = s->PendingOperation; a, b, c = s->PendingOperands;
        _code.Assign(_operation, Guest.State.Int(_layout.PendingOperation));
        for (int i = 0; i < _operands.Length; i++)
            _code.Assign(_operands[i], InState(i));
    }

    internal void EmitFlush()
    {
        // s->PendingOperation = pending; s->PendingOperands = a, b, c;
        _code.Assign(Guest.State.Int(_layout.PendingOperation), _operation);
        for (int i = 0; i < _operands.Length; i++)
            _code.Assign(InState(i), _operands[i]);
    }

    /// <summary>Nothing but this can have been raised.</summary>
    internal void Set(FpOperation operation, FpFormat format, params ReadOnlySpan<FloatValue> operands)
    {
        // a, b, c = the operands' bits; pending = operation;
        for (int i = 0; i < operands.Length; i++)
            _code.Assign(_operands[i], operands[i].IsDouble ? operands[i] : operands[i].Bits32().ToUInt64().AsDouble());
        _code.Assign(_operation, Pack(operation, format));
    }

    /// <summary>Nothing has been raised.</summary>
    internal void SetNothing() => _code.Assign(_operation, NothingRaised);

    private FloatValue InState(int operand) => Guest.State.Double(_layout.PendingOperands + 8 * operand);
}

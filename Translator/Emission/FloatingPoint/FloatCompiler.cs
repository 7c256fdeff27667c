using System.Reflection.Emit;
using System.Runtime.Intrinsics.X86;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission.FloatingPoint;

/// <summary>
/// The floating-point side of a region: keeps registers and condition codes in locals, computes on the host where it
/// may, and leaves
/// everything else to the interpreter, operation by operation.
/// </summary>
/// <param name="at">The instruction being compiled.</param>
/// <param name="meanings">Where the code goes, how memory is reached, and how to give up.</param>
/// <param name="layout">Where the state has what it uses.</param>
/// <param name="context">How wide registers are, and whether the host may compute.</param>
internal sealed class FloatCompiler(
    RegionCursor at, MeaningEmitter meanings, StateLayout layout, TranslationContext context)
    : IFloatUnit
{
    private readonly FloatRegisters _registers = new(meanings.Code, layout, context.Float64);
    private readonly FloatConditions _conditions = new(meanings.Code, layout);
    private PendingOperation? _pending;
    private HostArithmetic? _arithmetic;
    private bool _computes;

    private CodeEmitter Code => meanings.Code;

    private Instruction Fields => at.Instruction;

    private bool MayCompute =>
        context.Float is FloatMode.Exact or FloatMode.Fast && Sse2.IsSupported && Fma.IsSupported;

    /// <summary>Notes what an instruction uses, before anything is emitted.</summary>
    public void Declare(Footprint footprint)
    {
        _registers.Declare(footprint);
        _conditions.Declare(footprint);
        // FCSR is written by what may raise exceptions, and so leaves a cause behind.
        _computes |= (footprint.FloatWrites >> Footprint.Fcsr & 1) != 0;
    }

    /// <summary>Loads what the region uses.</summary>
    public void EmitEntry()
    {
        _registers.EmitEntry();
        _conditions.EmitEntry();
        if (!_computes || !MayCompute)
            return;
        _pending = new PendingOperation(Code, layout);
        bool exact = context.Float == FloatMode.Exact;
        _arithmetic = new HostArithmetic(at, Code, meanings.Exits, _registers, _pending, exact);
        _pending.EmitEntry();
    }

    /// <summary>Stores what the region wrote.</summary>
    public void EmitFlush()
    {
        _registers.EmitFlush();
        _conditions.EmitFlush();
        _pending?.EmitFlush();
    }

    /// <inheritdoc/>
    public void Operate(FpOperation operation, FpFormat format)
    {
        // Of longs the interpreter takes care, and it rejects what is reserved.
        if (_arithmetic is null || format == FpFormat.Long || IsReserved(operation, format))
            meanings.Exits.GiveUp();
        else
            _arithmetic.Operate(operation, format);
    }

    /// <inheritdoc/>
    public void Compare(FpFormat format)
    {
        if (_arithmetic is null || IsReserved(format, Fields.Rd, Fields.Rt))
            meanings.Exits.GiveUp();
        else
            _arithmetic.Compare(format, _conditions);
    }

    /// <inheritdoc/>
    public void Move(FpFormat format, Node condition)
    {
        if (IsReserved(format, Fields.Rd, Fields.Sa))
        {
            meanings.Exits.GiveUp();
            return;
        }
        if (condition.Expression.IsNever)
            return;
        Label skip = Code.DefineLabel();
        // if (condition) fd = fs;
        if (!condition.Expression.IsAlways)
            Code.GotoUnless(condition, skip);
        _registers.Write(format, Fields.Sa, _registers.Read(format, Fields.Rd));
        Code.Mark(skip);
    }

    /// <inheritdoc/>
    public Node Condition(int cc) => _conditions[cc].ToWord();

    /// <inheritdoc/>
    public Node ReadWord(int register) => Code.Copy(_registers.ReadWord(register)).ToWord();

    /// <inheritdoc/>
    public void WriteWord(int register, Node value) => _registers.WriteWord(register, value);

    /// <inheritdoc/>
    public Node ReadHighWord(int register) => Code.Copy(_registers.ReadHighWord(register)).ToWord();

    /// <inheritdoc/>
    public void WriteHighWord(int register, Node value) => _registers.WriteHighWord(register, value);

    /// <inheritdoc/>
    public void Load(AccessSize size, int register, Node address, bool align)
    {
        FpFormat format = FormatOf(size);
        if (align || _registers.IsReserved(format, register))
        {
            meanings.Exits.GiveUp();
            return;
        }
        _registers.Write(format, register, meanings.LoadFloat(size, address));
    }

    /// <inheritdoc/>
    public void Store(AccessSize size, int register, Node address, bool align)
    {
        FpFormat format = FormatOf(size);
        if (align || _registers.IsReserved(format, register))
        {
            meanings.Exits.GiveUp();
            return;
        }
        meanings.StoreFloat(address, _registers.Read(format, register));
    }

    private static FpFormat FormatOf(AccessSize size) => size == AccessSize.Double ? FpFormat.Double : FpFormat.Single;

    private bool IsReserved(FpFormat format, int first, int second) =>
        _registers.IsReserved(format, first) || _registers.IsReserved(format, second);

    private bool IsReserved(FpOperation operation, FpFormat format)
    {
        int operands = operation.OperandCount();
        return _registers.IsReserved(operation.ResultFormat(format), Fields.Sa)
            || _registers.IsReserved(format, Fields.Rd)
            || operands >= 2 && _registers.IsReserved(format, Fields.Rt)
            || operands == 3 && _registers.IsReserved(format, Fields.Rs);
    }
}

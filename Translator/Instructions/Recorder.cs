using static Dbt.Translator.Instructions.InstructionFlags;

namespace Dbt.Translator.Instructions;

/// <summary>
/// A processor that carries nothing out and notes what a meaning asks of it: see <see cref="Footprint"/>.
/// </summary>
public struct Recorder : IProcessor<Unknown>
{
    private const ulong GeneralRegisters = uint.MaxValue & ~1ul | 1ul << Footprint.Hi | 1ul << Footprint.Lo;

    private readonly bool _wideFloat;
    private readonly ulong _instructionAddress;
    private bool _readsAddress;
    private bool _fromAddress;
    private MeaningConstants _constants;
    private ulong _reads;
    private ulong _writes;
    private ulong _floatReads;
    private ulong _floatWrites;
    private ulong _address;
    private InstructionFlags _flags;
    private ExitReason _exit;
    private int _accessBytes;
    private bool _isPart;
    private bool _conditional;
    private ulong? _target;
    private ulong _floatDoubles;
    private int _floatConditions;

    /// <summary>A recorder of one instruction.</summary>
    public Recorder(Instruction fields, bool wideFloat, ulong address = 0) =>
        (Fields, _wideFloat, _instructionAddress) = (fields, wideFloat, address);

    /// <summary>What was noted.</summary>
    public readonly Footprint Footprint => new()
    {
        Reads = _reads & GeneralRegisters,
        Writes = _writes & GeneralRegisters,
        FloatReads = _floatReads,
        FloatWrites = _floatWrites,
        FloatDoubles = _floatDoubles,
        FloatConditions = _floatConditions,
        AddressReads = _address & GeneralRegisters,
        Flags = _flags,
        Exit = _exit,
        AccessBytes = _accessBytes,
        IsWholeAccess = _accessBytes != 0 && !_isPart,
        IsConditional = _conditional,
        Target = _target,
        ReadsPc = _readsAddress,
        Constants = _constants,
    };

    /// <inheritdoc/>
    public Instruction Fields { get; }

    /// <inheritdoc/>
    public Unknown S => Read(Fields.Rs);

    /// <inheritdoc/>
    public Unknown T
    {
        get => Read(Fields.Rt);
        set => Write(Fields.Rt, value);
    }

    /// <inheritdoc/>
    public Unknown D
    {
        get => Read(Fields.Rd);
        set => Write(Fields.Rd, value);
    }

    /// <inheritdoc/>
    public Unknown this[int register]
    {
        get => Read(register);
        set => Write(register, value);
    }

    /// <inheritdoc/>
    public Unknown Link { set => Write(31, value); }

    /// <inheritdoc/>
    public Unknown Hi
    {
        get => Read(Footprint.Hi);
        set => Write(Footprint.Hi, value);
    }

    /// <inheritdoc/>
    public Unknown Lo
    {
        get => Read(Footprint.Lo);
        set => Write(Footprint.Lo, value);
    }

    /// <inheritdoc/>
    public void Multiply(Unknown a, Unknown b, bool signed, Accumulation accumulation)
    {
        if (accumulation != Accumulation.Replace)
            (_, _) = (Hi, Lo);
        (Hi, Lo) = (default, default);
    }

    /// <inheritdoc/>
    public ulong Address
    {
        get
        {
            _readsAddress = _fromAddress = true;
            return _instructionAddress;
        }
    }

    /// <inheritdoc/>
    public Unknown Constant(long value)
    {
        _constants = _constants.With(value);
        var constant = new Unknown(_fromAddress ? 1ul << Unknown.Pc : 0, value);
        _fromAddress = false;
        return constant;
    }

    /// <inheritdoc/>
    public void Branch(Unknown condition, Unknown target, bool likely)
    {
        Jump(target);
        _flags |= InstructionFlags.Conditional;
        _conditional = condition.Value is null or 0;
        if (likely)
            _flags |= Likely;
    }

    /// <inheritdoc/>
    public void Jump(Unknown target)
    {
        _flags |= InstructionFlags.Branch;
        _target = (ulong?)target.Value;
    }

    /// <inheritdoc/>
    public void Exit(ExitReason reason)
    {
        _exit = reason;
        _flags |= Sensitive;
    }

    /// <inheritdoc/>
    public bool Unless(Unknown condition, ExitReason reason)
    {
        _exit = reason;
        _flags |= MayTrap;
        return true;
    }

    /// <inheritdoc/>
    public bool Load(AccessSize size, bool signed, Unknown address, out Unknown value)
    {
        Access(InstructionFlags.Load, size, address);
        value = Unknown.Of(Unknown.Memory);
        return true;
    }

    /// <inheritdoc/>
    public bool Store(AccessSize size, Unknown address, Unknown value)
    {
        Access(InstructionFlags.Store, size, address);
        return true;
    }

    /// <inheritdoc/>
    public bool LoadPart(bool mostSignificant, Unknown address, Unknown old, out Unknown value)
    {
        _isPart = true;
        return Load(AccessSize.Word, true, address, out value);
    }

    /// <inheritdoc/>
    public bool StorePart(bool mostSignificant, Unknown address, Unknown value)
    {
        _isPart = true;
        return Store(AccessSize.Word, address, value);
    }

    /// <inheritdoc/>
    public bool LoadLinked(Unknown address, out Unknown value) => Load(AccessSize.Word, true, address, out value);

    /// <inheritdoc/>
    public bool StoreConditional(Unknown address, Unknown value, out Unknown done)
    {
        _isPart = true;
        done = Unknown.Of(Unknown.Memory);
        return Store(AccessSize.Word, address, value);
    }

    /// <inheritdoc/>
    public void Float(FpOperation operation, FpFormat format)
    {
        int count = operation.OperandCount();
        ReadFloat(format, Fields.Rd);
        if (count > 1)
            ReadFloat(format, Fields.Rt);
        if (count > 2)
            ReadFloat(format, Fields.Rs);
        WriteFloat(operation.ResultFormat(format), Fields.Sa);
        ChangeStatus();
    }

    /// <inheritdoc/>
    public void FloatCompare(FpFormat format)
    {
        ReadFloat(format, Fields.Rd);
        ReadFloat(format, Fields.Rt);
        _floatConditions |= 1 << Fields.CompareCode;
        ChangeStatus();
    }

    /// <inheritdoc/>
    public void FloatMove(FpFormat format, Unknown condition)
    {
        ReadFloat(format, Fields.Rd);
        WriteFloat(format, Fields.Sa);
        if (condition.Value is null or 0)
            _floatReads |= _floatWrites;
    }

    /// <inheritdoc/>
    public Unknown FloatCondition(int cc)
    {
        _floatConditions |= 1 << cc;
        return ReadStatus();
    }

    /// <inheritdoc/>
    public Unknown FloatWord
    {
        get => ReadFloat(FpFormat.Word, Fields.Rd);
        set => WriteFloat(FpFormat.Word, Fields.Rd);
    }

    /// <inheritdoc/>
    public Unknown FloatHighWord
    {
        get => ReadFloat(FpFormat.Word, HighRegister());
        set => WriteFloat(FpFormat.Word, HighRegister());
    }

    /// <inheritdoc/>
    public Unknown FloatControl => Fields.Rd == 0 ? UseFloat() : ReadStatus();

    /// <inheritdoc/>
    public void SetFloatControl(Unknown value) => ChangeStatus();

    /// <inheritdoc/>
    public void FloatLoad(AccessSize size, int register, Unknown address, bool align)
    {
        Access(InstructionFlags.Load, size, address);
        WriteFloat(Format(size, align), register);
    }

    /// <inheritdoc/>
    public void FloatStore(AccessSize size, int register, Unknown address, bool align)
    {
        Access(InstructionFlags.Store, size, address);
        ReadFloat(Format(size, align), register);
    }

    // With 32-bit registers, the high word of a double is the odd register of its pair.
    private int HighRegister()
    {
        if (!_wideFloat)
            return Fields.Rd | 1;
        _floatDoubles |= 1ul << Fields.Rd;
        return Fields.Rd;
    }

    // LUXC1 and SUXC1 need 64-bit registers whatever the register's number, as longs do.
    private static FpFormat Format(AccessSize size, bool align) =>
        size == AccessSize.Word ? FpFormat.Single : align ? FpFormat.Long : FpFormat.Double;

    private Unknown Read(int register)
    {
        if (register == 0)
            return Unknown.Constant(0);
        Unknown value = Unknown.Of(register);
        _reads |= value.Origin;
        return value;
    }

    // A return address is what comes from the instruction's own address and from nothing else.
    private void Write(int register, Unknown value)
    {
        _writes |= 1ul << register;
        if (value.Origin == 1ul << Unknown.Pc)
            _flags |= InstructionFlags.Link;
    }

    private void Access(InstructionFlags kind, AccessSize size, Unknown address)
    {
        _flags |= kind;
        _accessBytes = (int)size;
        _address = address.Origin;
    }

    private Unknown ReadFloat(FpFormat format, int register)
    {
        _floatReads |= Registers(format, register);
        return UseFloat();
    }

    private void WriteFloat(FpFormat format, int register)
    {
        UseFloat();
        ulong registers = Registers(format, register);
        _floatWrites |= registers;
        // Writing 32 bits keeps the upper half of a 64-bit register.
        if (_wideFloat && format is FpFormat.Single or FpFormat.Word)
            _floatReads |= registers;
    }

    private Unknown ReadStatus()
    {
        _floatReads |= 1ul << Footprint.Fcsr;
        return UseFloat();
    }

    private Unknown UseFloat()
    {
        _flags |= InstructionFlags.Float;
        return Unknown.Of(Unknown.Float);
    }

    private void ChangeStatus()
    {
        ReadStatus();
        _floatWrites |= 1ul << Footprint.Fcsr;
        _exit = ExitReason.FloatingPoint;
        _flags |= MayTrap;
    }

    private ulong Registers(FpFormat format, int register)
    {
        if (format is FpFormat.Single or FpFormat.Word)
            return 1ul << register;
        ulong registers = _wideFloat ? 1ul << register : EvenAndOdd(format, register);
        _floatDoubles |= registers;
        return registers;
    }

    private ulong EvenAndOdd(FpFormat format, int register)
    {
        // There are no doubles in odd registers, and no longs at all: the instruction is reserved.
        if (format == FpFormat.Long || (register & 1) != 0)
        {
            _exit = ExitReason.ReservedInstruction;
            _flags |= MayTrap;
        }
        return 3ul << (register & ~1);
    }
}

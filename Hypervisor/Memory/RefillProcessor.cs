using Dbt.Runtime.Execution;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Memory;

/// <summary>Where the handler's loads go.</summary>
internal interface IRefillMemory
{
    /// <summary>Loads from memory that everyone sees; <see langword="false"/> where there is none.</summary>
    /// <param name="address">The virtual address.</param>
    /// <param name="size">How wide.</param>
    /// <param name="dependent">Whether the address was computed from the one at fault: then what is there is a page
    /// table's.</param>
    /// <param name="value">What was loaded, zero-extended.</param>
    bool TryLoad(uint address, AccessSize size, bool dependent, out uint value);
}

/// <summary>
/// Carries out the meanings of a refill handler's instructions on registers of its own, and knows of each register
/// whether it depends on the address at fault. Whatever a handler has no business with fails, so that the guest does it
/// itself.
/// </summary>
internal unsafe struct RefillProcessor(IRefillMemory memory) : IProcessor<Word32>
{
    private fixed int _registers[32];

    // A bit for each register that depends on the address at fault; and whether the current instruction has read such a
    // one.
    private uint _dependent;
    private bool _reads;

    /// <summary>Why the instruction did not complete; <see cref="ExitReason.None"/> if it did.</summary>
    public ExitReason Left;

    /// <summary>Whether it asked for something that only the guest can do.</summary>
    public bool Failed;

    /// <summary>Whether the last branch is taken.</summary>
    public bool Taken;

    /// <summary>Whether the last branch skips its delay slot.</summary>
    public bool Nullified;

    /// <summary>Where the last branch goes, if it is <see cref="Taken"/>.</summary>
    public uint Target;

    /// <inheritdoc/>
    public Instruction Fields { get; private set; }

    /// <inheritdoc/>
    public ulong Address { get; private set; }

    /// <inheritdoc/>
    public Word32 S => Read(Fields.Rs);

    /// <inheritdoc/>
    public Word32 T
    {
        get => Read(Fields.Rt);
        set => Set(Fields.Rt, (uint)value.Value, _reads);
    }

    /// <inheritdoc/>
    public Word32 D
    {
        get => Read(Fields.Rd);
        set => Set(Fields.Rd, (uint)value.Value, _reads);
    }

    /// <inheritdoc/>
    public Word32 Link { set => Failed = true; }

    /// <inheritdoc/>
    public Word32 Hi
    {
        get => Fail();
        set => Failed = true;
    }

    /// <inheritdoc/>
    public Word32 Lo
    {
        get => Fail();
        set => Failed = true;
    }

    /// <inheritdoc/>
    public void Multiply(Word32 a, Word32 b, bool signed, Accumulation accumulation) => Failed = true;

    /// <summary>Goes on to an instruction.</summary>
    public void Begin(uint address, uint word)
    {
        (Address, Fields) = (address, new Instruction(word));
        Left = ExitReason.None;
        _reads = false;
    }

    /// <summary>Forgets the last branch.</summary>
    public void ForgetBranch() => Taken = Nullified = false;

    /// <summary>Writes a register.</summary>
    public void Set(int register, uint value, bool dependent)
    {
        if (register == 0)
            return;
        _registers[register] = (int)value;
        _dependent = dependent ? _dependent | 1u << register : _dependent & ~(1u << register);
    }

    /// <summary>Reads a register.</summary>
    public readonly uint this[int register] => (uint)_registers[register];

    /// <inheritdoc/>
    Word32 IProcessor<Word32>.this[int register]
    {
        get => Fail();
        set => Failed = true;
    }

    /// <inheritdoc/>
    public readonly Word32 Constant(long value) => Word32.Constant(value);

    /// <inheritdoc/>
    public void Branch(Word32 condition, Word32 target, bool likely)
    {
        Taken = condition.Value != 0;
        Nullified = likely && !Taken;
        Target = (uint)target.Value;
    }

    /// <inheritdoc/>
    public void Jump(Word32 target) => (Taken, Nullified, Target) = (true, false, (uint)target.Value);

    /// <inheritdoc/>
    public void Exit(ExitReason reason) => Left = reason;

    /// <inheritdoc/>
    public bool Unless(Word32 condition, ExitReason reason)
    {
        Failed |= condition.Value != 0;
        return !Failed;
    }

    /// <inheritdoc/>
    public bool Load(AccessSize size, bool signed, Word32 address, out Word32 value)
    {
        Failed |= !memory.TryLoad((uint)address.Value, size, _reads, out uint raw);
        value = new Word32(size switch
        {
            AccessSize.Byte => signed ? (sbyte)raw : (int)raw,
            AccessSize.Half => signed ? (short)raw : (int)raw,
            _ => (int)raw,
        });
        return !Failed;
    }

    /// <inheritdoc/>
    public bool Store(AccessSize size, Word32 address, Word32 value) => !(Failed = true);

    /// <inheritdoc/>
    public bool LoadPart(bool mostSignificant, Word32 address, Word32 old, out Word32 value)
    {
        value = Fail();
        return false;
    }

    /// <inheritdoc/>
    public bool StorePart(bool mostSignificant, Word32 address, Word32 value) => !(Failed = true);

    /// <inheritdoc/>
    public bool LoadLinked(Word32 address, out Word32 value)
    {
        value = Fail();
        return false;
    }

    /// <inheritdoc/>
    public bool StoreConditional(Word32 address, Word32 value, out Word32 done)
    {
        done = Fail();
        return false;
    }

    /// <inheritdoc/>
    public void Float(FpOperation operation, FpFormat format) => Failed = true;

    /// <inheritdoc/>
    public void FloatCompare(FpFormat format) => Failed = true;

    /// <inheritdoc/>
    public void FloatMove(FpFormat format, Word32 condition) => Failed = true;

    /// <inheritdoc/>
    public Word32 FloatCondition(int cc) => Fail();

    /// <inheritdoc/>
    public Word32 FloatWord
    {
        get => Fail();
        set => Failed = true;
    }

    /// <inheritdoc/>
    public Word32 FloatHighWord
    {
        get => Fail();
        set => Failed = true;
    }

    /// <inheritdoc/>
    public Word32 FloatControl => Fail();

    /// <inheritdoc/>
    public void SetFloatControl(Word32 value) => Failed = true;

    /// <inheritdoc/>
    public void FloatLoad(AccessSize size, int register, Word32 address, bool align) => Failed = true;

    /// <inheritdoc/>
    public void FloatStore(AccessSize size, int register, Word32 address, bool align) => Failed = true;

    private Word32 Read(int register)
    {
        _reads |= (_dependent >> register & 1) != 0;
        return new Word32(_registers[register]);
    }

    private Word32 Fail()
    {
        Failed = true;
        return default;
    }
}

using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission.FloatingPoint;

/// <summary>
/// The floating-point registers of a region as locals. A register, or with 32-bit registers an even and odd pair, is a
/// double if any instruction of the region takes it for one, else each of its halves is a float.
/// </summary>
/// <param name="code">Where they are loaded, stored and changed.</param>
/// <param name="layout">Where the state has them.</param>
/// <param name="wide">Whether they are 64 bits wide (Status.FR).</param>
internal sealed class FloatRegisters(CodeEmitter code, StateLayout layout, bool wide)
{
    private const int Count = 32;

    private readonly bool[] _named = new bool[Count];
    private readonly bool[] _isDouble = new bool[Count];
    private readonly bool[] _written = new bool[Count];
    private readonly FloatValue?[] _locals = new FloatValue?[Count];

    /// <summary>Notes the registers that an instruction uses, before anything is emitted.</summary>
    public void Declare(Footprint footprint)
    {
        for (int register = 0; register < Count; register++)
        {
            _named[register] |= ((footprint.FloatReads | footprint.FloatWrites) >> register & 1) != 0;
            _isDouble[Unit(register)] |= (footprint.FloatDoubles >> register & 1) != 0;
        }
    }

    /// <summary>Loads every register the region uses.</summary>
    public void EmitEntry()
    {
        for (int register = 0; register < Count; register++)
        {
            int home = Home(register);
            if (!_named[register] || _locals[home] is not null)
                continue;
            FloatValue local =
                code.Declare<FloatValue>(IsDouble(home) ? ExpressionType.Float64 : ExpressionType.Float32);
            _locals[home] = local;
            // fN = s->Fpr[N]; or of a pair, (ulong)low | (ulong)high << 32
            if (IsPair(home))
                code.Assign(local, (WordInState(home).ToUInt64() | WordInState(home + 1).ToUInt64() << 32).AsDouble());
            else
                code.Assign(local, InState(home));
        }
    }

    /// <summary>Stores every register the region writes.</summary>
    public void EmitFlush()
    {
        for (int home = 0; home < Count; home++)
        {
            if (!_written[home])
                continue;
            FloatValue local = Local(home);
            // s->Fpr[N] = fN; or of a pair, low and high
            if (IsPair(home))
            {
                code.Assign(WordInState(home), local.Bits64().ToInt32());
                code.Assign(WordInState(home + 1), (local.Bits64() >>> 32).ToInt32());
            }
            else
            {
                code.Assign(InState(home), local);
            }
        }
    }

    /// <summary>
    /// Whether there is no register of this number in this format: with 32-bit registers, no double in an odd one, and
    /// no longs at all.
    /// </summary>
    public bool IsReserved(FpFormat format, int register) =>
        !wide && (format == FpFormat.Long || format == FpFormat.Double && (register & 1) != 0);

    /// <summary>A register as a double or a single.</summary>
    public FloatValue Read(FpFormat format, int register)
    {
        if (format == FpFormat.Double)
            return Local(Home(register));
        return IsDouble(register) ? ReadWord(register).AsSingle() : Local(register);
    }

    /// <summary>Writes a double or a single.</summary>
    public void Write(FpFormat format, int register, FloatValue value)
    {
        if (format == FpFormat.Double)
            Assign(Home(register), value);
        else if (IsDouble(register))
            WriteWord(register, value.Bits32());
        else
            Assign(register, value);
    }

    /// <summary>The low word of a register.</summary>
    public IntValue ReadWord(int register) =>
        IsDouble(register) ? Half(Home(register), IsUpper(register)) : Local(register).Bits32();

    /// <summary>Writes the low word of a register.</summary>
    public void WriteWord(int register, IntValue word)
    {
        if (IsDouble(register))
            AssignHalf(Home(register), IsUpper(register), word);
        else
            Assign(register, word.AsSingle());
    }

    /// <summary>The high word of a double; with 32-bit registers, that of the odd register of its pair.</summary>
    public IntValue ReadHighWord(int register) => wide ? Half(register, high: true) : ReadWord(register | 1);

    /// <summary>Writes the high word of a double.</summary>
    public void WriteHighWord(int register, IntValue word)
    {
        if (wide)
            AssignHalf(register, high: true, word);
        else
            WriteWord(register | 1, word);
    }

    private int Unit(int register) => wide ? register : register >> 1;

    private bool IsDouble(int register) => _isDouble[Unit(register)];

    private bool IsPair(int home) => !wide && IsDouble(home);

    // A double lives in the local of its even register.
    private int Home(int register) => IsPair(register) ? register & ~1 : register;

    private bool IsUpper(int register) => !wide && (register & 1) != 0;

    private FloatValue Local(int home) => _locals[home]!.Value;

    private IntValue WordInState(int register) => Guest.State.Int(layout.Fpr + 8 * register);

    private FloatValue InState(int home) =>
        IsDouble(home) ? Guest.State.Double(layout.Fpr + 8 * home) : Guest.State.Single(layout.Fpr + 8 * home);

    private void Assign(int home, FloatValue value)
    {
        code.Assign(Local(home), value);
        _written[home] = true;
    }

    private IntValue Half(int home, bool high)
    {
        LongValue bits = Local(home).Bits64();
        return (high ? bits >>> 32 : bits).ToInt32();
    }

    private void AssignHalf(int home, bool high, IntValue word)
    {
        // fN = fN & 0xffffffff | (ulong)word << 32; or fN & ~0xffffffff | (ulong)word
        LongValue bits = Local(home).Bits64(), half = word.ToUInt64();
        Assign(home, (high ? bits & uint.MaxValue | half << 32 : bits & ~(long)uint.MaxValue | half).AsDouble());
    }
}

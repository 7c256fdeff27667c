using System.Runtime.CompilerServices;
using Dbt.Runtime.FloatingPoint;
using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Execution;

/// <summary>
/// The computing instance of a processor: carries each meaning out on <see cref="GuestState"/> at once.
/// </summary>
/// <typeparam name="V">Register width.</typeparam>
/// <typeparam name="TOrder">Byte order of memory.</typeparam>
public unsafe struct InterpreterProcessor<V, TOrder> : IProcessor<V>
    where V : struct, IRegisterWord<V>
    where TOrder : struct, IByteOrder
{
    private readonly GuestState* _state;
    private readonly IMemorySystem _memory;

    /// <summary>The instruction being carried out.</summary>
    public DecodedInstruction* Current;

    /// <summary>Why the instruction did not complete; <see cref="ExitReason.None"/> if it did.</summary>
    public ExitReason Left;

    /// <summary>Where the last branch goes, if it is <see cref="Taken"/>.</summary>
    public ulong Target;

    /// <summary>Whether the last branch is taken.</summary>
    public bool Taken;

    /// <summary>Whether the last branch skips its delay slot.</summary>
    public bool Nullified;

    /// <summary>A processor on this state and memory.</summary>
    public InterpreterProcessor(GuestState* state, IMemorySystem memory) : this()
    {
        _state = state;
        _memory = memory;
    }

    /// <inheritdoc/>
    public readonly Instruction Fields => new(Current->Word);

    /// <inheritdoc/>
    public readonly V S => V.FromSlot(_state->Gpr[Current->S]);

    /// <inheritdoc/>
    public readonly V T
    {
        get => V.FromSlot(_state->Gpr[Current->T]);
        set => _state->Gpr[Current->TOut] = value.Slot;
    }

    /// <inheritdoc/>
    public readonly V D
    {
        get => V.FromSlot(_state->Gpr[Current->D]);
        set => _state->Gpr[Current->DOut] = value.Slot;
    }

    /// <inheritdoc/>
    public readonly V this[int register]
    {
        get => V.FromSlot(_state->Gpr[register]);
        set => _state->Gpr[register] = value.Slot;
    }

    /// <inheritdoc/>
    public readonly V Link { set => _state->Gpr[31] = value.Slot; }

    /// <inheritdoc/>
    public readonly V Hi
    {
        get => V.FromSlot(_state->Hi);
        set => _state->Hi = value.Slot;
    }

    /// <inheritdoc/>
    public readonly V Lo
    {
        get => V.FromSlot(_state->Lo);
        set => _state->Lo = value.Slot;
    }

    /// <inheritdoc/>
    public readonly void Multiply(V a, V b, bool signed, Accumulation accumulation)
    {
        long product = signed ? (long)(int)a.Slot * (int)b.Slot : (long)((ulong)(uint)a.Slot * (uint)b.Slot);
        long held = (long)(_state->Hi << 32 | (uint)_state->Lo);
        long result = accumulation switch
        {
            Accumulation.Add => held + product,
            Accumulation.Subtract => held - product,
            _ => product,
        };
        (Hi, Lo) = (V.Constant(result >> 32), V.Constant((int)result));
    }

    /// <inheritdoc/>
    public readonly ulong Address => _state->Pc;

    /// <inheritdoc/>
    public readonly V Constant(long value) => V.Constant(value);

    /// <inheritdoc/>
    public void Branch(V condition, V target, bool likely)
    {
        Taken = condition.Address != 0;
        Nullified = likely && !Taken;
        Target = target.Address;
    }

    /// <inheritdoc/>
    public void Jump(V target)
    {
        (Taken, Nullified) = (true, false);
        Target = target.Address;
    }

    /// <inheritdoc/>
    public void Exit(ExitReason reason) => Left = reason;

    /// <inheritdoc/>
    public bool Unless(V condition, ExitReason reason)
    {
        if (condition.Address == 0)
            return true;
        Left = reason;
        return false;
    }

    /// <inheritdoc/>
    public bool Load(AccessSize size, bool signed, V address, out V value)
    {
        bool done = TryLoad(size, signed, address.Address, Current->T, out ulong loaded);
        value = V.Constant(size switch
        {
            AccessSize.Byte => signed ? (sbyte)loaded : (byte)loaded,
            AccessSize.Half => signed ? (short)loaded : (ushort)loaded,
            _ => signed ? (int)loaded : (uint)loaded,
        });
        return done;
    }

    /// <inheritdoc/>
    public bool Store(AccessSize size, V address, V value) => TryStore(size, address.Address, Current->T, size switch
    {
        AccessSize.Byte => (byte)value.Slot,
        AccessSize.Half => (ushort)value.Slot,
        _ => (uint)value.Slot,
    });

    /// <inheritdoc/>
    public bool LoadPart(bool mostSignificant, V address, V old, out V value)
    {
        value = old;
        if (!TryLoadWordAround(address.Address, out ulong loaded))
            return false;
        uint word = (uint)loaded;
        uint kept = (uint)old.Slot;
        int shift = Shift(mostSignificant, address);
        value = V.Constant((int)(mostSignificant
            ? word << shift | kept & (uint)((1ul << shift) - 1)
            : word >> shift | kept & ~(uint.MaxValue >> shift)));
        return true;
    }

    /// <inheritdoc/>
    public bool StorePart(bool mostSignificant, V address, V value)
    {
        // The bytes leave one by one, but as one access: the whole part lies in one word, so the first store, which is
        // that of the byte addressed, decides.
        uint word = (uint)value.Slot;
        int shift = Shift(mostSignificant, address);
        ulong aligned = address.Address & ~3ul;
        int count = 4 - shift / 8;
        for (int i = 0; i < count; i++)
        {
            // Byte i of the part, counted from the one addressed; where it lies depends on the byte order.
            int significance = mostSignificant ? count - 1 - i : shift / 8 + i;
            byte part = (byte)(mostSignificant ? word >> 24 - 8 * i : word >> 8 * i);
            ulong lane = (ulong)(TOrder.IsBigEndian ? 3 - significance : significance);
            if (!TryStore(AccessSize.Byte, aligned + lane, -1, part))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public bool LoadLinked(V address, out V value)
    {
        if (!Load(AccessSize.Word, true, address, out value))
            return false;
        _state->LinkBit = 1;
        _state->LinkAddress = address.Address;
        return true;
    }

    /// <inheritdoc/>
    public bool StoreConditional(V address, V value, out V done)
    {
        bool linked = _state->LinkBit != 0 && _state->LinkAddress == address.Address;
        done = V.Constant(linked ? 1 : 0);
        // An SC that fails still takes the exceptions of a store (MD00086, SC); only misalignment can be told without
        // one.
        if (linked || (address.Address & 3) != 0)
        {
            if (!Store(AccessSize.Word, address, value))
                return false;
        }
        _state->LinkBit = 0;
        return true;
    }

    /// <inheritdoc/>
    public void Float(FpOperation operation, FpFormat format)
    {
        FpFormat result = operation.ResultFormat(format);
        Instruction fields = Fields;
        int count = operation.OperandCount();
        if (Reserved(format, fields.Rd) || Reserved(result, fields.Sa) || count > 1 && Reserved(format, fields.Rt)
            || count > 2 && Reserved(format, fields.Rs))
            return;
        ulong a = FloatRegister(format, fields.Rd);
        ulong b = count > 1 ? FloatRegister(format, fields.Rt) : 0;
        ulong c = count > 2 ? FloatRegister(format, fields.Rs) : 0;
        _state->PendingOperation = 0;
        ulong value = FpUnit.Execute(operation, format, a, b, c, ref _state->Fcsr, out bool trap);
        if (trap)
            Left = ExitReason.FloatingPoint;
        else
            SetFloatRegister(result, fields.Sa, value);
        FloatModeChanged();
    }

    /// <inheritdoc/>
    public void FloatCompare(FpFormat format)
    {
        Instruction fields = Fields;
        if (Reserved(format, fields.Rd) || Reserved(format, fields.Rt))
            return;
        _state->PendingOperation = 0;
        bool holds = FpUnit.Compare(
            (int)(fields.Word & 15), format, FloatRegister(format, fields.Rd), FloatRegister(format, fields.Rt),
            ref _state->Fcsr, out bool trap);
        if (trap)
            Left = ExitReason.FloatingPoint;
        else
            _state->Fcsr = Fcsr.WithConditionCode(_state->Fcsr, fields.CompareCode, holds);
        FloatModeChanged();
    }

    /// <inheritdoc/>
    public void FloatMove(FpFormat format, V condition)
    {
        Instruction fields = Fields;
        if (Reserved(format, fields.Rd) || Reserved(format, fields.Sa) || condition.Address == 0)
            return;
        SetFloatRegister(format, fields.Sa, FloatRegister(format, fields.Rd));
    }

    /// <inheritdoc/>
    public readonly V FloatCondition(int cc) => V.Constant(Fcsr.ConditionCode(_state->Fcsr, cc) ? 1 : 0);

    /// <inheritdoc/>
    public readonly V FloatWord
    {
        get => V.Constant((int)_state->Fpr[Fields.Rd]);
        set => SetFloatRegister(FpFormat.Word, Fields.Rd, (uint)value.Slot);
    }

    /// <inheritdoc/>
    public readonly V FloatHighWord
    {
        get => V.Constant(
            _state->FloatRegisters64 != 0 ? (int)(_state->Fpr[Fields.Rd] >> 32) : (int)_state->Fpr[Fields.Rd | 1]);
        set
        {
            if (_state->FloatRegisters64 != 0)
                _state->Fpr[Fields.Rd] = (uint)_state->Fpr[Fields.Rd] | value.Slot << 32;
            else
                SetFloatRegister(FpFormat.Word, Fields.Rd | 1, (uint)value.Slot);
        }
    }

    /// <inheritdoc/>
    public readonly V FloatControl
    {
        get
        {
            PendingCause.Resolve(_state);
            return V.Constant((int)(Fields.Rd == 0 ? _state->Fir : FpControl.Read(_state->Fcsr, Fields.Rd)));
        }
    }

    /// <inheritdoc/>
    public void SetFloatControl(V value)
    {
        PendingCause.Resolve(_state);
        _state->Fcsr = FpControl.Write(_state->Fcsr, Fields.Rd, (uint)value.Slot);
        FloatModeChanged();
        if (Fcsr.Traps(_state->Fcsr))
            Left = ExitReason.FloatingPoint;
    }

    /// <inheritdoc/>
    public void FloatLoad(AccessSize size, int register, V address, bool align)
    {
        if (ReservedAccess(size, register, align)
            || !TryLoad(size, false, align ? address.Address & ~7ul : address.Address, -1, out ulong loaded))
            return;
        SetFloatRegister(size == AccessSize.Double ? FpFormat.Double : FpFormat.Single, register, loaded);
    }

    /// <inheritdoc/>
    public void FloatStore(AccessSize size, int register, V address, bool align)
    {
        if (ReservedAccess(size, register, align))
            return;
        ulong value = FloatRegister(size == AccessSize.Double ? FpFormat.Double : FpFormat.Single, register);
        TryStore(size, align ? address.Address & ~7ul : address.Address, -1, value);
    }

    // How far the word is shifted so that the part at the address meets the register's end (MD00086, LWL, LWR).
    private static int Shift(bool mostSignificant, V address)
    {
        int lane = (int)(address.Address & 3);
        return 8 * (mostSignificant != TOrder.IsBigEndian ? 3 - lane : lane);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryLoad(AccessSize size, bool signed, ulong address, int register, out ulong loaded)
    {
        nint offset = _state->ReadTable[(uint)address >> ShadowTlb.PageShift];
        if (offset != 0 && ((uint)address & (uint)size - 1) == 0)
        {
            byte* host = (byte*)((nint)(uint)address + offset);
            loaded = size switch
            {
                AccessSize.Byte => *host,
                AccessSize.Half => TOrder.Convert(*(ushort*)host),
                AccessSize.Word => TOrder.Convert(*(uint*)host),
                _ => TOrder.Convert(*(ulong*)host),
            };
            return true;
        }
        return LoadSlowly(size, signed, address, register, out loaded);
    }

    private bool TryLoadWordAround(ulong address, out ulong loaded)
    {
        nint offset = _state->ReadTable[(uint)address >> ShadowTlb.PageShift];
        if (offset == 0)
            return LoadSlowly(AccessSize.Word, false, address, -1, out loaded, isPart: true);
        loaded = TOrder.Convert(*(uint*)((nint)((uint)address & ~3u) + offset));
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LoadSlowly(
        AccessSize size, bool signed, ulong address, int register, out ulong loaded, bool isPart = false)
    {
        if (_memory.Load(new MemoryAccess(AccessKind.Load, address, size, register, signed, isPart), out loaded))
            return true;
        Left = ExitReason.Memory;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryStore(AccessSize size, ulong address, int register, ulong value)
    {
        nint offset = _state->WriteTable[(uint)address >> ShadowTlb.PageShift];
        if (offset != 0 && ((uint)address & (uint)size - 1) == 0)
        {
            byte* host = (byte*)((nint)(uint)address + offset);
            switch (size)
            {
                case AccessSize.Byte: *host = (byte)value; break;
                case AccessSize.Half: *(ushort*)host = TOrder.Convert((ushort)value); break;
                case AccessSize.Word: *(uint*)host = TOrder.Convert((uint)value); break;
                default: *(ulong*)host = TOrder.Convert(value); break;
            }
            return true;
        }
        return StoreSlowly(size, address, register, value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool StoreSlowly(AccessSize size, ulong address, int register, ulong value)
    {
        if (_memory.Store(new MemoryAccess(AccessKind.Store, address, size, register), value))
            return true;
        Left = ExitReason.Memory;
        return false;
    }

    private readonly void FloatModeChanged() =>
        _state->Mode = _state->Mode & ~(TranslationMode.FloatExact | TranslationMode.FloatFast)
            | PendingCause.ModeOf(_state->Fcsr);

    // With 32-bit registers a double needs an even register, and there are no longs at all (MD00086, "FPU registers").
    private bool Reserved(FpFormat format, int register)
    {
        if (_state->FloatRegisters64 != 0 || format is FpFormat.Single or FpFormat.Word
            || format == FpFormat.Double && (register & 1) == 0)
            return false;
        Left = ExitReason.ReservedInstruction;
        return true;
    }

    private bool ReservedAccess(AccessSize size, int register, bool align) =>
        size == AccessSize.Double && Reserved(align ? FpFormat.Long : FpFormat.Double, register);

    private readonly ulong FloatRegister(FpFormat format, int register) =>
        format is FpFormat.Single or FpFormat.Word ? (uint)_state->Fpr[register]
        : _state->FloatRegisters64 != 0 ? _state->Fpr[register]
        : (uint)_state->Fpr[register] | _state->Fpr[register | 1] << 32;

    private readonly void SetFloatRegister(FpFormat format, int register, ulong value)
    {
        if (format is FpFormat.Single or FpFormat.Word)
        {
            _state->Fpr[register] = _state->Fpr[register] & 0xffff_ffff_0000_0000 | (uint)value;
        }
        else if (_state->FloatRegisters64 != 0)
        {
            _state->Fpr[register] = value;
        }
        else
        {
            SetFloatRegister(FpFormat.Word, register, (uint)value);
            SetFloatRegister(FpFormat.Word, register | 1, value >> 32);
        }
    }
}

using System.Reflection;
using System.Reflection.Emit;

namespace Dbt.Translator.Emission;

/// <summary>
/// The floating-point registers of a region as locals. A register, or with 32-bit registers an even and odd pair, is a
/// double if any instruction of the region takes it for one, else each of its halves is a float.
/// </summary>
internal sealed class FloatRegisters(CodeEmitter code, ILGenerator il, StateLayout layout, bool wide)
{
    private static readonly MethodInfo s_toDouble = typeof(BitConverter).GetMethod(nameof(BitConverter.Int64BitsToDouble))!;
    private static readonly MethodInfo s_fromDouble = typeof(BitConverter).GetMethod(nameof(BitConverter.DoubleToInt64Bits))!;
    private static readonly MethodInfo s_toSingle = typeof(BitConverter).GetMethod(nameof(BitConverter.Int32BitsToSingle))!;
    private static readonly MethodInfo s_fromSingle = typeof(BitConverter).GetMethod(nameof(BitConverter.SingleToInt32Bits))!;

    private readonly bool[] _named = new bool[32];
    private readonly bool[] _isDouble = new bool[32];
    private readonly bool[] _written = new bool[32];
    private readonly LocalBuilder?[] _locals = new LocalBuilder?[32];

    /// <summary>Notes that a register is used in a format, before anything is emitted.</summary>
    public void Declare(int register, bool isDouble)
    {
        _named[register] = true;
        if (isDouble)
            _isDouble[Unit(register)] = true;
    }

    /// <summary>Loads every register the region uses.</summary>
    public void EmitEntry()
    {
        for (int register = 0; register < 32; register++)
        {
            if (!_named[register])
                continue;
            int home = Home(register);
            if (_locals[home] is not null)
                continue;
            bool isDouble = _isDouble[Unit(register)];
            _locals[home] = il.DeclareLocal(isDouble ? typeof(double) : typeof(float));
            if (!isDouble)
            {
                code.Push(Guest.State + Slot(register));
                il.Emit(OpCodes.Ldind_R4);
            }
            else if (wide)
            {
                code.Push(Guest.State + Slot(register));
                il.Emit(OpCodes.Ldind_R8);
            }
            else
            {
                // (ulong)low | (ulong)high << 32
                code.Push(Guest.State + Slot(home));
                il.Emit(OpCodes.Ldind_U4);
                il.Emit(OpCodes.Conv_U8);
                code.Push(Guest.State + Slot(home + 1));
                il.Emit(OpCodes.Ldind_U4);
                il.Emit(OpCodes.Conv_U8);
                il.Emit(OpCodes.Ldc_I4, 32);
                il.Emit(OpCodes.Shl);
                il.Emit(OpCodes.Or);
                il.Emit(OpCodes.Call, s_toDouble);
            }
            il.Emit(OpCodes.Stloc, _locals[home]!);
        }
    }

    /// <summary>Stores every register the region writes.</summary>
    public void EmitFlush()
    {
        for (int home = 0; home < 32; home++)
        {
            if (_locals[home] is not { } local || !_written[home])
                continue;
            if (!_isDouble[Unit(home)])
            {
                code.Push(Guest.State + Slot(home));
                il.Emit(OpCodes.Ldloc, local);
                il.Emit(OpCodes.Stind_R4);
            }
            else if (wide)
            {
                code.Push(Guest.State + Slot(home));
                il.Emit(OpCodes.Ldloc, local);
                il.Emit(OpCodes.Stind_R8);
            }
            else
            {
                code.Push(Guest.State + Slot(home));
                EmitBits(local);
                il.Emit(OpCodes.Conv_I4);
                il.Emit(OpCodes.Stind_I4);
                code.Push(Guest.State + Slot(home + 1));
                EmitBits(local);
                il.Emit(OpCodes.Ldc_I4, 32);
                il.Emit(OpCodes.Shr_Un);
                il.Emit(OpCodes.Conv_I4);
                il.Emit(OpCodes.Stind_I4);
            }
        }
    }

    /// <summary>Pushes a register as a float64.</summary>
    public void PushDouble(int register) => il.Emit(OpCodes.Ldloc, _locals[Home(register)]!);

    /// <summary>Pops a float64 into a register.</summary>
    public void PopDouble(int register) => Pop(Home(register));

    /// <summary>Pushes a register as a float32.</summary>
    public void PushSingle(int register)
    {
        if (_isDouble[Unit(register)])
        {
            PushWord(register);
            il.Emit(OpCodes.Call, s_toSingle);
            return;
        }
        il.Emit(OpCodes.Ldloc, _locals[register]!);
    }

    /// <summary>Pops a float32 into a register.</summary>
    public void PopSingle(int register)
    {
        if (_isDouble[Unit(register)])
        {
            il.Emit(OpCodes.Call, s_fromSingle);
            PopWord(register);
            return;
        }
        Pop(register);
    }

    /// <summary>Pushes the low word of a register.</summary>
    public void PushWord(int register)
    {
        if (!_isDouble[Unit(register)])
        {
            il.Emit(OpCodes.Ldloc, _locals[register]!);
            il.Emit(OpCodes.Call, s_fromSingle);
            return;
        }
        PushHalf(Home(register), high: !wide && (register & 1) != 0);
    }

    /// <summary>Pops an int32 into the low word of a register.</summary>
    public void PopWord(int register)
    {
        if (!_isDouble[Unit(register)])
        {
            il.Emit(OpCodes.Call, s_toSingle);
            Pop(register);
            return;
        }
        PopHalf(Home(register), high: !wide && (register & 1) != 0);
    }

    /// <summary>Pushes the high word of a 64-bit register.</summary>
    public void PushHigh(int register) => PushHalf(Home(register), high: true);

    /// <summary>Pops an int32 into the high word of a 64-bit register.</summary>
    public void PopHigh(int register) => PopHalf(Home(register), high: true);

    private int Unit(int register) => wide ? register : register >> 1;

    // A double lives in the local of its even register.
    private int Home(int register) => _isDouble[Unit(register)] && !wide ? register & ~1 : register;

    private int Slot(int register) => layout.Fpr + 8 * register;

    private void Pop(int home)
    {
        il.Emit(OpCodes.Stloc, _locals[home]!);
        _written[home] = true;
    }

    private void EmitBits(LocalBuilder local)
    {
        il.Emit(OpCodes.Ldloc, local);
        il.Emit(OpCodes.Call, s_fromDouble);
    }

    private void PushHalf(int home, bool high)
    {
        EmitBits(_locals[home]!);
        if (high)
        {
            il.Emit(OpCodes.Ldc_I4, 32);
            il.Emit(OpCodes.Shr_Un);
        }
        il.Emit(OpCodes.Conv_I4);
    }

    // local = local & ~half | (ulong)(uint)word << half
    private void PopHalf(int home, bool high)
    {
        LocalBuilder word = il.DeclareLocal(typeof(int));
        il.Emit(OpCodes.Stloc, word);
        EmitBits(_locals[home]!);
        il.Emit(OpCodes.Ldc_I8, high ? 0xffff_ffffL : unchecked((long)0xffff_ffff_0000_0000));
        il.Emit(OpCodes.And);
        il.Emit(OpCodes.Ldloc, word);
        il.Emit(OpCodes.Conv_U8);
        if (high)
        {
            il.Emit(OpCodes.Ldc_I4, 32);
            il.Emit(OpCodes.Shl);
        }
        il.Emit(OpCodes.Or);
        il.Emit(OpCodes.Call, s_toDouble);
        Pop(home);
    }
}

using System.Numerics;
using Dbt.Runtime.Execution;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>How a context enters and leaves exceptions (MD00090, "Exception processing").</summary>
public static unsafe class ExceptionEntry
{
    internal const uint GeneralOffset = 0x180;
    private const uint InterruptOffset = 0x200;
    private const uint VectorSpacing = 0x1f << 5;
    private const uint BootBase = 0x200;
    private const uint DebugVector = 0x480;

    /// <summary>
    /// Enters <paramref name="exception"/>, raised by the unit at PC, in the context that is to handle it.
    /// </summary>
    public static void Enter(
        GuestState* state, PrivilegedContext context, in GuestException exception, bool inDelaySlot)
    {
        Cop0 cop0 = context.Cop0;
        uint status = cop0[Status];
        uint cause = cop0[Cause];
        uint offset = GeneralOffset;
        bool nested = (status & StatusBits.Exl) != 0;
        context.Streak?.Note(state, exception, nested);
        if (!nested)
        {
            cop0[Epc] = (uint)state->Pc;
            cause = inDelaySlot ? cause | CauseBits.Bd : cause & ~CauseBits.Bd;
            if (exception.IsRefill)
                offset = 0;
            else if (exception.Code == ExceptionCode.Interrupt && (cause & CauseBits.Iv) != 0)
                offset = InterruptOffset + VectorOf(status & cause) * Spacing(status, cop0[IntCtl]);
        }
        cause &= ~(CauseBits.ExcCodeMask | 3u << CauseBits.CeShift);
        cause |= (uint)exception.Code << CauseBits.ExcCodeShift | (uint)exception.Coprocessor << CauseBits.CeShift;
        cop0[Cause] = cause;
        if (exception.HasBadAddress)
            cop0[BadVAddr] = exception.BadAddress;
        if (exception.IsTlb)
        {
            cop0[Context] = cop0[Context] & 0xff80_0000 | exception.BadAddress >> 13 << 4;
            cop0[EntryHi] = exception.BadAddress & ~0x1fffu | cop0[EntryHi] & 0xff;
        }
        cop0[Status] = status | StatusBits.Exl;
        state->Pc = ((status & StatusBits.Bev) != 0
            ? context.Model.AddressMap.ResetVector + BootBase
            : cop0[EBase] & 0xffff_f000) + offset;
        context.NoteModeChange();
    }

    // The vector of an interrupt is its line; of several, that of the highest one (MD00090, "Vectored Interrupt Mode").
    private static uint VectorOf(uint pending) =>
        (uint)BitOperations.Log2((pending & StatusBits.ImMask) >> CauseBits.IpShift);

    // IntCtl.VS counts in 32 bytes; the boot vectors have one for all lines.
    private static uint Spacing(uint status, uint intCtl) =>
        (status & StatusBits.Bev) != 0 ? 0 : intCtl & VectorSpacing;

    /// <summary>Enters debug mode, for SDBBP without a debugger.</summary>
    public static void EnterDebug(GuestState* state, PrivilegedContext context, bool inDelaySlot)
    {
        Cop0 cop0 = context.Cop0;
        const uint Dbd = 1u << 31, Dbp = 2;
        cop0[Depc] = (uint)state->Pc;
        cop0[Debug] = cop0[Debug] & ~Dbd | OperatingModes.DebugMode | Dbp | (inDelaySlot ? Dbd : 0);
        state->Pc = context.Model.AddressMap.ResetVector + DebugVector;
        context.NoteModeChange();
    }

    /// <summary>ERET.</summary>
    public static void Return(GuestState* state, PrivilegedContext context)
    {
        Cop0 cop0 = context.Cop0;
        bool fromError = (cop0[Status] & StatusBits.Erl) != 0;
        state->Pc = cop0[fromError ? ErrorEpc : Epc];
        cop0.ClearBits(Status, fromError ? StatusBits.Erl : StatusBits.Exl);
        state->LinkBit = 0;
        context.NoteModeChange();
    }

    /// <summary>DERET.</summary>
    public static void ReturnFromDebug(GuestState* state, PrivilegedContext context)
    {
        Cop0 cop0 = context.Cop0;
        state->Pc = cop0[Depc];
        cop0.ClearBits(Debug, OperatingModes.DebugMode);
        context.NoteModeChange();
    }
}

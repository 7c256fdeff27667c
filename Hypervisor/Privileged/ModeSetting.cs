using System.Runtime.InteropServices;
using Dbt.Runtime.Execution;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// How code is executed: what follows from the registers that decide it, and where its addresses are looked up.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ModeSetting
{
    private const uint Decisive =
        StatusBits.Cu1 | StatusBits.Fr | 3u << StatusBits.KsuShift | StatusBits.Erl | StatusBits.Exl;

    private const int AsidShift = 32, DebugShift = 10, PendingShift = 48;

    /// <summary>What decides it; 0 for nothing.</summary>
    public ulong Key;

    /// <summary>How code is translated.</summary>
    public TranslationMode Mode;

    /// <summary>What code may touch.</summary>
    public OperatingMode Operating;

    // The tables of its space in the shadow TLB, as they were when it was last in use; null where they may not be so.
    private nint* _read, _fetch, _write;

    /// <summary>Whether the tables are known.</summary>
    public readonly bool HasTables => _read != null;

    /// <summary>What the registers decide by, in one number that is not 0.</summary>
    /// <param name="state">Whose.</param>
    /// <param name="status">What Status is.</param>
    /// <param name="debug">What Debug is.</param>
    /// <param name="asid">The address space.</param>
    public static ulong KeyOf(GuestState* state, uint status, uint debug, int asid) =>
        status & Decisive | (ulong)asid << AsidShift | (ulong)(debug & OperatingModes.DebugMode) << DebugShift
            | (ulong)Runtime.FloatingPoint.PendingCause.ModeOf(state->Fcsr) << PendingShift | 1ul << 63;

    /// <summary>The address space that a key names.</summary>
    public static int AsidOf(ulong key) => (int)(key >> AsidShift) & 0xff;

    /// <summary>What follows from a key; the tables are not known yet.</summary>
    /// <param name="key">The key.</param>
    /// <param name="hasFloat">Whether the processor has floating point.</param>
    public static ModeSetting Of(ulong key, bool hasFloat)
    {
        const ulong Pending = (ulong)(TranslationMode.FloatExact | TranslationMode.FloatFast);
        uint status = (uint)key;
        uint debug = (uint)(key >> DebugShift) & OperatingModes.DebugMode;
        OperatingMode operating = OperatingModes.Of(status, debug);
        return new ModeSetting
        {
            Key = key,
            Operating = operating,
            Mode = ModeOf(status, hasFloat, operating.IsPrivileged())
                | (TranslationMode)(key >> PendingShift & Pending),
        };
    }

    /// <summary>Notes the tables: it is in use.</summary>
    public void NoteTables(GuestState* state)
    {
        _read = state->ReadTable;
        _fetch = state->FetchTable;
        _write = state->WriteTable;
    }

    /// <summary>They may be no longer good.</summary>
    public void ForgetTables() => _read = null;

    /// <summary>Puts it to use: its tables are known.</summary>
    public readonly void PutToUse(GuestState* state)
    {
        state->ModeKey = Key;
        state->Mode = Mode;
        state->FloatRegisters64 = (Mode & TranslationMode.Float64) != 0 ? 1 : 0;
        state->ReadTable = _read;
        state->FetchTable = _fetch;
        state->WriteTable = _write;
    }

    /// <summary>How code is translated, but for what FCSR says.</summary>
    /// <param name="status">What Status is.</param>
    /// <param name="mayUseFloat">Whether Status.CU1 decides alone.</param>
    /// <param name="kernel">Whether it is a kernel's.</param>
    public static TranslationMode ModeOf(uint status, bool mayUseFloat, bool kernel) =>
        ((status & StatusBits.Cu1) != 0 && mayUseFloat ? TranslationMode.Float : 0)
            | ((status & StatusBits.Fr) != 0 ? TranslationMode.Float64 : 0) | (kernel ? TranslationMode.Kernel : 0);
}

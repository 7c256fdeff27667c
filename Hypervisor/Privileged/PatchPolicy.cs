using Dbt.Translator.Emission;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// Which sensitive instructions stop being traps and become loads and stores on the register page (Linux KVM's dyntrans,
/// Disco's register page). Patches live in the translation, where the guest cannot see them.
/// </summary>
public static class PatchPolicy
{
    /// <summary>
    /// Whatever a load or a store can do, with side effects checked in line: DI and EI, and writes that change no mode, no
    /// address space and let in no interrupt. Count, Random, Compare and Cause are left: they live elsewhere.
    /// </summary>
    public static PatchTable Full { get; } = new()
    {
        Loads = Enumerable.Range(0, 256).Where(register => register is not (Count or Cop0Register.Random)).ToHashSet(),
        Stores = new Dictionary<int, (uint, uint)>
        {
            // Status: the interrupt mask and enable only; everything else may change the mode.
            [Status] = (Cop0.Writable(Status), ~(StatusBits.ImMask | StatusBits.Ie)),
            [EntryHi] = (Cop0.Writable(EntryHi), 0xff),
            [EntryLo0] = (Cop0.Writable(EntryLo0), 0),
            [EntryLo1] = (Cop0.Writable(EntryLo1), 0),
            [Cop0Register.Index] = (Cop0.Writable(Cop0Register.Index), 0),
            [Context] = (Cop0.Writable(Context), 0),
            [Epc] = (Cop0.Writable(Epc), 0),
            [ErrorEpc] = (Cop0.Writable(ErrorEpc), 0),
            [TagLo] = (Cop0.Writable(TagLo), 0),
        },
        InterruptEnable = Status,
        InterruptPending = Cause,
    };
}

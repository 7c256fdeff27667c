using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// What each <see cref="PatchPolicy"/> replaces by loads and stores on the register page (Disco's register page, Linux
/// KVM's dyntrans).
/// </summary>
public static class PatchTables
{
    private static readonly IReadOnlySet<int> s_all = Enumerable.Range(0, 256).ToHashSet();

    /// <summary>
    /// Whatever a load or a store can do, with side effects checked in line: DI and EI, and writes that leave the
    /// processor in kernel mode and its address space, and let in no interrupt. Count, Random, Compare and Cause are
    /// left: they live elsewhere.
    /// </summary>
    private static PatchTable Full(ProcessorModel model) => new()
    {
        Loads = s_all.Except([Count, Cop0Register.Random]).ToHashSet(),
        Stores = new Dictionary<int, (uint, uint)>
        {
            // What floating-point code means, and the error level; the rest is looked at only when an exception or an
            // ERET is.
            [Status] = (model.Writable(Status), StatusBits.Cu1 | StatusBits.Fr | StatusBits.Erl | LeavesRoot(model)),
            [EntryHi] = (model.Writable(EntryHi), 0xff),
            [EntryLo0] = (model.Writable(EntryLo0), 0),
            [EntryLo1] = (model.Writable(EntryLo1), 0),
            [Cop0Register.Index] = (model.Writable(Cop0Register.Index), 0),
            [Context] = (model.Writable(Context), 0),
            [Epc] = (model.Writable(Epc), 0),
            [ErrorEpc] = (model.Writable(ErrorEpc), 0),
            [TagLo] = (model.Writable(TagLo), 0),
        },
        CacheOperations = uint.MaxValue,
        WatchesStatus = true,
        IsPageReversed = model.IsRegisterPageReversed,
    };

    // The exception level keeps root from being its guest.
    private static uint LeavesRoot(ProcessorModel model) => model.Guest is null ? 0 : StatusBits.Exl;

    // What KVM emulated in special code stayed a trap: it is what the manual says has side effects, as KVM saw it.
    private static readonly int[] s_kvmTrappedStores = [Count, EntryHi, Compare, Cause, EBase, Config + 5, HwrEna];

    // What a virtualization module does with these, no store does.
    private static readonly int[] s_aboutGuests = [GuestCtl0, GuestCtl0Ext, GuestCtl1, GuestCtl2, GtOffset];

    // Index operations on the first and second cache; hit invalidate on either; hit write-back invalidate on the data
    // cache.
    private const uint KvmCacheOperations = 1u << 0x00 | 1u << 0x01 | 1u << 0x10 | 1u << 0x11 | 1u << 0x15;

    /// <summary>The table of a policy; null for none.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="model">The processor it is for.</param>
    /// <param name="forms">Whether the guest may have paravirtual forms; without patches they do what full ones
    /// do.</param>
    public static PatchTable? Of(PatchPolicy policy, ProcessorModel model, bool forms) =>
        policy == PatchPolicy.None && forms
        ? Full(model) with { ReplacesSites = false, ReplacesForms = true }
        : Of(policy, model) is { } table ? table with { ReplacesForms = forms } : null;

    /// <summary>The table of a policy for a guest that has no paravirtual forms; null for none.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="model">The processor it is for.</param>
    public static PatchTable? Of(PatchPolicy policy, ProcessorModel model) => policy switch
    {
        PatchPolicy.None => null,
        PatchPolicy.Kvm => Kvm(model),
        PatchPolicy.Vz => GuestContext(model),
        _ => Full(model),
    };

    /// <summary>
    /// What translated code can do in place of a guest context of hardware: as full patches do it, but for what is
    /// root's.
    /// </summary>
    private static PatchTable GuestContext(ProcessorModel model)
    {
        PatchTable all = Full(model);
        GuestControl control = HypervisorRoot.Control;
        bool hasWatchpoints = (model.Reset(Config1) & GuestConfig1Bits.Wr) != 0;
        bool IsOwn(int register) => !GuestRules.IsRootOnly(register, control, hasWatchpoints);
        return all with
        {
            Loads = all.Loads.Where(IsOwn).ToHashSet(),
            Stores = all.Stores.Where(store => IsOwn(store.Key)).ToDictionary(
                store => store.Key,
                store => (store.Value.Writable,
                    store.Value.Sensitive | GuestRules.FieldsOfRoot(store.Key, control) & store.Value.Writable)),
            CacheOperations = control.CacheOperations,
        };
    }

    /// <summary>
    /// Linux 5.10's dyntrans: every read but Count's, and every write that it did not emulate in special code, without
    /// regard to read-only bits or side effects.
    /// </summary>
    private static PatchTable Kvm(ProcessorModel model)
    {
        IEnumerable<int> stores = s_all.Except(s_kvmTrappedStores);
        // With coprocessor 1, writes of Status trap: it may have been enabled or disabled.
        if (model.HasFloatingPoint)
            stores = stores.Except([Status]);
        if (model.Guest is not null)
            stores = stores.Except(s_aboutGuests);
        return new PatchTable
        {
            Loads = s_all.Except([Count]).ToHashSet(),
            // A read of ErrCtl became the constant 0, so what is stored there is never seen.
            Stores = stores.ToDictionary(
                register => register, register => (register == ErrCtl ? 0 : uint.MaxValue, 0u)),
            CacheOperations = KvmCacheOperations,
            WatchesStatus = false,
            IsPageReversed = model.IsRegisterPageReversed,
        };
    }
}

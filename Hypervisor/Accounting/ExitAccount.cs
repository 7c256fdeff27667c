using System.Diagnostics;
using System.Numerics;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Accounting;

/// <summary>Counts every exit of a virtual processor by reason, and where it is told to, times them.</summary>
/// <param name="timed">Whether to take the time: two looks at the host's clock an exit.</param>
/// <param name="overTime">Counts them by the guest's time, too; null if nobody wants to know.</param>
public sealed class ExitAccount(bool timed, ExitSeries? overTime) : IHasState
{
    /// <summary>
    /// How many classes of cost there are: class n has the exits of 2ⁿ to 2ⁿ⁺¹ ns, the first those of none, too, the
    /// last all longer ones.
    /// </summary>
    public const int CostClasses = 32;

    private static readonly int s_counters = Enum.GetValues<ExitCounter>().Length;

    private readonly long[] _counts = new long[s_counters];
    private readonly long[] _ticks = new long[s_counters];
    private readonly long[] _costs = new long[s_counters * CostClasses];
    private readonly long[] _cop0 = new long[256];
    private int _last;

    /// <summary>How many exits a reason has caused.</summary>
    public long this[ExitCounter counter] => _counts[(int)counter];

    /// <summary>Whether exits are timed.</summary>
    public bool IsTimed => timed;

    /// <summary>The exits over the guest's time; null if nobody wants to know.</summary>
    public ExitSeries? OverTime => overTime;

    /// <summary>
    /// Whether the guest runs in a guest context of the virtualization module, and we are its root: what that context
    /// does by itself is counted here, but is no exit.
    /// </summary>
    public bool IsOfRoot { get; init; }

    /// <summary>Every reason for exits and its count.</summary>
    public IEnumerable<(ExitCounter Counter, long Count)> All =>
        Enum.GetValues<ExitCounter>().Where(IsExit).Select(counter => (counter, this[counter]));

    /// <summary>
    /// Exits that an instruction of the guest caused by what it is, not by where it points: what patching is about.
    /// </summary>
    public long Instructions => All.Where(exit => IsInstruction(exit.Counter)).Sum(exit => exit.Count);

    /// <summary>Counts one.</summary>
    public void Count(ExitCounter counter)
    {
        _counts[(int)counter]++;
        _last = (int)counter;
        overTime?.Count(counter);
    }

    /// <summary>
    /// Counts several that took no host time, spread over the guest's last <paramref name="instructions"/>.
    /// </summary>
    public void Add(ExitCounter counter, long exits, long instructions)
    {
        _counts[(int)counter] += exits;
        overTime?.Add(counter, exits, instructions);
    }

    /// <summary>Counts one that was about a register of coprocessor 0.</summary>
    public void Count(ExitCounter counter, int register)
    {
        Count(counter);
        if (IsExit(counter))
            _cop0[register]++;
    }

    /// <summary>Counts an exit of a guest to its root.</summary>
    public void Count(GuestExit why) => Count(CounterOf(why));

    /// <summary>
    /// Counts an exit to root that root's TLB has raised: by exception, as Linux's KVM does; refills apart, which a
    /// root answers before it counts.
    /// </summary>
    public static ExitCounter CounterOfRootsTlb(in GuestException exception) => exception switch
    {
        { IsRefill: true } => ExitCounter.VzRefill,
        { Code: ExceptionCode.TlbModified } => ExitCounter.VzTlbMod,
        { Code: ExceptionCode.TlbStore } => ExitCounter.VzTlbMissStore,
        _ => ExitCounter.VzTlbMissLoad,
    };

    /// <summary>Counts one that was about a register of coprocessor 0.</summary>
    public void Count(GuestExit why, int register) => Count(CounterOf(why), register);

    /// <summary>Exits about a register of coprocessor 0, by <see cref="Privileged.Cop0Register"/>.</summary>
    public long OfRegister(int register) => _cop0[register];

    /// <summary>Host time that a reason's exits took.</summary>
    public TimeSpan TimeOf(ExitCounter counter) => Stopwatch.GetElapsedTime(0, _ticks[(int)counter]);

    /// <summary>How many of a reason's exits fell into each class of cost.</summary>
    public ReadOnlySpan<long> CostsOf(ExitCounter counter) => _costs.AsSpan((int)counter * CostClasses, CostClasses);

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Array<long>("counts", _counts);
        walk.Array<long>("ticks", _ticks);
        walk.Array<long>("costs", _costs);
        walk.Array<long>("by register", _cop0);
        walk.Optional("over time", overTime);
    }

    /// <summary>An exit begins, unless it turns out to be none.</summary>
    /// <returns>When, to be handed to <see cref="End"/>.</returns>
    internal long Begin()
    {
        if (!timed)
            return 0;
        _last = -1;
        return Stopwatch.GetTimestamp();
    }

    /// <summary>What began has ended: it is charged to the reason counted last since.</summary>
    internal void End(long began)
    {
        if (!timed || _last < 0)
            return;
        long ticks = Stopwatch.GetTimestamp() - began;
        long nanoseconds = ticks * (1_000_000_000 / Stopwatch.Frequency);
        _ticks[_last] += ticks;
        _costs[_last * CostClasses + CostClassOf(nanoseconds)]++;
    }

    /// <summary>The class of an exit that took so long.</summary>
    public static int CostClassOf(long nanoseconds) =>
        Math.Min(BitOperations.Log2((ulong)nanoseconds | 1), CostClasses - 1);

    /// <summary>Whether a reason is an instruction that had to be emulated.</summary>
    public static bool IsInstruction(ExitCounter counter) =>
        counter is ExitCounter.Wait or ExitCounter.Cache or ExitCounter.Syscall or ExitCounter.Mfc0 or ExitCounter.Mtc0
            or ExitCounter.DiEi or ExitCounter.TlbOperation or ExitCounter.Eret or ExitCounter.Rdhwr
            or ExitCounter.VzGpsi or ExitCounter.VzGsfc;

    // The guest's registers, TLB, exceptions and interrupts are its context's, and the host's TLB holds both stages.
    private bool IsExit(ExitCounter counter) =>
        !IsOfRoot || counter is ExitCounter.MmioLoad or ExitCounter.MmioStore or ExitCounter.CopyOnWrite
            or ExitCounter.CodeStore or ExitCounter.Budget || counter is >= ExitCounter.VzGpsi and <= ExitCounter.VzGpa;

    /// <summary>
    /// The counter of Linux KVM that the exit would have been counted under: its guests' privileged instructions exited
    /// as unusable coprocessor, RDHWR as reserved instruction, and devices as address errors; with the virtualization
    /// module, devices and pages that are written for the first time as guest physical addresses. Empty for what KVM
    /// has no counter for.
    /// </summary>
    public string KvmCounterOf(ExitCounter counter) => counter switch
    {
        ExitCounter.MmioLoad or ExitCounter.MmioStore or ExitCounter.CopyOnWrite when IsOfRoot =>
            NameOf(ExitCounter.VzGpa),
        ExitCounter.Mfc0 or ExitCounter.Mtc0 or ExitCounter.DiEi or ExitCounter.TlbOperation or ExitCounter.Eret =>
            "cop_unusable",
        ExitCounter.Rdhwr => "resvd_inst",
        ExitCounter.MmioLoad => "addrerr_ld",
        ExitCounter.MmioStore => "addrerr_st",
        ExitCounter.Budget => "signal",
        ExitCounter.ShadowFill or ExitCounter.CodeStore or ExitCounter.CopyOnWrite or ExitCounter.Hypercall
            or ExitCounter.GuestContext or ExitCounter.VzRefill => "",
        ExitCounter.VzTlbMod => "tlbmod",
        ExitCounter.VzTlbMissLoad => "tlbmiss_ld",
        ExitCounter.VzTlbMissStore => "tlbmiss_st",
        ExitCounter.VzCopUnusable => "cop_unusable",
        ExitCounter.VzInterrupt => "int",
        _ => NameOf(counter),
    };

    /// <summary>The counter's name as KVM writes it, or ours in the same spelling.</summary>
    public static string NameOf(ExitCounter counter) => counter switch
    {
        ExitCounter.Wait => "wait",
        ExitCounter.Cache => "cache",
        ExitCounter.Interrupt => "interrupt",
        ExitCounter.CopUnusable => "cop_unusable",
        ExitCounter.TlbMod => "tlbmod",
        ExitCounter.TlbMissLoad => "tlbmiss_ld",
        ExitCounter.TlbMissStore => "tlbmiss_st",
        ExitCounter.AddressErrorStore => "addrerr_st",
        ExitCounter.AddressErrorLoad => "addrerr_ld",
        ExitCounter.Syscall => "syscall",
        ExitCounter.ReservedInstruction => "resvd_inst",
        ExitCounter.Break => "break_inst",
        ExitCounter.Trap => "trap_inst",
        ExitCounter.FloatingPoint => "fpe",
        ExitCounter.Mfc0 => "mfc0",
        ExitCounter.Mtc0 => "mtc0",
        ExitCounter.DiEi => "di_ei",
        ExitCounter.TlbOperation => "tlb_op",
        ExitCounter.Eret => "eret",
        ExitCounter.Rdhwr => "rdhwr",
        ExitCounter.ShadowFill => "shadow_fill",
        ExitCounter.MmioLoad => "mmio_ld",
        ExitCounter.MmioStore => "mmio_st",
        ExitCounter.CodeStore => "code_store",
        ExitCounter.CopyOnWrite => "copy_on_write",
        ExitCounter.Hypercall => "hypercall",
        ExitCounter.GuestContext => "guest_context",
        ExitCounter.VzGpsi => "vz_gpsi",
        ExitCounter.VzGsfc => "vz_gsfc",
        ExitCounter.VzHc => "vz_hc",
        ExitCounter.VzGrr => "vz_grr",
        ExitCounter.VzGhfc => "vz_ghfc",
        ExitCounter.VzGpa => "vz_gpa",
        ExitCounter.VzTlbMod => "vz_tlbmod",
        ExitCounter.VzTlbMissLoad => "vz_tlbmiss_ld",
        ExitCounter.VzTlbMissStore => "vz_tlbmiss_st",
        ExitCounter.VzRefill => "vz_refill",
        ExitCounter.VzCopUnusable => "vz_cop_unusable",
        ExitCounter.VzInterrupt => "vz_interrupt",
        _ => "budget",
    };

    /// <summary>The counter of what exits to root.</summary>
    internal static ExitCounter CounterOf(GuestExit why) => why switch
    {
        GuestExit.SensitiveInstruction => ExitCounter.VzGpsi,
        GuestExit.FieldChange => ExitCounter.VzGsfc,
        GuestExit.Hypercall => ExitCounter.VzHc,
        GuestExit.ReservedInstruction => ExitCounter.VzGrr,
        GuestExit.HardwareFieldChange => ExitCounter.VzGhfc,
        _ => ExitCounter.VzGpa,
    };
}

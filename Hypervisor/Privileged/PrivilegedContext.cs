using System.Runtime.CompilerServices;
using Dbt.Hypervisor.Memory;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// One set of privileged state: the registers of coprocessor 0 and what they do, the TLB, where segments lie, the
/// timer. A 24Kf has one; with the virtualization module a processor has two of the same kind, root's and the guest's.
/// Exceptions, operations on the TLB and modes are therefore a context's, and whoever handles them is told which.
/// </summary>
/// <remarks>
/// Code that has been patched finds the registers at a fixed place, <see cref="Runtime.Execution.GuestState.Cop0"/>:
/// there are those of root. Those of a guest lie in a page of its own: in guest mode nothing is patched.
/// </remarks>
public sealed unsafe class PrivilegedContext : IHasState
{
    /// <summary>A context at reset.</summary>
    /// <param name="page">Where its 256 registers are.</param>
    /// <param name="model">What it looks like to software.</param>
    /// <param name="clock">The machine's time.</param>
    /// <param name="root">Of a guest's context, that of its root; else null.</param>
    public PrivilegedContext(uint* page, ProcessorModel model, Clock clock, PrivilegedContext? root = null)
    {
        Model = model;
        Tlb = new GuestTlb(model.TlbEntries);
        Timer = new CpuTimer(
            clock, model.CountPeriod, () => Cop0!.SetBits(Cause, Cop0.TimerInterrupt), root?.Timer);
        Cop0 = new Cop0(page, model, Timer, NoteModeChange);
    }

    /// <summary>Status, Debug or EntryHi changed: <see cref="Mode"/> or <see cref="Asid"/> may have.</summary>
    public event Action? ModeChanged;

    /// <summary>What it looks like to software.</summary>
    public ProcessorModel Model { get; }

    /// <summary>The privileged registers.</summary>
    public Cop0 Cop0 { get; }

    /// <summary>The architected TLB.</summary>
    public GuestTlb Tlb { get; }

    /// <summary>Count and Compare.</summary>
    public CpuTimer Timer { get; }

    /// <summary>The current address space.</summary>
    public int Asid
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (int)Cop0[EntryHi] & 0xff;
    }

    /// <summary>The mode that code runs in.</summary>
    public OperatingMode Mode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => OperatingModes.Of(Cop0[Status], Cop0[Debug]);
    }

    /// <summary>
    /// Whether instructions of coprocessor 0 may be used: in kernel mode, or where Status.CU0 says so.
    /// </summary>
    public bool MayUseCoprocessor0
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Mode.IsPrivileged() || (Cop0[Status] & StatusBits.Cu0) != 0;
    }

    /// <summary>Whether an enabled interrupt is pending and may be taken now.</summary>
    public bool InterruptPending
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            uint status = Cop0[Status];
            return (status & (StatusBits.Ie | StatusBits.Exl | StatusBits.Erl)) == StatusBits.Ie
                && (status & Cop0[Cause] & StatusBits.ImMask) != 0
                && (Cop0[Debug] & OperatingModes.DebugMode) == 0;
        }
    }

    /// <summary>Whether WAIT has been carried out, and nothing has ended it since.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>Whether an interrupt ends a wait.</summary>
    public bool WakesUp =>
        InterruptPending || Model.WaitIgnoresEnable && (Cop0[Status] & Cop0[Cause] & StatusBits.ImMask) != 0;

    /// <summary>Whether it waits for an interrupt that cannot come, because all are disabled.</summary>
    public bool IsHalted => IsWaiting && ((Cop0[Status] & StatusBits.ImMask) == 0
        || !Model.WaitIgnoresEnable
            && (Cop0[Status] & (StatusBits.Ie | StatusBits.Exl | StatusBits.Erl)) != StatusBits.Ie);

    /// <summary>Told of every exception; null where nobody wants to know.</summary>
    public ExceptionStreak? Streak { get; set; }

    /// <summary>Drives one of the interrupt inputs IP2 to IP7.</summary>
    public void SetInterruptPin(int line, bool level)
    {
        uint bit = 1u << CauseBits.IpShift + line;
        if (level)
            Cop0.SetBits(Cause, bit);
        else
            Cop0.ClearBits(Cause, bit);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("cop0", Cop0);
        walk.Part("tlb", Tlb);
        walk.Part("timer", Timer);
        IsWaiting = walk.Value("is waiting", IsWaiting);
    }

    /// <summary>Whoever changed Status, Debug or EntryHi in the register page says so.</summary>
    public void NoteModeChange() => ModeChanged?.Invoke();
}

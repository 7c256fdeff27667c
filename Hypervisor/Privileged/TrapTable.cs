using System.Runtime.CompilerServices;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Privileged;

/// <summary>What is to be known of an exit before it is handled.</summary>
[Flags]
public enum TrapFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>
    /// An instruction of coprocessor 0, which must be usable; a paravirtual form, where there are none, is reserved.
    /// </summary>
    Privileged = 1,

    /// <summary>An instruction that traps by what it is: where it stands is counted.</summary>
    Sensitive = 2,

    /// <summary>It reads no clock and schedules nothing: it comes by the million.</summary>
    Timeless = 4,

    /// <summary>
    /// It may be patched, and but for CACHE has a paravirtual form that is reserved where there are to be none.
    /// </summary>
    Patchable = 8,
}

/// <summary>A row of the trap table.</summary>
/// <param name="Reason">Why the engine was left.</param>
/// <param name="Flags">What is to be known of it.</param>
/// <param name="Handle">What the hypervisor does.</param>
public sealed record Trap(ExitReason Reason, TrapFlags Flags, Action<TrapHandlers> Handle)
{
    /// <summary>Whether a flag is set.</summary>
    public bool Has(TrapFlags flag) => (Flags & flag) != 0;
}

/// <summary>What the hypervisor does about each reason to leave an engine.</summary>
public static class TrapTable
{
    private const TrapFlags None = TrapFlags.None, Privileged = TrapFlags.Privileged, Timeless = TrapFlags.Timeless;
    private const TrapFlags Sensitive = TrapFlags.Sensitive, Cop0 = Privileged | Sensitive;
    private const TrapFlags Patchable = Cop0 | TrapFlags.Patchable;

    private static readonly Trap[] s_traps =
    [
        new(ExitReason.Memory, Timeless, traps => traps.RaisePending()),
        new(ExitReason.Syscall, Sensitive | Timeless, traps => traps.Raise(ExceptionCode.Syscall)),
        new(ExitReason.Break, None, traps => traps.Raise(ExceptionCode.Breakpoint)),
        new(ExitReason.DebugBreak, None, traps => traps.DebugBreak()),
        new(ExitReason.Trap, None, traps => traps.Raise(ExceptionCode.Trap)),
        new(ExitReason.Overflow, None, traps => traps.Raise(ExceptionCode.Overflow)),
        new(ExitReason.ReservedInstruction, None, traps => traps.ReservedInstruction()),
        new(ExitReason.CoprocessorUnusable, None, traps => traps.CoprocessorUnusable()),
        new(ExitReason.FloatingPoint, None, traps => traps.Raise(ExceptionCode.FloatingPoint)),
        new(ExitReason.Mfc0, Patchable, traps => traps.MoveFrom()),
        new(ExitReason.Mtc0, Patchable, traps => traps.MoveTo()),
        new(ExitReason.Rdpgpr, Privileged, traps => traps.MoveShadow()),
        new(ExitReason.Wrpgpr, Privileged, traps => traps.MoveShadow()),
        new(ExitReason.Di, Patchable, traps => traps.EnableInterrupts(false)),
        new(ExitReason.Ei, Patchable, traps => traps.EnableInterrupts(true)),
        new(ExitReason.Tlbr, Cop0, traps => traps.TlbRead()),
        new(ExitReason.Tlbwi, Cop0 | Timeless, traps => traps.TlbWrite(random: false)),
        new(ExitReason.Tlbwr, Cop0 | Timeless, traps => traps.TlbWrite(random: true)),
        new(ExitReason.Tlbp, Cop0 | Timeless, traps => traps.TlbProbe()),
        new(ExitReason.Eret, Cop0 | Timeless, traps => traps.ReturnFromException()),
        new(ExitReason.Deret, Privileged, traps => traps.ReturnFromDebug()),
        new(ExitReason.Wait, Cop0, traps => traps.Wait()),
        new(ExitReason.Cache, Patchable, traps => traps.OperateOnCache()),
        new(ExitReason.Synci, None, traps => traps.Look()),
        new(ExitReason.Rdhwr, Sensitive, traps => traps.ReadHardwareRegister()),
        new(ExitReason.Hypcall, Privileged, traps => traps.Hypercall()),
        new(ExitReason.Tlbinv, Privileged, traps => traps.TlbInvalidate(all: false)),
        new(ExitReason.Tlbinvf, Privileged, traps => traps.TlbInvalidate(all: true)),
        new(ExitReason.Mfgc0, Privileged, traps => traps.OfRoot(root => root.MoveFrom())),
        new(ExitReason.Mtgc0, Privileged, traps => traps.OfRoot(root => root.MoveTo())),
        new(ExitReason.Tlbgr, Privileged, traps => traps.OfRoot(root => root.TlbRead())),
        new(ExitReason.Tlbgwi, Privileged, traps => traps.OfRoot(root => root.TlbWrite(random: false))),
        new(ExitReason.Tlbgwr, Privileged, traps => traps.OfRoot(root => root.TlbWrite(random: true))),
        new(ExitReason.Tlbgp, Privileged, traps => traps.OfRoot(root => root.TlbProbe())),
        new(ExitReason.Tlbginv, Privileged, traps => traps.OfRoot(root => root.TlbInvalidate(all: false))),
        new(ExitReason.Tlbginvf, Privileged, traps => traps.OfRoot(root => root.TlbInvalidate(all: true))),
    ];

    private static readonly Trap?[] s_byReason =
        [.. Enum.GetValues<ExitReason>().Select(reason => s_traps.SingleOrDefault(trap => trap.Reason == reason))];

    /// <summary>The row of a reason.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Trap Of(ExitReason reason) => s_byReason[(int)reason] ?? throw Missing(reason);

    private static InvalidOperationException Missing(ExitReason reason) => new($"no handler for {reason}");
}

namespace Dbt.Hypervisor;

/// <summary>Why a machine stopped.</summary>
public enum StopReason
{
    /// <summary>The guest switched the power off.</summary>
    PoweredOff,

    /// <summary>The guest reset the machine.</summary>
    Reset,

    /// <summary>The instruction limit was reached.</summary>
    InstructionLimit,

    /// <summary>The user stopped it.</summary>
    Stopped,

    /// <summary>
    /// The guest waits for its next event: only <see cref="VirtualMachine.RunUntilWaiting"/> stops for that.
    /// </summary>
    Waiting,

    /// <summary>The guest waits for an interrupt that can never come.</summary>
    Halted,
}

/// <summary>How a run ended.</summary>
/// <param name="Reason">Why it stopped.</param>
/// <param name="Pc">The guest's program counter, sign-extended.</param>
/// <param name="Instructions">Instructions retired since power-on.</param>
/// <param name="GuestNanoseconds">The machine's time since power-on.</param>
/// <param name="Explanation">One line for a person: what the guest was doing at that PC.</param>
public sealed record RunResult(
    StopReason Reason, ulong Pc, long Instructions, long GuestNanoseconds, string Explanation);

using System.Runtime.CompilerServices;

namespace Dbt.Hypervisor.Privileged;

/// <summary>How the guest's processor runs: what it may touch and how addresses translate.</summary>
public enum OperatingMode
{
    /// <summary>Everything allowed; kuseg mapped.</summary>
    Kernel,

    /// <summary>useg and sseg only.</summary>
    Supervisor,

    /// <summary>useg only.</summary>
    User,

    /// <summary>Kernel at error level: kuseg is unmapped and uncached.</summary>
    Error,
}

/// <summary>The decision between direct execution and kernel mode.</summary>
public static class OperatingModes
{
    /// <summary>Debug.DM: in debug mode.</summary>
    public const uint DebugMode = 1u << 30;

    /// <summary>Whether everything is allowed in a mode.</summary>
    public static bool IsPrivileged(this OperatingMode mode) => mode is OperatingMode.Kernel or OperatingMode.Error;

    /// <summary>The mode that Status and Debug put the processor in (MD00090, "Modes of operation").</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OperatingMode Of(uint status, uint debug)
    {
        if ((status & StatusBits.Erl) != 0)
            return OperatingMode.Error;
        if ((status & StatusBits.Exl) != 0 || (debug & DebugMode) != 0)
            return OperatingMode.Kernel;
        return (status >> StatusBits.KsuShift & 3) switch
        {
            1 => OperatingMode.Supervisor,
            2 => OperatingMode.User,
            _ => OperatingMode.Kernel,
        };
    }
}

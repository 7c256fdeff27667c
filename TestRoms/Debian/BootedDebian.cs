using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Machines;
using Dbt.TestRoms.State;
using Dbt.Tool.Guests;

namespace Dbt.TestRoms.Debian;

/// <summary>One boot by translated code and one by all means in turn, which several tests look at.</summary>
public sealed class BootedDebian
{
    // While memory is sized up, among the drivers, and in user space each has a turn.
    private static readonly Engine[] s_engines =
    [
        Engine.Interp, Engine.Threaded, Engine.Dbt, Engine.Interp, Engine.Threaded, Engine.Dbt, Engine.Threaded, Engine.Interp, Engine.Threaded,
    ];

    private static readonly long[] s_points =
        [150_000_000, 400_000_000, 1_200_000_000, 1_300_000_000, 1_500_000_000, 2_500_000_000, 2_600_000_000, 2_650_000_000];

    private readonly Lazy<SavedRun> _whole = new(() => SavedRun.Of(Machine, [Engine.Dbt], []));
    private readonly Lazy<SavedRun> _handed = new(() => SavedRun.Of(Machine, s_engines, s_points));

    /// <summary>The boot under the translator.</summary>
    internal GuestRun Translated => _whole.Value.Run;

    /// <summary>The same, with all that it held at the end.</summary>
    internal SavedRun Whole => _whole.Value;

    /// <summary>A boot that was saved on its way, and handed from engine to engine.</summary>
    internal SavedRun Handed => _handed.Value;

    /// <summary>The boot under the translator with another patch policy.</summary>
    internal static GuestRun Patched(PatchPolicy patch, bool inMemory = false) => DebianGuest.Run(Guest, Engine.Dbt, patch: patch, inMemory: inMemory);

    private static Guest Guest => DebianGuest.With("uname -a; cat /proc/cpuinfo; cat /proc/interrupts; exit 3");

    /// <summary>The machine, as it is unless it is told otherwise.</summary>
    internal static MachineConfiguration Machine => DebianGuest.Machine(Guest);
}

using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;

namespace Dbt.TestRoms.Debian;

/// <summary>One boot under each engine, which several tests look at.</summary>
public sealed class BootedDebian
{
    private readonly Lazy<GuestRun> _translated = Boot(Engine.Dbt), _interpreted = Boot(Engine.Interp);

    /// <summary>The boot under the translator.</summary>
    internal GuestRun Translated => _translated.Value;

    /// <summary>The boot under the interpreter.</summary>
    internal GuestRun Interpreted => _interpreted.Value;

    /// <summary>The boot under the translator with another patch policy.</summary>
    internal static GuestRun Patched(PatchPolicy patch, bool inMemory = false) => DebianGuest.Run(Guest, Engine.Dbt, patch: patch, inMemory: inMemory);

    private static Guest Guest => DebianGuest.With("uname -a; cat /proc/cpuinfo; cat /proc/interrupts; exit 3");

    private static Lazy<GuestRun> Boot(Engine engine) => new(() => DebianGuest.Run(Guest, engine));
}

using Dbt.Hypervisor;
using Dbt.TestRoms.Machines;

namespace Dbt.TestRoms.Debian;

/// <summary>One boot under each engine, which several tests look at.</summary>
public sealed class BootedDebian
{
    private readonly Lazy<GuestRun> _translated = Boot(Engine.Dbt), _interpreted = Boot(Engine.Interp);

    /// <summary>The boot under the translator.</summary>
    internal GuestRun Translated => _translated.Value;

    /// <summary>The boot under the interpreter.</summary>
    internal GuestRun Interpreted => _interpreted.Value;

    private static Lazy<GuestRun> Boot(Engine engine) =>
        new(() => DebianGuest.Run(DebianGuest.With("uname -a; cat /proc/cpuinfo; cat /proc/interrupts; exit 3"), engine));
}

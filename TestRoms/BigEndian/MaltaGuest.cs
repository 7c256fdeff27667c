using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Debian;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Source;
using Xunit;

namespace Dbt.TestRoms.BigEndian;

/// <summary>Linux for a big-endian Malta, where it has been built: <c>dbt guests fetch malta-be</c>.</summary>
internal static class MaltaGuest
{
    private const long Limit = 2_000_000_000;

    /// <summary>The kernel with an initramfs that runs a command; skips the test where it has not been built.</summary>
    public static Guest With(string command)
    {
        var cache = FetchedGuests.Cache;
        MaltaSystem system = new();
        Skip.IfNot(system.IsIn(cache), "malta-be is not built: 'dbt guests fetch malta-be' does it");
        return system.Load(cache, new SilentFetch(), new UserSpace { Command = command });
    }

    /// <summary>The machine that runs a command in it.</summary>
    public static MachineConfiguration Machine(string command, Engine engine = Engine.Dbt, PatchPolicy patch = PatchPolicy.Full) =>
        DebianGuest.Machine(With(command)) with { Engine = engine, Patch = patch, InstructionLimit = Limit };
}

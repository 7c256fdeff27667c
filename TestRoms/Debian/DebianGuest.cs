using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>Debian's kernel and a command for it, on our machine and on the reference emulator's. What is not there is fetched.</summary>
internal static class DebianGuest
{
    /// <summary>Well above what a boot and a test's commands take.</summary>
    private const long Limit = 30_000_000_000;

    /// <summary>The kernel with an initramfs that runs a command; skips the test where Debian's packages cannot be had.</summary>
    public static Guest With(string command, params string[] packages) => Load(command, packages);

    /// <summary>The same with files of the host's.</summary>
    public static Guest WithFiles(string command, params AddedFile[] files) => Load(command, [], AddedFile.Pack(files));

    /// <summary>The kernel with a shell on its console.</summary>
    public static Guest WithShell() => Load(null, []);

    private static Guest Load(string? command, string[] packages, byte[]? files = null)
    {
        try
        {
            return new DebianSystem().Load(FetchedGuests.Cache, new SilentFetch(), new UserSpace { Command = command, Packages = packages, Files = files });
        }
        catch (GuestSetupException failure)
        {
            throw new SkipException(failure.Message);
        }
    }

    /// <summary>Runs it to its end.</summary>
    public static GuestRun Run(Guest guest, Engine engine = Engine.Dbt, string append = "", PatchPolicy patch = PatchPolicy.Full, bool inMemory = false) =>
        GuestRun.Of(Machine(guest, append) with { Engine = engine, Patch = patch, PatchInMemory = inMemory });

    /// <summary>The machine for it.</summary>
    public static MachineConfiguration Machine(Guest guest, string append = "") => new()
    {
        Kernel = guest.Kernel,
        KernelName = guest.KernelName,
        Initrd = guest.Initrd,
        CommandLine = $"{guest.CommandLine} {append}".TrimEnd(),
        InstructionLimit = Limit,
    };
}

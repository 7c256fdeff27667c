using Dbt.Runtime;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Guests.Kvm;

namespace Dbt.Tool.Guests;

/// <summary>From what the user typed to a guest that can be run.</summary>
internal sealed class GuestCatalog(GuestCache cache, IFetchProgress progress)
{
    /// <summary>The name of the guest that comes from Debian.</summary>
    public const string Debian = "debian";

    /// <summary>The name of the guest that is built for KVM's trap-and-emulate.</summary>
    public const string KvmGuest = "kvm-guest";

    private const string LinuxCommandLine = "console=ttyS0 panic=-1";

    /// <summary>Loads an embedded ROM or an ELF file; a name without a slash means a ROM first.</summary>
    public static Guest Load(string name)
    {
        if (EmbeddedRoms.Load(name) is { } rom)
            return rom;
        if (!File.Exists(name) && !Directory.Exists(name))
            throw new GuestSetupException($"no guest '{name}': it is neither in the list of 'dbt guests' nor a file");
        return FromFile(name);
    }

    /// <summary>A kernel from a file.</summary>
    public static Guest FromFile(string path) =>
        new() { KernelName = Path.GetFileName(path), Kernel = GuestFile.Read(path, "kernel"), CommandLine = LinuxCommandLine };

    /// <summary>A kernel built for KVM's trap-and-emulate with busybox, and a command in place of the shell.</summary>
    public Guest LoadKvmGuest(string? command) => new()
    {
        Kernel = KvmGuestKernel.Load(cache, progress),
        KernelName = KvmGuestKernel.Name,
        Initrd = KvmGuestInitramfs.Build(DebianFiles.Load(cache, progress).Busybox, command),
        CommandLine = LinuxCommandLine,
        ReadyMark = DebianInitramfs.ReadyMark,
    };

    /// <summary>Debian's kernel with busybox and packages, the archive of files added by the user, and a command in place of the shell.</summary>
    public Guest LoadDebian(IReadOnlyList<string> packages, byte[]? added, string? command, string? terminal)
    {
        DebianFiles files = DebianFiles.Load(cache, progress);
        IReadOnlyList<byte[]> archives = packages.Count == 0 ? [] : new PackageSets(cache, progress).Load(packages);
        if (added is not null)
            archives = [.. archives, added];
        return new Guest
        {
            KernelName = files.KernelName,
            Kernel = files.Kernel,
            Initrd = DebianInitramfs.Build(files.Busybox, archives, command, terminal),
            CommandLine = LinuxCommandLine,
            ReadyMark = DebianInitramfs.ReadyMark,
        };
    }
}

using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Guests.Kvm;
using Dbt.Tool.Guests.Source;

namespace Dbt.Tool.Guests;

/// <summary>From what the user typed to a guest that can be run.</summary>
internal static class GuestCatalog
{
    /// <summary>The guests with a user space of their own.</summary>
    public static IReadOnlyList<GuestSystem> Systems { get; } =
        [new DebianSystem(), KvmSystem.Little, new MaltaSystem(), KvmSystem.Big, new KvmHostSystem()];

    /// <summary>The guest with a user space of that name; null when it is something else.</summary>
    public static GuestSystem? FindSystem(string? name) => Systems.FirstOrDefault(system => system.Name == name);

    /// <summary>Those that take an option about their user space; all of them for none.</summary>
    public static string NamesOf(string? option = null) =>
        string.Join(
            ", ", Systems.Where(system => option is null || system.Options.Contains(option))
                .Select(system => system.Name));

    /// <summary>Loads an embedded ROM or an ELF file; a name without a slash means a ROM first.</summary>
    public static Guest Load(string name)
    {
        if (EmbeddedRoms.Load(name) is { } rom)
            return rom;
        if (!File.Exists(name) && !Directory.Exists(name))
            throw new GuestSetupException($"no guest '{name}': it is neither in the list of 'dbt guests' nor a file");
        return FromFile(name);
    }

    /// <summary>A program for the board's flash from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="order">The byte order of the processor; null for that of the program.</param>
    public static Guest FromFirmware(string path, ByteOrder? order)
    {
        string name = Path.GetFileName(path);
        return new()
        {
            KernelName = name,
            Kernel = FirmwareImage.AsElf(GuestFile.Read(path, "firmware"), name, order),
            StartsInFlash = true,
        };
    }

    /// <summary>What a file has that lies behind the board's flash.</summary>
    /// <param name="path">The file.</param>
    /// <param name="order">The byte order of the processor; null for that of the program in it.</param>
    public static Guest FromFlash(string path, ByteOrder? order)
    {
        string name = Path.GetFileName(path);
        return new()
        {
            KernelName = name,
            Kernel = FirmwareImage.InFlash(GuestFile.Read(path, "flash"), name, order),
            StartsInFlash = true,
        };
    }

    /// <summary>A kernel from a file.</summary>
    public static Guest FromFile(string path) =>
        new()
        {
            KernelName = Path.GetFileName(path),
            Kernel = GuestFile.Read(path, "kernel", GuestFile.MostOfKernel),
            CommandLine = Guest.LinuxCommandLine,
        };
}

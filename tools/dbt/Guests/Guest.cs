using Dbt.Hypervisor.Privileged;

namespace Dbt.Tool.Guests;

/// <summary>Something that can be run: a kernel and what it boots with.</summary>
internal sealed record Guest
{
    /// <summary>The kernel command line of Linux.</summary>
    public const string LinuxCommandLine = "console=ttyS0 panic=-1";

    /// <summary>
    /// What of a Malta's memory, in bytes, a Linux uses that was built without high memory, as those of dbt are.
    /// </summary>
    public const ulong LowMemory = 256UL << 20;

    /// <summary>What messages, and the boot loader, call the kernel.</summary>
    public required string KernelName { get; init; }

    /// <summary>The kernel's ELF image.</summary>
    public required ReadOnlyMemory<byte> Kernel { get; init; }

    /// <summary>Whether the kernel is a program for the board's flash, and starts there.</summary>
    public bool StartsInFlash { get; init; }

    /// <summary>The initial ramdisk, empty for none.</summary>
    public ReadOnlyMemory<byte> Initrd { get; init; }

    /// <summary>The processor it is for; null for whichever its kernel was built for.</summary>
    public ProcessorModel? Processor { get; init; }

    /// <summary>The kernel command line, before what the user adds.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>
    /// How much of a machine's memory its kernel uses at most, in bytes; null where that is not known.
    /// </summary>
    public ulong? MostMemory { get; init; }

    /// <summary>The room for the files of its ramdisk; null where that is not known.</summary>
    public RamdiskRoom? Room { get; init; }

    /// <summary>
    /// A kernel command line and what the user adds, who comes last, since later words win. What the user names, as
    /// <c>console=</c>, is the user's alone: a kernel takes every console that is named.
    /// </summary>
    public static string Words(string usual, string added)
    {
        HashSet<string> named = [.. Split(added).Select(NameOf)];
        return string.Join(' ', [.. Split(usual).Where(word => !named.Contains(NameOf(word))), added.Trim()]).Trim();
    }

    private static string[] Split(string words) =>
        words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string NameOf(string word) => word.Split('=', 2)[0];

    /// <summary>What the console prints when the guest listens to it; null when it listens from the start.</summary>
    public string? ReadyMark { get; init; }
}

using System.Reflection;

namespace Dbt.Tool.Guests;

/// <summary>The guest programs that are part of <c>dbt</c> itself: no file, no network.</summary>
internal static class EmbeddedRoms
{
    /// <summary>The one to run when nothing else is at hand.</summary>
    public const string TeachingKernel = "kernel";

    /// <summary>Behind a name: the same, big-endian.</summary>
    public const string BigEndian = "-be";

    private const string Prefix = "rom/", BigEndianPrefix = "rom-be/";
    private static readonly Assembly _home = typeof(EmbeddedRoms).Assembly;

    /// <summary>
    /// Their names, in alphabetical order; each is there with <see cref="BigEndian"/> behind it as well.
    /// </summary>
    public static IReadOnlyList<string> Names =>
        [.. _home.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..]).Order(StringComparer.Ordinal)];

    /// <summary>What one is, in a few words.</summary>
    public static string Describe(string name) => name == TeachingKernel
        ? "a small teaching kernel: MMU, timer, preemptive processes, console"
        : "a small test program";

    /// <summary>The size of its ELF image.</summary>
    public static long SizeOf(string name)
    {
        using Stream rom = _home.GetManifestResourceStream(Prefix + name)!;
        return rom.Length;
    }

    /// <summary>Loads one; null when there is none of that name.</summary>
    public static Guest? Load(string name) =>
        EmbeddedFile.Find(_home, ResourceOf(name)) is { } image
            ? new Guest { KernelName = name, Kernel = image }
            : null;

    private static string ResourceOf(string name) =>
        name.EndsWith(BigEndian, StringComparison.Ordinal)
            ? BigEndianPrefix + name[..^BigEndian.Length]
            : Prefix + name;
}

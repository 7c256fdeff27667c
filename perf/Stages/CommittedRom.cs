using Dbt.Perf.Guests;

namespace Dbt.Perf.Stages;

/// <summary>The guests that the stages work on.</summary>
internal static class CommittedRom
{
    /// <summary>A committed ROM's ELF image.</summary>
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Repository.Roms, "bin", name + ".elf"));
}

using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Dbt.TestRoms;

/// <summary>The committed guest programs are what their sources say.</summary>
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class RomSourceTests
{
    private static readonly string[] Architectures = ["mipsel", "mips"];

    /// <summary>Debian 12's; another compiler makes other, equally good, bytes.</summary>
    private const string CompilerVersion = "12.2.0";

    private static readonly string Roms = Path.Combine(Repository.Root, "TestRoms", "roms");

    [SkippableFact]
    public void Building_the_sources_again_gives_the_committed_files_byte_for_byte()
    {
        foreach (string architecture in Architectures)
        {
            string? version = Run($"{architecture}-linux-gnu-gcc", "-dumpfullversion")?.Trim();
            Skip.If(version is null, $"needs the compiler gcc-{architecture}-linux-gnu");
            Skip.If(version != CompilerVersion, $"needs gcc-{architecture}-linux-gnu {CompilerVersion}, found {version}");
        }

        DirectoryInfo built = Directory.CreateTempSubdirectory("dbt-roms");
        try
        {
            Run("sh", Path.Combine(Roms, "build.sh"), built.FullName);
            string committed = Path.Combine(Roms, "bin");
            Assert.Equal(Names(committed), Names(built.FullName));
            Assert.All(Names(committed), name => Assert.True(
                Same(Path.Combine(committed, name), Path.Combine(built.FullName, name)),
                $"{name} differs from its sources: run TestRoms/roms/build.sh and commit"));
        }
        finally
        {
            built.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_rom_travels_inside_the_tool()
    {
        string[] embedded = System.Reflection.Assembly.Load("dbt").GetManifestResourceNames();
        string[] names = [.. Names(Path.Combine(Roms, "bin"), SearchOption.TopDirectoryOnly).Select(name => Path.GetFileNameWithoutExtension(name)!)];
        Assert.All(names, name => Assert.Contains("rom/" + name, embedded));
        Assert.All(names, name => Assert.Contains("rom-be/" + name, embedded));
    }

    private static bool Same(string file, string other) => File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(other));

    private static string[] Names(string directory, SearchOption depth = SearchOption.AllDirectories) =>
        [.. Directory.GetFiles(directory, "*.elf", depth).Select(file => Path.GetRelativePath(directory, file)).Order(StringComparer.Ordinal)];

    /// <summary>What the program printed, or null if there is no such program.</summary>
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{program} failed: {errors.Result}");
            return output;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}

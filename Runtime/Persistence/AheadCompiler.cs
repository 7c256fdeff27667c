using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;

namespace Dbt.Runtime.Persistence;

/// <summary>
/// Compiles saved regions ahead of time: the translator's IL as an assembly, and that with crossgen2 to an image.
/// </summary>
public static class AheadCompiler
{
    /// <summary>crossgen2 as NuGet keeps it for this very runtime; null if it is not there.</summary>
    public static string? Crossgen
    {
        get
        {
            string? packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES");
            if (string.IsNullOrEmpty(packages))
            {
                string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
                if (home.Length == 0)
                    return null;
                packages = Path.Combine(home, ".nuget", "packages");
            }
            bool isMusl = RuntimeInformation.RuntimeIdentifier.StartsWith("linux-musl", StringComparison.Ordinal);
            string linux = isMusl ? "linux-musl" : "linux";
            string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : linux;
            string architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
            string path = Path.Combine(
                packages, $"microsoft.netcore.app.crossgen2.{system}-{architecture}", Environment.Version.ToString(3),
                "tools", OperatingSystem.IsWindows() ? "crossgen2.exe" : "crossgen2");
            return File.Exists(path) ? path : null;
        }
    }

    /// <summary>Writes the image of some regions.</summary>
    /// <param name="crossgen">Path of crossgen2.</param>
    /// <param name="regions">The regions.</param>
    /// <param name="image">Where to write it.</param>
    /// <returns>The regions with their numbers of links; null if crossgen2 would not.</returns>
    public static IReadOnlyList<SavedRegion>? Compile(string crossgen, IReadOnlyList<SavedRegion> regions, string image)
    {
        string plain = Path.ChangeExtension(image, null) + "-il.dll";
        IReadOnlyList<SavedRegion> linked;
        using (FileStream file = File.Create(plain))
            linked = Emit(regions, Path.GetFileNameWithoutExtension(image), file);
        var start = new ProcessStartInfo(
            crossgen, [plain, "-o", image, "-r", Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll"), "-O"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (ArchiveKey.InstructionSet.Length > 0)
            start.ArgumentList.Add("--instruction-set:" + ArchiveKey.InstructionSet);
        using (Process process = Process.Start(start)!)
        {
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            File.Delete(plain);
            return process.ExitCode == 0 ? linked : null;
        }
    }

    private static List<SavedRegion> Emit(IReadOnlyList<SavedRegion> regions, string name, Stream output)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        TypeBuilder type = assembly.DefineDynamicModule(name)
            .DefineType("Fragments", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        StateLayout layout = GuestLayout.Create();
        var linked = new List<SavedRegion>();
        foreach (SavedRegion region in regions)
        {
            MethodBuilder method = type.DefineMethod(
                $"guest_{region.Region.Entry:x8}_{linked.Count}", MethodAttributes.Public | MethodAttributes.Static,
                typeof(nint), [typeof(nint), typeof(nint)]);
            method.InitLocals = false;
            RegionLinks links =
                RegionCompiler.Compile(region.Region, method.GetILGenerator(), layout, region.Context);
            linked.Add(region with { LinkCount = links.Count });
        }
        type.CreateType();
        assembly.Save(output);
        return linked;
    }
}

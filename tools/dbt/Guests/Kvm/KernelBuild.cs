using Dbt.Runtime;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Kvm;

/// <summary>Builds a kernel for KVM's trap-and-emulate from Debian's source package, with Debian's cross compiler.</summary>
internal static class KernelBuild
{
    /// <summary>The package with the source.</summary>
    public const string SourcePackage = "linux-source-5.10";

    /// <summary>The last Debian release that has it.</summary>
    public const string Suite = "bullseye";

    // What make says, one line a file: how many lines this configuration comes to.
    private const double Lines = 1000;

    private static readonly (string Program, string Package)[] s_tools =
    [
        ("make", "make"), ("gcc", "gcc"), ("flex", "flex"), ("bison", "bison"), ("bc", "bc"), ("xz", "xz-utils"), ("tar", "tar"),
        ("mipsel-linux-gnu-gcc", "gcc-mipsel-linux-gnu"),
    ];

    // Who built it, when, and how often, is part of a kernel: the same source gives the same bytes.
    private static readonly string[] s_identity =
        ["KBUILD_BUILD_TIMESTAMP=2021-01-01", "KBUILD_BUILD_USER=dbt", "KBUILD_BUILD_HOST=dbt", "KBUILD_BUILD_VERSION=1"];

    /// <summary>Says in one line which packages are missing to build a kernel, if any are.</summary>
    public static void CheckTools() => CheckTools((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator));

    /// <summary>The same, for programs in these folders.</summary>
    public static void CheckTools(IReadOnlyCollection<string> path)
    {
        string[] missing = [.. s_tools.Where(tool => !path.Any(folder => File.Exists(Path.Combine(folder, tool.Program)))).Select(tool => tool.Package)];
        if (missing.Length > 0)
            throw new GuestSetupException($"kvm-guest's kernel is built here, which needs what this machine does not have: apt-get install {string.Join(' ', missing)}");
    }

    /// <summary>Unpacks a source package into a folder and builds it there.</summary>
    /// <returns>The kernel.</returns>
    public static byte[] Run(string package, string folder, IFetchProgress progress)
    {
        string source = Path.Combine(folder, SourcePackage);
        progress.Step("unpacking Linux", _ =>
        {
            Must("dpkg-deb", ["-x", package, Path.Combine(folder, "package")], folder);
            Must("tar", ["-xf", Path.Combine(folder, "package", "usr", "src", SourcePackage + ".tar.xz"), "-C", folder], folder);
        });
        progress.Step("building Linux, about 4 minutes of processor time", report =>
        {
            string fragment = Path.Combine(folder, "kernel.config");
            File.WriteAllBytes(fragment, EmbeddedFile.Find(typeof(KernelBuild).Assembly, "kvm/kernel.config")!);
            string[] common = ["ARCH=mips", "CROSS_COMPILE=mipsel-linux-gnu-", .. s_identity];
            Must("make", [.. common, $"KCONFIG_ALLCONFIG={fragment}", "allnoconfig"], source);
            int lines = 0;
            Must("make", [.. common, $"-j{Environment.ProcessorCount}", "vmlinux"], source, _ => report(Math.Min(99, 100 * ++lines / Lines)));
        });
        return File.ReadAllBytes(Path.Combine(source, "vmlinux"));
    }

    private static void Must(string program, IEnumerable<string> arguments, string folder, Action<string>? line = null)
    {
        DebianTool.Outcome outcome = DebianTool.Run(program, arguments, folder, line);
        if (outcome.Status == 0)
            return;
        string why = outcome.Errors.FirstOrDefault(said => said.Contains("rror", StringComparison.Ordinal)) ?? $"status {outcome.Status}";
        if (why.Contains("No space left", StringComparison.Ordinal))
            throw new IOException("No space left on device");
        throw new GuestSetupException($"building kvm-guest's kernel failed in {program}: {why.Trim()}");
    }
}

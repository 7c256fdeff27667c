using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Source;

/// <summary>Builds a kernel from Debian's source package, with Debian's cross compiler.</summary>
internal sealed class KernelBuild(KernelRecipe recipe)
    : SourceBuild(recipe.Name, $"vmlinux-{recipe.Version}-{recipe.Name}")
{
    // Who built it, when, and how often, is part of a kernel: the same source gives the same bytes.
    private static readonly string[] s_identity =
        ["KBUILD_BUILD_TIMESTAMP=2021-01-01", "KBUILD_BUILD_USER=dbt", "KBUILD_BUILD_HOST=dbt",
            "KBUILD_BUILD_VERSION=1"];

    private readonly CrossCompiler _compiler = CrossCompiler.For(recipe.Order);

    private string[] Switches => ["ARCH=mips", $"CROSS_COMPILE={_compiler.Prefix}", .. s_identity];

    /// <inheritdoc/>
    public override AptSuite Suite => recipe.Suite;

    /// <inheritdoc/>
    public override string Recipe =>
        $"{recipe.Package} of {Suite.Name}\n{string.Join('\n', Switches)}\n{recipe.Switches()}";

    /// <inheritdoc/>
    protected override IEnumerable<(string Program, string Package)> Tools =>
    [
        ("make", "make"), ("gcc", "gcc"), ("flex", "flex"), ("bison", "bison"), ("bc", "bc"), ("xz", "xz-utils"),
        ("tar", "tar"), _compiler.Tool,
    ];

    /// <inheritdoc/>
    protected override byte[] Run(Apt apt, string folder, IFetchProgress progress)
    {
        string source = Path.Combine(folder, recipe.Package);
        if (!Directory.Exists(source))
            Fetch(apt, folder, progress);
        // Within the source, so that no path of this machine gets into the kernel.
        string output = Directory.CreateDirectory(Path.Combine(source, Name)).FullName;
        progress.Step($"building {Name}, about 4 minutes of processor time", report =>
        {
            string configuration = Path.Combine(output, "switches");
            File.WriteAllText(configuration, recipe.Switches());
            string[] common = [.. Switches, $"O={output}"];
            Must("make", [.. common, $"KCONFIG_ALLCONFIG={configuration}", "allnoconfig"], source, progress.Stop);
            int lines = 0;
            string[] everything = [.. common, $"-j{Environment.ProcessorCount}", "vmlinux"];
            Must("make", everything, source, progress.Stop, _ => report(Math.Min(99, 100.0 * ++lines / recipe.Lines)));
        });
        return File.ReadAllBytes(Path.Combine(output, "vmlinux"));
    }

    private void Fetch(Apt apt, string folder, IFetchProgress progress)
    {
        apt.Download([recipe.Package], folder, $"{recipe.Package} ({recipe.Megabytes} MB)", progress);
        progress.Step("unpacking Linux", _ =>
        {
            string package = Directory.GetFiles(folder, recipe.Package + "_*.deb").Single();
            Must("dpkg-deb", ["-x", package, Path.Combine(folder, "package")], folder, progress.Stop);
            string archive = Path.Combine(folder, "package", "usr", "src", recipe.Package + ".tar.xz");
            Must("tar", ["-xf", archive, "-C", folder], folder, progress.Stop);
        });
    }
}

using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Source;

/// <summary>Builds a kernel from Debian's source package, with Debian's cross compiler.</summary>
internal sealed class KernelBuild(KernelRecipe recipe)
    : SourceBuild(recipe.Guest, $"vmlinux-{recipe.Version}-{recipe.Guest}")
{
    // Who built it, when, and how often, is part of a kernel: the same source gives the same bytes.
    private static readonly string[] s_identity =
        ["KBUILD_BUILD_TIMESTAMP=2021-01-01", "KBUILD_BUILD_USER=dbt", "KBUILD_BUILD_HOST=dbt",
            "KBUILD_BUILD_VERSION=1"];

    private readonly CrossCompiler _compiler = CrossCompiler.For(recipe.Order);

    /// <inheritdoc/>
    public override AptSuite Suite => recipe.Suite;

    /// <inheritdoc/>
    protected override IEnumerable<(string Program, string Package)> Tools =>
    [
        ("make", "make"), ("gcc", "gcc"), ("flex", "flex"), ("bison", "bison"), ("bc", "bc"), ("xz", "xz-utils"),
        ("tar", "tar"), _compiler.Tool,
    ];

    /// <inheritdoc/>
    protected override byte[] Run(Apt apt, string folder, IFetchProgress progress)
    {
        apt.Download([recipe.Package], folder, $"{recipe.Package} ({recipe.Megabytes} MB)", progress);
        string source = Path.Combine(folder, recipe.Package);
        progress.Step("unpacking Linux", _ =>
        {
            string package = Directory.GetFiles(folder, recipe.Package + "_*.deb").Single();
            Must("dpkg-deb", ["-x", package, Path.Combine(folder, "package")], folder, progress.Stop);
            string archive = Path.Combine(folder, "package", "usr", "src", recipe.Package + ".tar.xz");
            Must("tar", ["-xf", archive, "-C", folder], folder, progress.Stop);
        });
        progress.Step("building Linux, about 4 minutes of processor time", report =>
        {
            string switches = Path.Combine(folder, "switches");
            File.WriteAllText(switches, recipe.Switches());
            string[] common = ["ARCH=mips", $"CROSS_COMPILE={_compiler.Prefix}", .. s_identity];
            Must("make", [.. common, $"KCONFIG_ALLCONFIG={switches}", "allnoconfig"], source, progress.Stop);
            int lines = 0;
            string[] everything = [.. common, $"-j{Environment.ProcessorCount}", "vmlinux"];
            Must("make", everything, source, progress.Stop, _ => report(Math.Min(99, 100.0 * ++lines / recipe.Lines)));
        });
        return File.ReadAllBytes(Path.Combine(source, "vmlinux"));
    }
}

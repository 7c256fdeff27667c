using Dbt.Runtime.Memory;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Source;

/// <summary>
/// Builds busybox from Debian's source package: the static one with all its applets, which Debian has ready for
/// little-endian machines only.
/// </summary>
internal sealed class BusyboxBuild() : SourceBuild("busybox-be", "busybox-be")
{
    // Of Debian's source, as it builds its package busybox-static.
    private const string Configuration = "debian/config/pkg/static";

    // What make says, one line a file.
    private const double Lines = 1030;

    private static readonly CrossCompiler s_compiler = CrossCompiler.For(ByteOrder.Big);

    // It would say when it was built.
    private static readonly string[] s_switches =
        [$"CROSS_COMPILE={s_compiler.Prefix}", "KCONFIG_NOTIMESTAMP=1", "BB_EXTRA_VERSION=Debian", "SKIP_STRIP=y"];

    /// <inheritdoc/>
    public override AptSuite Suite { get; } = new("bookworm", HasSources: true);

    /// <inheritdoc/>
    public override string Recipe => $"busybox of {Suite.Name}, {Configuration}\n{string.Join('\n', s_switches)}\n";

    /// <inheritdoc/>
    protected override IEnumerable<(string Program, string Package)> Tools =>
    [
        ("make", "make"), ("gcc", "gcc"), ("xz", "xz-utils"), ("bzip2", "bzip2"), ("patch", "patch"),
        ("dpkg-source", "dpkg-dev"), s_compiler.Tool, s_compiler.Library,
    ];

    /// <inheritdoc/>
    protected override byte[] Run(Apt apt, string folder, IFetchProgress progress)
    {
        apt.DownloadSource("busybox", folder, progress);
        string source = Path.Combine(folder, "busybox");
        progress.Step("building busybox, about a minute of processor time", report =>
        {
            // apt has compared the files with the signed lists.
            string description = Directory.GetFiles(folder, "busybox_*.dsc").Single();
            Must("dpkg-source", ["--no-check", "-x", description, source], folder, progress.Stop);
            File.Copy(Path.Combine(source, Configuration), Path.Combine(source, ".config"));
            Must("make", [.. s_switches, "silentoldconfig"], source, progress.Stop);
            int lines = 0;
            string[] everything = [.. s_switches, $"-j{Environment.ProcessorCount}", "busybox"];
            Must("make", everything, source, progress.Stop, _ => report(Math.Min(99, 100 * ++lines / Lines)));
            Must($"{s_compiler.Prefix}strip", ["busybox"], source, progress.Stop);
        });
        return File.ReadAllBytes(Path.Combine(source, "busybox"));
    }
}

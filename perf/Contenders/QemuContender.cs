using Dbt.Perf.Comparison;
using Dbt.Perf.Guests;

namespace Dbt.Perf.Contenders;

/// <summary>QEMU's Malta.</summary>
internal sealed class QemuContender : IContender
{
    /// <summary>What results call it.</summary>
    public const string Label = "qemu";

    private const string Program = "qemu-system-mipsel";

    private readonly GuestFiles _guests;

    /// <exception cref="ComparisonException">QEMU is not installed.</exception>
    public QemuContender(GuestFiles guests)
    {
        _guests = guests;
        Version = VersionOf.Program(Program, "--version")
            ?? throw new ComparisonException($"{Program} is not installed: apt install qemu-system-mips (Fedora: qemu-system-mips, Homebrew: qemu)");
    }

    /// <summary>The first line of what it says about itself.</summary>
    public string Version { get; }

    /// <inheritdoc/>
    public string Name => Label;

    /// <inheritdoc/>
    public Invocation Prepare(Benchmark benchmark) => new(Program,
    [
        "-M", "malta", "-cpu", "24Kf", "-m", "256", "-display", "none", "-vga", "none", "-net", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot",
        "-kernel", _guests.Kernel(benchmark), .. _guests.Initrd(benchmark) is { } initrd ? (string[])["-initrd", initrd] : [], "-append", benchmark.CommandLine,
    ]);
}

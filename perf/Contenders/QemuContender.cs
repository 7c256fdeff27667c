using Dbt.Perf.Guests;
using Dbt.Tool.Comparison;

namespace Dbt.Perf.Contenders;

/// <summary>QEMU's Malta.</summary>
internal sealed class QemuContender : IContender
{
    /// <summary>What results call it.</summary>
    public const string Label = "qemu";

    private const ulong MemoryBytes = 256 << 20;

    private readonly GuestFiles _guests;

    /// <exception cref="ComparisonException">QEMU is not installed.</exception>
    public QemuContender(GuestFiles guests)
    {
        _guests = guests;
        Version = Qemu.Version ?? throw new ComparisonException(Qemu.Missing);
    }

    /// <summary>The first line of what it says about itself.</summary>
    public string Version { get; }

    /// <inheritdoc/>
    public string Name => Label;

    /// <inheritdoc/>
    public Invocation Prepare(Benchmark benchmark) =>
        Qemu.Boot(
        _guests.OrderOf(benchmark), _guests.Kernel(benchmark), _guests.Initrd(benchmark), benchmark.CommandLine,
        MemoryBytes, ["stdio", "null", "null"]);
}

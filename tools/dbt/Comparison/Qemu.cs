using System.Globalization;
using Dbt.Runtime.Memory;

namespace Dbt.Tool.Comparison;

/// <summary>QEMU's Malta with a 24Kf, as like ours as its options allow.</summary>
internal static class Qemu
{
    /// <summary>How to get it.</summary>
    public const string Missing =
        Program + " is not installed: apt install qemu-system-mips (Fedora: qemu-system-mips, Homebrew: qemu)";

    private const string Program = "qemu-system-mipsel", BigEndianProgram = "qemu-system-mips";

    /// <summary>The first line of what it says about itself; null if it is not installed.</summary>
    public static string? Version { get; } = VersionOf.Program(Program, "--version");

    /// <summary>How to boot a kernel.</summary>
    /// <param name="order">The kernel's byte order.</param>
    /// <param name="kernel">The file, whose name the boot monitor tells the kernel.</param>
    /// <param name="initrd">The initial ramdisk; null for none.</param>
    /// <param name="commandLine">The kernel command line.</param>
    /// <param name="memoryBytes">RAM, in whole megabytes.</param>
    /// <param name="serial">Where the serial ports lead, from the first on.</param>
    /// <param name="folder">Where it runs; null for here.</param>
    public static Invocation Boot(
        ByteOrder order, string kernel, string? initrd, string commandLine, ulong memoryBytes,
        IEnumerable<string> serial,
        string? folder = null) => new(order == ByteOrder.Big ? BigEndianProgram : Program,
    [
        "-M", "malta", "-cpu", "24Kf", "-m", (memoryBytes >> 20).ToString(CultureInfo.InvariantCulture),
        "-display", "none", "-vga", "none", "-net", "none", "-monitor", "none", "-no-reboot",
        .. serial.SelectMany(port => (string[])["-serial", port]),
        "-kernel", kernel, .. initrd is not null ? (string[])["-initrd", initrd] : [], "-append", commandLine,
    ], folder);
}

using System.Diagnostics;
using System.Globalization;
using Dbt.Runtime.Memory;
using Dbt.Tool.Comparison;
using Xunit;

namespace Dbt.TestRoms.Conformance;

/// <summary>
/// QEMU's Malta as it is at reset, whose processor stands still: accesses are made in its place, by the protocol of QEMU's own tests
/// (docs/devel/qtest). Skips the test where there is no QEMU.
/// </summary>
internal static class QemuBoard
{
    // Of nothing: it is there only since QEMU wants a program to start.
    private const int FlashBytes = 4 << 20;

    /// <summary>Makes accesses, and returns what each of the reads among them answers.</summary>
    public static uint?[] Ask(ByteOrder order, IReadOnlyList<BoardAccess> accesses)
    {
        Skip.If(Qemu.Version is null, Qemu.Missing);
        string flash = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(flash, new byte[FlashBytes]);
            using Process emulator = Start(order, flash);
            using Task writing = Task.Run(() => Write(emulator, accesses));
            uint?[] answers = [.. accesses.Select(access => Answer(emulator, access))];
            writing.Wait();
            emulator.Kill();
            return answers;
        }
        finally
        {
            File.Delete(flash);
        }
    }

    private static Process Start(ByteOrder order, string flash)
    {
        string[] arguments =
        [
            "-S", "-M", "malta", "-cpu", "24Kf", "-m", "16", "-display", "none", "-vga", "none", "-nic", "user,model=pcnet", "-global", "pcnet.romfile=", "-serial", "null", "-serial", "null",
            "-serial", "null", "-monitor", "none", "-bios", flash, "-qtest", "stdio", "-qtest-log", "none",
        ];
        return Process.Start(new ProcessStartInfo(order == ByteOrder.Big ? "qemu-system-mips" : "qemu-system-mipsel", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    private static void Write(Process emulator, IReadOnlyList<BoardAccess> accesses)
    {
        foreach (BoardAccess access in accesses)
        {
            string width = access.Bytes switch { 1 => "b", 2 => "w", _ => "l" };
            string line = access.Value is { } value
                ? string.Create(CultureInfo.InvariantCulture, $"write{width} 0x{access.Address:x} 0x{value:x}")
                : string.Create(CultureInfo.InvariantCulture, $"read{width} 0x{access.Address:x}");
            emulator.StandardInput.WriteLine(line);
        }
        emulator.StandardInput.Flush();
    }

    // OK, and what was read.
    private static uint? Answer(Process emulator, BoardAccess access)
    {
        string? line = emulator.StandardOutput.ReadLine();
        Assert.True(line?.StartsWith("OK", StringComparison.Ordinal), $"QEMU answers {line ?? "no more"} to {access}");
        return access.Value is null ? (uint)ulong.Parse(line!.AsSpan(5), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : null;
    }
}

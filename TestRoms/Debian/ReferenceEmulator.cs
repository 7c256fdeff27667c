using System.ComponentModel;
using System.Diagnostics;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>QEMU's Malta, running the same guest.</summary>
internal static class ReferenceEmulator
{
    private const string Program = "qemu-system-mipsel";

    /// <summary>Runs a guest to its end and returns what left by each serial port; skips the test where there is no QEMU.</summary>
    public static (string Console, string Output, string Status) Run(Guest guest)
    {
        string folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
        try
        {
            // The boot monitor tells the kernel its file's name.
            File.WriteAllBytes(Path.Combine(folder, guest.KernelName), guest.Kernel.ToArray());
            File.WriteAllBytes(Path.Combine(folder, "initrd"), guest.Initrd.ToArray());
            string console = Path.Combine(folder, "console");
            bool ended = Run(folder,
                $"-M malta -cpu 24Kf -m 256 -net none -vga none -display none -monitor none -no-reboot -kernel {guest.KernelName} -initrd initrd"
                + $" -serial file:console -serial file:output -serial file:status -append \"{guest.CommandLine}\"");
            Assert.True(ended, $"{Program} did not end; its console: {File.ReadAllText(console)}");
            return (File.ReadAllText(console), File.ReadAllText(Path.Combine(folder, "output")), File.ReadAllText(Path.Combine(folder, "status")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Run(string folder, string arguments)
    {
        try
        {
            using Process emulator = Process.Start(new ProcessStartInfo(Program, arguments) { WorkingDirectory = folder })!;
            bool ended = emulator.WaitForExit(TimeSpan.FromMinutes(3));
            if (!ended)
                emulator.Kill();
            return ended;
        }
        catch (Win32Exception)
        {
            throw new SkipException($"{Program} is not installed (Debian: qemu-system-mips)");
        }
    }
}

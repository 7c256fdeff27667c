using System.Diagnostics;
using Dbt.Runtime.Memory;
using Dbt.Tool.Comparison;
using Xunit;

namespace Dbt.TestRoms.Conformance;

/// <summary>The conformance ROM on QEMU's Malta: what it is to do put into memory, what it left taken out; skips the test where there is no QEMU.</summary>
internal static class QemuSystem
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs it, and returns so many words from where it leaves its results.</summary>
    public static uint[] Run(ByteOrder order, byte[] programs, int words)
    {
        Skip.If(Qemu.Version is null, Qemu.Missing);
        string folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "programs"), programs);
            string rom = Path.Combine(Repository.Root, "TestRoms", "roms", "bin", order == ByteOrder.Big ? "be/conformance.elf" : "conformance.elf");
            // Switched off, it stays until its memory has been looked at.
            string[] arguments =
            [
                "-M", "malta", "-cpu", "24Kf", "-m", "64", "-display", "none", "-net", "none", "-vga", "none", "-no-reboot", "-no-shutdown",
                "-serial", "file:console", "-monitor", "stdio", "-kernel", rom, "-device", "loader,file=programs,addr=0x1800000,force-raw=on",
            ];
            using Process emulator = Process.Start(new ProcessStartInfo(order == ByteOrder.Big ? "qemu-system-mips" : "qemu-system-mipsel", arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            emulator.OutputDataReceived += (_, _) => { };
            emulator.BeginOutputReadLine();
            AwaitEnd(Path.Combine(folder, "console"), emulator);
            emulator.StandardInput.WriteLine($"pmemsave 0x2000000 {4 * words} results");
            emulator.StandardInput.WriteLine("quit");
            emulator.StandardInput.Flush();
            Assert.True(emulator.WaitForExit(s_limit), "QEMU did not end");
            byte[] results = File.ReadAllBytes(Path.Combine(folder, "results"));
            return [.. Enumerable.Range(0, words).Select(i => order.Word(results.AsSpan(4 * i)))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AwaitEnd(string console, Process emulator)
    {
        long began = Stopwatch.GetTimestamp();
        while (!File.Exists(console) || !File.ReadAllText(console).Contains("ROM-", StringComparison.Ordinal))
        {
            if (Stopwatch.GetElapsedTime(began) > s_limit)
            {
                emulator.Kill();
                Assert.Fail("the ROM did not come to its end under QEMU");
            }
            // Another process's file: nothing tells of its growing.
            Thread.Sleep(20);
        }
    }
}

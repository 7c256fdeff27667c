using System.Diagnostics;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.Tool.Comparison;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>QEMU's Malta, running the same guest.</summary>
internal static class ReferenceEmulator
{
    private const ulong MemoryBytes = 256 << 20;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    /// <summary>Runs a guest to its end and returns what left by each serial port; skips the test where there is no QEMU.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="limit">How long it may take; null for what a boot and some commands do.</param>
    /// <param name="stop">Ends it early.</param>
    public static (string Console, string Output, string Status) Run(Guest guest, TimeSpan? limit = null, CancellationToken stop = default)
    {
        Skip.If(Qemu.Version is null, Qemu.Missing);
        string folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, guest.KernelName), guest.Kernel.ToArray());
            File.WriteAllBytes(Path.Combine(folder, "initrd"), guest.Initrd.ToArray());
            ByteOrder order = ElfImage.Parse(guest.Kernel, guest.KernelName).ByteOrder;
            string[] ports = ["file:console", "file:output", "file:status"];
            Invocation boot = Qemu.Boot(order, guest.KernelName, "initrd", guest.CommandLine, MemoryBytes, ports, folder);
            bool ended = EndsInTime(boot, limit ?? s_limit, stop);
            stop.ThrowIfCancellationRequested();
            Assert.True(ended, $"{boot} did not end; its console: {Read("console")}");
            return (Read("console"), Read("output"), Read("status"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string Read(string port) => File.ReadAllText(Path.Combine(folder, port));
    }

    private static bool EndsInTime(Invocation boot, TimeSpan limit, CancellationToken stop)
    {
        using Process emulator = Process.Start(new ProcessStartInfo(boot.Program, boot.Arguments) { WorkingDirectory = boot.Folder })!;
        using CancellationTokenRegistration ending = stop.Register(emulator.Kill);
        bool ended = emulator.WaitForExit(limit);
        if (!ended)
            emulator.Kill();
        return ended;
    }
}

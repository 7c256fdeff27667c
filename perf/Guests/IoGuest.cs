using System.Diagnostics;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Storage;
using Dbt.Tool.Comparison;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Perf.Guests;

/// <summary>Debian with a disk and a network card; it says when each transfer is over.</summary>
internal sealed class IoGuest
{
    private const long DiskBytes = 128 << 20;
    private const ulong MemoryBytes = 256 << 20;
    private const string Begins = "begins";

    private readonly IoDevices _devices;
    private readonly string _kernel, _initrd, _disk;

    /// <summary>Makes its files.</summary>
    /// <param name="devices">The devices.</param>
    /// <param name="peer">The other end of its streams.</param>
    /// <param name="folder">Where they are put.</param>
    public IoGuest(IoDevices devices, IoPeer peer, string folder)
    {
        _devices = devices;
        (_kernel, _initrd) = (Path.Combine(folder, "kernel"), Path.Combine(folder, "initrd"));
        _disk = Path.Combine(folder, "disk.img");
        Translations = new KeptTranslations(Path.Combine(folder, "translations " + devices.Name));
        using (FileStream disk = File.Create(_disk))
            disk.SetLength(DiskBytes);
        UserSpace user = new()
        {
            Command = CommandFor(devices, peer),
            Drivers = devices.Drivers,
            Drives = [new DriveConfiguration(0, _disk) { IsVirtio = devices.IsVirtio, IsReadOnly = true }],
        };
        Guest guest =
            new DebianSystem().Load(GuestCache.OfUser(), new ConsoleFetchProgress(CancellationToken.None), user);
        File.WriteAllBytes(_kernel, guest.Kernel.ToArray());
        File.WriteAllBytes(_initrd, guest.Initrd.ToArray());
    }

    /// <summary>What is transferred, in the order in which it is.</summary>
    public static IReadOnlyList<string> Transfers { get; } =
    [
        "64 MB written", "64 MB read", "4,000 × 4 KB read, one by one", "4,000 × 4 KB written, one by one",
        "64 MB from the host", "64 MB to the host",
    ];

    /// <summary>Where dbt keeps its translations.</summary>
    public KeptTranslations Translations { get; }

    /// <summary>It on QEMU.</summary>
    public Invocation OnQemu()
    {
        Invocation boot = Qemu.Boot(
            ByteOrder.Little, _kernel, _initrd, Guest.LinuxCommandLine, MemoryBytes, ["null", "stdio", "null"]);
        string[] disk = _devices.IsVirtio
            ? ["-drive", $"file={_disk},format=raw,if=none,id=d", "-device", "virtio-blk-pci,drive=d,addr=0c.0"]
            : ["-drive", $"file={_disk},format=raw,if=ide,index=0"];
        return boot with
        {
            Arguments = [.. boot.Arguments, .. disk, "-netdev", "user,id=n", "-device", _devices.QemuCard],
        };
    }

    /// <summary>It on dbt.</summary>
    public Invocation OnDbt() => new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
    [
        Repository.Tool, "run", "--kernel", _kernel, "--initrd", _initrd,
        "--append-only", Guest.LinuxCommandLine, "--serial", "null", "--serial", "stdio", "--serial", "null",
        "--disk", _disk + (_devices.IsVirtio ? ",if=virtio" : ""), "--net", $"user,model={_devices.Card}",
        "--cache", Translations.Folder,
    ]);

    /// <summary>Runs it and says how many seconds each transfer took.</summary>
    public static IReadOnlyList<double> Time(Invocation invocation)
    {
        using Process process = Process.Start(new ProcessStartInfo(invocation.Program, invocation.Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        List<double> times = [];
        long since = 0;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (since != 0)
                times.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
            if (since != 0 || line.Contains(Begins, StringComparison.Ordinal))
                since = Stopwatch.GetTimestamp();
        }
        process.WaitForExit();
        return times.Count == Transfers.Count
            ? times
            : throw new ComparisonException($"'{invocation}' ended after {times.Count} of {Transfers.Count} transfers");
    }

    private static string CommandFor(IoDevices devices, IoPeer peer) => $"""
        echo {Begins}
        dd if=/dev/zero of=/dev/{devices.Disk} bs=1M count=64 conv=fsync 2>/dev/null; echo
        echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/{devices.Disk} of=/dev/null bs=1M count=64 2>/dev/null; echo
        dd if=/dev/{devices.Disk} of=/dev/null bs=4k count=4000 iflag=direct 2>/dev/null; echo
        dd if=/dev/zero of=/dev/{devices.Disk} bs=4k count=4000 oflag=direct 2>/dev/null; echo
        nc 10.0.2.2 {peer.Source} </dev/null >/dev/null; echo
        dd if=/dev/zero bs=64k count={IoPeer.Bytes >> 16} 2>/dev/null | nc 10.0.2.2 {peer.Sink} >/dev/null; echo
        """;
}

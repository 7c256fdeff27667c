using System.Diagnostics;
using System.Globalization;
using Dbt.Runtime.Storage;
using Dbt.TestRoms.CommandLine;
using Dbt.TestRoms.Machines;
using Dbt.TestRoms.Storage;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>Debian's kernel and its drivers on our disks; what they leave there is read by the host's tools and by QEMU's.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class DiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    [SkippableFact]
    public void Linux_mounts_reads_and_writes_a_raw_disk_a_qcow2_disk_a_virtio_disk_and_a_CD()
    {
        string raw = Ext4("raw.img"), qcow = Path.Combine(_folder, "disk.qcow2"), cd = Path.Combine(_folder, "cd.iso"), virtio = Path.Combine(_folder, "virtio.img");
        File.Copy(raw, virtio);
        QemuImg.Run("create", "-q", "-f", "qcow2", qcow, "8M");
        byte[] blocks = new byte[3 << 20];
        new Random(1).NextBytes(blocks);
        File.WriteAllBytes(cd, blocks);
        DriveConfiguration[] drives =
            [new(0, raw), new(1, qcow), new(2, cd) { IsCdrom = true, Format = ImageFormat.Raw }, new(0, virtio) { IsVirtio = true }];
        Guest guest = With(drives,
            """
            mount -t ext4 /dev/sda /mnt || exit 1
            cat /mnt/greeting
            cat /dev/sr0 > /mnt/blocks
            dd if=/dev/sr0 of=/dev/sdb bs=64k conv=fsync 2>/dev/null
            umount /mnt
            mount -t ext4 /dev/vda /mnt || exit 1
            cat /mnt/greeting
            dd if=/dev/sr0 of=/mnt/blocks bs=64k conv=fsync 2>/dev/null
            sha256sum < /mnt/blocks
            umount /mnt
            head -c 100 /dev/hwrng | wc -c
            dd if=/dev/sdb bs=1M count=3 2>/dev/null | sha256sum
            dd if=/dev/sr0 bs=2048 skip=1000 count=7 2>/dev/null | sha256sum
            """);
        GuestRun run = GuestRun.Of(DebianGuest.Machine(guest) with { Drives = drives, HasEntropy = true });

        Assert.Equal(0, CommandStatus.Parse(run.Status));
        Assert.Equal(
            ["from the host", "from the host", Sum(blocks), "100", Sum(blocks), Sum(blocks.AsSpan(1000 * 2048, 7 * 2048).ToArray())],
            run.Output.ReplaceLineEndings("\n").Trim().Split('\n').Select(line => line.Replace("  -", "", StringComparison.Ordinal)));
        foreach (string image in (string[])[raw, virtio])
        {
            Assert.Equal(0, Tool("/sbin/e2fsck", "-fn", image).Status);
            Tool("/sbin/debugfs", "-R", $"dump /blocks {_folder}/blocks", image);
            Assert.Equal(blocks, File.ReadAllBytes(Path.Combine(_folder, "blocks")));
        }
        Assert.Equal(0, QemuImg.Check(qcow));
        Assert.Equal(blocks, QemuImg.Contents(qcow)[..blocks.Length]);
    }

    [SkippableFact]
    public void A_command_among_the_files_of_a_Debian_s_disk_has_pseudo_terminals_and_shared_memory()
    {
        DriveConfiguration[] drives = [new(0, Ext4("root.img", RootFiles(), "dbt-debian"))];
        Guest guest = With(drives, "busybox grep ' /dev/' /proc/mounts | busybox cut -d ' ' -f 2; busybox ls /dev/pts");

        GuestRun run = GuestRun.Of(DebianGuest.Machine(guest) with { Drives = drives });

        Assert.Equal(["/dev/pts", "/dev/shm", "ptmx"], run.Output.ReplaceLineEndings("\n").Trim().Split('\n'));
        Assert.Equal(0, CommandStatus.Parse(run.Status));
    }

    [SkippableFact]
    public void What_the_guest_was_told_is_on_the_disk_is_there_whenever_dbt_is_killed()
    {
        DebianGuest.With("true");
        Random random = new();
        int kills = int.Parse(Environment.GetEnvironmentVariable("DBT_KILLS") ?? "2", CultureInfo.InvariantCulture);
        for (int kill = 0; kill < kills; kill++)
            KillAndLook(isVirtio: kill % 2 == 0, after: 1 + random.Next(60), milliseconds: random.Next(30));
    }

    private void KillAndLook(bool isVirtio, int after, int milliseconds)
    {
        string raw = Ext4("raw.img"), qcow = Path.Combine(_folder, "disk.qcow2"), disk = isVirtio ? "vda" : "sda";
        QemuImg.Run("convert", "-f", "raw", "-O", "qcow2", raw, qcow);
        string loop = $"mount -t ext4 /dev/{disk} /mnt; i=0; while :; do i=$((i + 1)); echo $i > /mnt/file$i; sync; echo $i; done";
        int told = 0;
        using (Process run = DbtProcess.Start(["run", "debian", "--disk", isVirtio ? qcow + ",if=virtio" : qcow, "--exec", loop], FetchedGuests.Home))
        {
            while (told < after && run.StandardOutput.ReadLine() is { } line)
                told = int.Parse(line, CultureInfo.InvariantCulture);
            Thread.Sleep(milliseconds);
            run.Kill();
            // What it had said by then counts, too, where a line of it is whole.
            string[] rest = run.StandardOutput.ReadToEnd().Split('\n');
            told = rest.Length > 1 ? int.Parse(rest[^2], CultureInfo.InvariantCulture) : told;
            run.WaitForExit();
        }

        Assert.InRange(told, after, int.MaxValue);
        Assert.Contains(QemuImg.Check(qcow), (int[])[0, QemuImg.Leaks]);
        File.WriteAllBytes(raw, QemuImg.Contents(qcow));
        // Replays the journal, and finds nothing else to do.
        Assert.Equal(0, Tool("/sbin/e2fsck", "-p", raw).Status);
        Assert.Equal(0, Tool("/sbin/e2fsck", "-fn", raw).Status);
        for (int i = 1; i <= told; i++)
            Assert.Equal($"{i}\n", Tool("/sbin/debugfs", "-R", $"cat /file{i}", raw).Output);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Guest With(DriveConfiguration[] drives, string command)
    {
        DebianGuest.With("true");
        return new DebianSystem().Load(FetchedGuests.Cache, new SilentFetch(), new UserSpace { Command = command, Drives = drives, Drivers = ["virtio_pci", "virtio_blk", "virtio-rng"] });
    }

    private string Ext4(string name) => Ext4(name, Files(), "");

    private string Ext4(string name, string files, string label)
    {
        string image = Path.Combine(_folder, name);
        File.WriteAllBytes(image, []);
        using (FileStream file = File.OpenWrite(image))
            file.SetLength(32 << 20);
        Assert.Equal(0, Tool("/sbin/mke2fs", "-q", "-t", "ext4", "-L", label, "-d", files, image).Status);
        return image;
    }

    private string Files()
    {
        string files = Directory.CreateDirectory(Path.Combine(_folder, "files")).FullName;
        File.WriteAllText(Path.Combine(files, "greeting"), "from the host\n");
        return files;
    }

    // What a system has at least: a shell, and places for what the kernel and init put there.
    private string RootFiles()
    {
        string root = Path.Combine(_folder, "root");
        foreach (string folder in (string[])["bin", "dev", "etc", "proc", "root", "sys", "tmp"])
            Directory.CreateDirectory(Path.Combine(root, folder));
        DebianGuest.With("true");
        string busybox = Path.Combine(root, "bin", "busybox");
        File.Copy(FetchedGuests.Cache.PathOf("debian", "busybox"), busybox);
        Assert.Equal(0, Tool("/bin/chmod", "755", busybox).Status);
        File.CreateSymbolicLink(Path.Combine(root, "bin", "sh"), "busybox");
        return root;
    }

    private static string Sum(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));

    private static (int Status, string Output) Tool(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}

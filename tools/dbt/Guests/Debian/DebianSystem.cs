using System.Text;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Runtime.Storage;

namespace Dbt.Tool.Guests.Debian;

/// <summary>Debian's kernel with busybox, packages, and files added by the user.</summary>
internal sealed class DebianSystem : GuestSystem
{
    // "reserved" in what it says of its memory, without the ramdisk.
    private const long KernelBytes = 23 << 20;

    /// <inheritdoc/>
    public override string Name => "debian";

    /// <inheritdoc/>
    public override string Origin => "Debian, through apt";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Folders { get; } =
        [DebianFiles.Folder, PackageSets.Folder, DebianModules.Folder, DebianInstallation.Folder, "apt"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Options { get; } = ["--exec", "--packages", "--file"];

    /// <inheritdoc/>
    public override string Describe(GuestCache cache)
    {
        string? kernel = DebianFiles.TryLoad(cache)?.KernelName;
        return $"Debian's {kernel?[(kernel.IndexOf('-', StringComparison.Ordinal) + 1)..] ?? "4kc-malta"} kernel and busybox";
    }

    /// <inheritdoc/>
    public override string DescribeState(GuestCache cache) =>
        IsIn(cache) ? $"{DiskSpace.Format(Folders.Sum(cache.SizeOf))}, fetched" : "not fetched";

    /// <inheritdoc/>
    public override bool IsIn(GuestCache cache) => DebianFiles.TryLoad(cache) is not null;

    /// <inheritdoc/>
    public override Guest Load(GuestCache cache, IFetchProgress progress, UserSpace user)
    {
        DebianFiles files = DebianFiles.Load(cache, progress, user.Drivers);
        user = user with
        {
            Modules =
            [
                .. KernelModules.InOrder(files.Modules, user.Drivers)
                    .Select(name => (name, files.Modules[name + KernelModules.Suffix])),
            ],
        };
        FirstDisk disk = user.Drives.Count == 0 ? FirstDisk.Other : PrepareDisk(cache, progress, user, files);
        bool hasRoot = disk == FirstDisk.Debian;
        IReadOnlyList<byte[]> packages = user.Packages.Count == 0 || hasRoot
            ? []
            : new PackageSets(cache, progress).Load(user.Packages);
        byte[] ramdisk = DebianInitramfs.Build(
            files.Busybox, packages, user, ForDisks(cache, progress, files, user.Drives, hasRoot));
        return new Guest
        {
            KernelName = files.KernelName,
            Kernel = files.Kernel,
            Initrd = ramdisk,
            CommandLine = Guest.LinuxCommandLine,
            ReadyMark = hasRoot && user.Command is null ? "login: " : DebianInitramfs.ReadyMark,
            MostMemory = Guest.LowMemory,
            Room = new RamdiskRoom(KernelBytes, CpioArchive.UnpackedBytes(ramdisk), ramdisk.Length),
        };
    }

    // A blank disk gets a Debian, with the packages that are wanted; on one that has its own, that is apt's business.
    private static FirstDisk PrepareDisk(
        GuestCache cache, IFetchProgress progress, UserSpace user, DebianFiles files)
    {
        FirstDisk disk = DebianDisks.Look(user.Drives);
        string? refused = disk switch
        {
            FirstDisk.Debian when user.Packages.Count > 0 => "--packages",
            FirstDisk.Blank or FirstDisk.Debian when user.Files is not null => "--file",
            _ => null,
        };
        if (refused is not null)
        {
            throw new GuestSetupException(
                $"{refused} is about a ramdisk, and this guest's files are on '{user.Drives[0].File}': have apt-get or mount put them there");
        }
        if (disk != FirstDisk.Blank)
            return disk;
        MachineConfiguration machine = new()
        {
            Kernel = files.Kernel,
            KernelName = files.KernelName,
            CommandLine = Guest.LinuxCommandLine,
        };
        byte[] tools = [.. new PackageSets(cache, progress).Load(["e2fsprogs"]).SelectMany(piece => piece)];
        UserSpace installer = new() { Command = Encoding.UTF8.GetString(DebianInitramfs.Script("install")) };
        new DebianInstallation(cache, progress).Run(
            DebianDisks.First(user.Drives)! with { Slot = 0, IsVirtio = false }, machine,
            drives => DebianInitramfs.Build(
                files.Busybox, [tools], installer, ForDisks(cache, progress, files, drives, hasRoot: false)),
            user.Packages);
        return FirstDisk.Debian;
    }

    private static IEnumerable<byte[]> ForDisks(
        GuestCache cache, IFetchProgress progress, DebianFiles files, IReadOnlyList<DriveConfiguration> drives,
        bool hasRoot) => drives.Count == 0
        ? []
        :
        [
            DebianInitramfs.InitForDisks().ToArray(), DebianDisks.Describe(drives, hasRoot).ToArray(),
            DebianModules.Load(cache, progress, files.KernelName),
        ];

    /// <inheritdoc/>
    public override string Refresh(GuestCache cache, IFetchProgress progress) =>
        $"{DebianFiles.Refresh(cache, progress).KernelName} and busybox are in {cache.PathOf(DebianFiles.Folder)}";
}

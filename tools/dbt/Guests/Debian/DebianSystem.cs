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
    public override IReadOnlyList<string> Folders { get; } = [DebianFiles.Folder, PackageSets.Folder, "apt"];

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
        DebianFiles files = DebianFiles.Load(cache, progress, withModules: user.Drivers.Count > 0);
        user = user with
        {
            Modules =
            [
                .. KernelModules.InOrder(files.Modules, user.Drivers)
                    .Select(name => (name, files.Modules[name + KernelModules.Suffix])),
            ],
        };
        IReadOnlyList<byte[]> packages = user.Packages.Count == 0
            ? []
            : new PackageSets(cache, progress).Load(user.Packages);
        byte[] ramdisk = DebianInitramfs.Build(files.Busybox, packages, user);
        return new Guest
        {
            KernelName = files.KernelName,
            Kernel = files.Kernel,
            Initrd = ramdisk,
            CommandLine = Guest.LinuxCommandLine,
            ReadyMark = DebianInitramfs.ReadyMark,
            MostMemory = Guest.LowMemory,
            Room = new RamdiskRoom(KernelBytes, CpioArchive.UnpackedBytes(ramdisk), ramdisk.Length),
        };
    }

    /// <inheritdoc/>
    public override string Refresh(GuestCache cache, IFetchProgress progress) =>
        $"{DebianFiles.Refresh(cache, progress).KernelName} and busybox are in {cache.PathOf(DebianFiles.Folder)}";
}

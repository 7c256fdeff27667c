using Dbt.Runtime.Memory;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Source;

/// <summary>
/// A kernel that is built here, with busybox: Debian's, or for big-endian machines one that is built here, too.
/// </summary>
internal abstract class BuiltSystem(KernelRecipe recipe) : GuestSystem
{
    private readonly KernelBuild _kernel = new(recipe);
    private readonly BusyboxBuild? _busybox = recipe.Order == ByteOrder.Big ? new() : null;

    /// <inheritdoc/>
    public override string Name => recipe.Guest;

    /// <inheritdoc/>
    public override string Origin => "Debian's source, built here";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Folders =>
        [.. Builds.SelectMany(build => (string[])[build.Folder, build.Suite.Folder])];

    private IEnumerable<SourceBuild> Builds => _busybox is null ? [_kernel] : [_kernel, _busybox];

    /// <inheritdoc/>
    public override string DescribeState(GuestCache cache) =>
        IsIn(cache) ? $"{DiskSpace.Format(Builds.Sum(build => cache.SizeOf(build.Folder)))}, built" : "not built";

    /// <inheritdoc/>
    public override bool IsIn(GuestCache cache) => Builds.All(build => build.TryLoad(cache) is not null);

    /// <inheritdoc/>
    public override Guest Load(GuestCache cache, IFetchProgress progress, UserSpace user)
    {
        // What is missing for the second should be said before the first is built.
        SourceBuild.CheckTools(Builds.Where(build => build.TryLoad(cache) is null));
        return new Guest
        {
            KernelName = _kernel.Name,
            Kernel = _kernel.Load(cache, progress),
            Initrd = PackInitramfs(_busybox?.Load(cache, progress) ?? DebianFiles.Load(cache, progress).Busybox, user),
            CommandLine = Guest.LinuxCommandLine,
            ReadyMark = DebianInitramfs.ReadyMark,
            MostMemory = Guest.LowMemory,
        };
    }

    /// <inheritdoc/>
    public override string Refresh(GuestCache cache, IFetchProgress progress)
    {
        SourceBuild.CheckTools(Builds);
        foreach (SourceBuild build in Builds)
            build.Refresh(cache, progress);
        if (_busybox is null)
            DebianFiles.Load(cache, progress);
        return $"{_kernel.Name} is in {cache.PathOf(_kernel.Folder)}";
    }

    /// <summary>The initial ramdisk.</summary>
    protected abstract byte[] PackInitramfs(byte[] busybox, UserSpace user);
}

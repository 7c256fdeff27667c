using Dbt.Runtime.Memory;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Source;

/// <summary>
/// A kernel that is built here, with busybox: Debian's, or for big-endian machines one that is built here, too.
/// </summary>
/// <param name="recipe">What its kernel is made of.</param>
/// <param name="others">What else is built for it.</param>
internal abstract class BuiltSystem(KernelRecipe recipe, params IReadOnlyList<SourceBuild> others) : GuestSystem
{
    private readonly KernelBuild _kernel = new(recipe);
    private readonly BusyboxBuild? _busybox = recipe.Order == ByteOrder.Big ? new() : null;

    private IReadOnlyList<SourceBuild> Builds =>
        [.. new SourceBuild?[] { _kernel, _busybox }.OfType<SourceBuild>(), .. others];

    /// <inheritdoc/>
    public override string Name => recipe.Name;

    /// <inheritdoc/>
    public override string Origin => "Debian's source, built here";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Folders =>
        [.. Builds.SelectMany(build => (string[])[build.Folder, build.Suite.Folder])];

    /// <inheritdoc/>
    public override string DescribeState(GuestCache cache) =>
        IsIn(cache) ? $"{DiskSpace.Format(Builds.Sum(build => cache.SizeOf(build.Folder)))}, built" : "not built";

    /// <inheritdoc/>
    public override bool IsIn(GuestCache cache) => Builds.All(build => build.TryLoad(cache) is not null);

    /// <inheritdoc/>
    public override Guest Load(GuestCache cache, IFetchProgress progress, UserSpace user)
    {
        SourceBuild.Provide(Builds, cache, progress);
        return new Guest
        {
            KernelName = _kernel.Name,
            Kernel = _kernel.Load(cache),
            Initrd = PackInitramfs(_busybox?.Load(cache) ?? DebianFiles.Load(cache, progress).Busybox, user),
            CommandLine = Guest.LinuxCommandLine,
            ReadyMark = DebianInitramfs.ReadyMark,
            MostMemory = Guest.LowMemory,
        };
    }

    /// <inheritdoc/>
    public override string Refresh(GuestCache cache, IFetchProgress progress)
    {
        SourceBuild.Refresh(Builds, cache, progress);
        if (_busybox is null)
            DebianFiles.Load(cache, progress);
        return $"{_kernel.Name} is in {cache.PathOf(_kernel.Folder)}";
    }

    /// <summary>The initial ramdisk.</summary>
    protected abstract byte[] PackInitramfs(byte[] busybox, UserSpace user);
}

using Dbt.Runtime.Memory;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Source;

/// <summary>Linux for a big-endian Malta, with busybox and the init of Debian's guest.</summary>
internal sealed class MaltaSystem() : BuiltSystem(
    new KernelRecipe("malta-be", "6.1", new AptSuite("bookworm"), "malta-be.config", ByteOrder.Big)
    {
        Megabytes = 140,
        Lines = 1020,
    })
{
    // "reserved" in what it says of its memory, without the ramdisk.
    private const long KernelBytes = 9 << 20;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Options { get; } = ["--exec", "--file"];

    /// <inheritdoc/>
    public override string Describe(GuestCache cache) => "big-endian Linux 6.1 for Malta, and busybox";

    /// <inheritdoc/>
    public override Guest Load(GuestCache cache, IFetchProgress progress, UserSpace user)
    {
        Guest guest = base.Load(cache, progress, user);
        return guest with
        {
            Room = new RamdiskRoom(KernelBytes, CpioArchive.UnpackedBytes(guest.Initrd.Span), guest.Initrd.Length),
        };
    }

    /// <inheritdoc/>
    protected override byte[] PackInitramfs(byte[] busybox, UserSpace user) => DebianInitramfs.Build(busybox, [], user);
}

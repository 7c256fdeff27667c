using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Guests.Source;

namespace Dbt.Tool.Guests.Kvm;

/// <summary>
/// Linux as the root of a virtualization module: its KVM, and the busybox and init of Debian's guest.
/// </summary>
internal sealed class KvmHostSystem() : BuiltSystem(
    new KernelRecipe("kvm-host", "6.1", new AptSuite("bookworm"), "kvm-host.config", ByteOrder.Little)
    {
        Megabytes = 140,
        Lines = 1090,
    })
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Options { get; } = ["--exec", "--file"];

    /// <inheritdoc/>
    public override string Describe(GuestCache cache) =>
        "Linux 6.1 with KVM on the virtualization module, and busybox";

    /// <inheritdoc/>
    public override Guest Load(GuestCache cache, IFetchProgress progress, UserSpace user) =>
        base.Load(cache, progress, user) with { Processor = ProcessorModel.Mips24KfVz };

    /// <inheritdoc/>
    protected override byte[] PackInitramfs(byte[] busybox, UserSpace user) => DebianInitramfs.Build(busybox, [], user);
}

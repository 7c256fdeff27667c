using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Guests.Source;

namespace Dbt.Tool.Guests.Kvm;

/// <summary>
/// Linux as the root of a virtualization module: its KVM, the busybox and init of Debian's guest, and a virtual machine
/// monitor whose guest is the same Linux once more.
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
    public override string UsualCommand => "mount -t debugfs none /sys/kernel/debug; vmm --counters linux true";

    /// <inheritdoc/>
    public override string Describe(GuestCache cache) =>
        "Linux 6.1 with KVM on the virtualization module, and busybox";

    /// <inheritdoc/>
    public override Guest Load(GuestCache cache, IFetchProgress progress, UserSpace user)
    {
        Guest host = base.Load(cache, progress, user);
        byte[] nested = NestedGuest.Pack(host.Kernel.ToArray(), DebianFiles.Load(cache, progress).Busybox);
        // What the user brings comes behind it: it takes the place of what is there.
        return host with { Processor = ProcessorModel.Mips24KfVz, Initrd = (byte[])[.. nested, .. host.Initrd.Span] };
    }

    /// <inheritdoc/>
    protected override byte[] PackInitramfs(byte[] busybox, UserSpace user) => DebianInitramfs.Build(busybox, [], user);
}

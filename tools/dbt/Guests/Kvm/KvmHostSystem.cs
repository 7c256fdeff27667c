using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Guests.Source;

namespace Dbt.Tool.Guests.Kvm;

/// <summary>
/// Linux as the root of a virtualization module: its KVM, the busybox and init of Debian's guest, and a virtual machine
/// monitor whose guest is the same Linux once more, or one that takes a device tree.
/// </summary>
internal sealed class KvmHostSystem() : BuiltSystem(RecipeOf("kvm-host", 1090), s_generic)
{
    private static readonly KernelBuild s_generic = new(RecipeOf("kvm-host-generic", 980));

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
        byte[] nested = NestedGuest.Pack(
            host.Kernel.ToArray(), s_generic.Load(cache), DebianFiles.Load(cache, progress).Busybox);
        // What the user brings comes behind it: it takes the place of what is there.
        return host with { Processor = ProcessorModel.Mips24KfVz, Initrd = (byte[])[.. nested, .. host.Initrd.Span] };
    }

    /// <inheritdoc/>
    protected override byte[] PackInitramfs(byte[] busybox, UserSpace user) => DebianInitramfs.Build(busybox, [], user);

    private static KernelRecipe RecipeOf(string name, int lines) =>
        new(name, "6.1", new AptSuite("bookworm"), name + ".config", ByteOrder.Little)
        {
            Megabytes = 140,
            Lines = lines,
        };
}

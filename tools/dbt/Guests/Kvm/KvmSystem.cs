using Dbt.Runtime.Memory;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Guests.Source;

namespace Dbt.Tool.Guests.Kvm;

/// <summary>Linux for KVM's trap-and-emulate, and busybox.</summary>
internal sealed class KvmSystem : BuiltSystem
{
    private KvmSystem(string name, ByteOrder order)
        : base(new KernelRecipe(name, "5.10", new AptSuite("bullseye"), "kvm-guest.config", order)
        {
            Megabytes = 120,
            Lines = 1000,
        })
    {
    }

    /// <summary>The little-endian one.</summary>
    public static KvmSystem Little { get; } = new("kvm-guest", ByteOrder.Little);

    /// <summary>The big-endian one.</summary>
    public static KvmSystem Big { get; } = new("kvm-guest-be", ByteOrder.Big);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Options { get; } = ["--exec"];

    /// <inheritdoc/>
    public override string Describe(GuestCache cache) =>
        $"{(this == Big ? "big-endian " : "")}Linux 5.10 for KVM's trap-and-emulate, and busybox";

    /// <inheritdoc/>
    protected override byte[] PackInitramfs(byte[] busybox, UserSpace user) =>
        KvmInitramfs.Build(busybox, user.Command);
}

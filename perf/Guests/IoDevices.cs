namespace Dbt.Perf.Guests;

/// <summary>A disk and a network card, as each emulator is told of them.</summary>
/// <param name="Name">What a table calls them.</param>
/// <param name="Disk">What Linux calls the disk.</param>
/// <param name="IsVirtio">Whether the disk is a virtio disk.</param>
/// <param name="Card">The network card's model, as dbt calls it.</param>
/// <param name="QemuCard">The same as QEMU calls it, with its slot.</param>
/// <param name="Drivers">The names of Linux's modules that drive them.</param>
internal sealed record IoDevices(
    string Name, string Disk, bool IsVirtio, string Card, string QemuCard, IReadOnlyList<string> Drivers)
{
    /// <summary>All that are compared.</summary>
    public static IReadOnlyList<IoDevices> All { get; } =
    [
        new("IDE, PCnet", "sda", false, "pcnet", "pcnet,netdev=n,addr=0b.0,romfile=", ["pcnet32"]),
        new("IDE, e1000", "sda", false, "e1000", "e1000,netdev=n,addr=12.0,romfile=", ["e1000"]),
        new("virtio", "vda", true, "virtio", "virtio-net-pci,netdev=n,addr=12.0,romfile=",
            ["virtio_pci", "virtio_blk", "virtio_net"]),
    ];
}

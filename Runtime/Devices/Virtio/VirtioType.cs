namespace Dbt.Runtime.Devices;

/// <summary>A kind of virtio device (Virtio 1.2, chapter 5).</summary>
/// <param name="Number">Its device ID.</param>
/// <param name="TransitionalId">The PCI device ID of one that legacy drivers know, too (4.1.2.1).</param>
/// <param name="ClassCode">What class of PCI function it is.</param>
internal readonly record struct VirtioType(uint Number, uint TransitionalId, uint ClassCode)
{
    /// <summary>A network card.</summary>
    public static readonly VirtioType Network = new(1, 0x1000, 0x020000);

    /// <summary>A disk.</summary>
    public static readonly VirtioType Block = new(2, 0x1001, 0x010000);

    /// <summary>A console.</summary>
    public static readonly VirtioType Console = new(3, 0x1003, 0x078000);

    /// <summary>A source of random numbers.</summary>
    public static readonly VirtioType Entropy = new(4, 0x1005, 0x00ff00);
}

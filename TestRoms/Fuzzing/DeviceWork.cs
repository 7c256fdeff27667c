namespace Dbt.TestRoms.Fuzzing;

/// <summary>
/// What drivers write to make a drive or a card begin something, which nobody hits on by chance: a register of a window, its width, and one of the values.
/// What the device then finds in memory, and what comes between two of these, is anything.
/// </summary>
internal static class DeviceWork
{
    /// <summary>A write.</summary>
    /// <param name="Window">The name of the window in a board's state.</param>
    /// <param name="Offset">In bytes from the window's beginning.</param>
    /// <param name="Bytes">Its width.</param>
    /// <param name="Values">One of them; none for an address in memory.</param>
    public readonly record struct Step(string Window, uint Offset, int Bytes, params uint[] Values);

    private const string Pcnet = "pci ports/net-0", E1000 = "pci memory/net-1", Master = "pci ports/piix4-ide";

    // A virtio device's ports, and its registers in memory.
    private static readonly string[] s_virtio = ["pci ports/net-2", "pci ports/disk-0", "pci ports/entropy", "pci ports/console"],
        s_virtioMemory = ["pci memory/net-2", "pci memory/disk-0", "pci memory/entropy", "pci memory/console"];

    /// <summary>Pieces of work, each to be done in its order.</summary>
    public static IReadOnlyList<IReadOnlyList<Step>> All { get; } =
    [
        // Am79C973: register address and data port; stop, where the initialization block is, then its bits INIT, STRT and TDMD.
        [
            new(Pcnet, 0x12, 2, 0), new(Pcnet, 0x10, 2, 4), new(Pcnet, 0x12, 2, 20), new(Pcnet, 0x16, 2, 0, 2, 3, 0x102), new(Pcnet, 0x12, 2, 1),
            new(Pcnet, 0x10, 2), new(Pcnet, 0x12, 2, 2), new(Pcnet, 0x10, 2, 0x20, 0x40, 0x80, 0xff), new(Pcnet, 0x12, 2, 0), new(Pcnet, 0x10, 2, 0x43, 0x41),
            new(Pcnet, 0x10, 2, 0x42), new(Pcnet, 0x10, 2, 0x48), new(Pcnet, 0x10, 2, 0x48),
        ],
        [new(Pcnet, 0x12, 2, 0), new(Pcnet, 0x10, 2, 0x48)],
        // 82540EM: the ring's base, length, head and tail, once it is on.
        [
            new(E1000, 0x3800, 4), new(E1000, 0x3804, 4, 0), new(E1000, 0x3808, 4, 0x80, 0x100, 0x1000), new(E1000, 0x3810, 4, 0), new(E1000, 0x3818, 4, 0),
            new(E1000, 0x400, 4, 0xa, 0x0004_010a), new(E1000, 0x3818, 4, 1, 3, 7, 8, 15, 255), new(E1000, 0x3818, 4, 0, 2, 5, 100),
        ],
        [
            new(E1000, 0x2800, 4), new(E1000, 0x2804, 4, 0), new(E1000, 0x2808, 4, 0x80, 0x100, 0x1000), new(E1000, 0x2810, 4, 0), new(E1000, 0x2818, 4, 7, 15, 255),
            new(E1000, 0x100, 4, 0x801a, 0x8002, 0x0003_803a), new(E1000, 0x2818, 4, 1, 3, 6),
        ],
        // ATA with the bus master: the table of regions, then READ DMA and WRITE DMA.
        [
            new("pci ports/ide-0", 6, 1, 0xe0, 0xa0), new("pci ports/ide-0", 2, 1, 1, 2, 8, 0), new("pci ports/ide-0", 3, 1, 0, 1, 100, 255), new("pci ports/ide-0", 4, 1, 0, 1, 7),
            new("pci ports/ide-0", 5, 1, 0), new(Master, 4, 4), new(Master, 0, 1, 0, 8), new("pci ports/ide-0", 7, 1, 0xc8, 0xca, 0x25, 0x35), new(Master, 0, 1, 1, 9),
        ],
        // A word at a time: READ SECTORS, WRITE SECTORS, the same in blocks, IDENTIFY.
        [
            new("pci ports/ide-0", 6, 1, 0xe0), new("pci ports/ide-0", 2, 1, 1, 2, 8), new("pci ports/ide-0", 3, 1, 0, 1, 100), new("pci ports/ide-0", 4, 1, 0, 7), new("pci ports/ide-0", 5, 1, 0),
            new("pci ports/ide-0", 7, 1, 0x20, 0x30, 0xc4, 0xc5, 0xc6, 0xec, 0xe7), .. Enumerable.Repeat(new Step("pci ports/ide-0", 0, 2, 0x1234), 256),
        ],
        // PACKET: READ (10), READ CAPACITY, INQUIRY, MODE SENSE, REQUEST SENSE.
        [
            new("pci ports/ide-1", 6, 1, 0xa0), new("pci ports/ide-1", 1, 1, 0, 1), new("pci ports/ide-1", 4, 1, 0, 255), new("pci ports/ide-1", 5, 1, 8, 255), new(Master, 12, 4),
            new("pci ports/ide-1", 7, 1, 0xa0), new("pci ports/ide-1", 0, 2, 0x28, 0x25, 0x12, 0x5a, 0x03, 0x43, 0x51, 0xbe), new("pci ports/ide-1", 0, 2, 0, 0x100),
            new("pci ports/ide-1", 0, 2, 0, 0x0100, 0x4000), new("pci ports/ide-1", 0, 2, 0, 0xff), new("pci ports/ide-1", 0, 2, 0x0100, 0x0800, 0xf8), new("pci ports/ide-1", 0, 2, 0), new(Master, 8, 1, 9),
        ],
        .. s_virtio.Select(LegacyVirtio), .. s_virtioMemory.Select(Virtio), .. s_virtioMemory.Select(TellVirtio),
    ];

    // Features, where the queues are, DRIVER_OK, and that there is something in them.
    private static IReadOnlyList<Step> LegacyVirtio(string window) =>
    [
        new(window, 0x12, 1, 0), new(window, 0x12, 1, 3), new(window, 0x04, 4, 0, 1 << 9, 1 << 28, 0x3000_0000),
        new(window, 0x0e, 2, 0), new(window, 0x08, 4, 0x300, 0x555, 0x800), new(window, 0x0e, 2, 1), new(window, 0x08, 4, 0x301, 0x777),
        new(window, 0x12, 1, 7), new(window, 0x10, 2, 0), new(window, 0x10, 2, 1), new(window, 0x10, 2, 0),
    ];

    private static IReadOnlyList<Step> Virtio(string window) =>
    [
        new(window, 0x14, 1, 0), new(window, 0x14, 1, 3), new(window, 0x08, 4, 0), new(window, 0x0c, 4, 0, 1, 1 << 9, 1 << 28, 0x3000_0000),
        new(window, 0x08, 4, 1), new(window, 0x0c, 4, 0, 1), new(window, 0x14, 1, 11), .. Queue(window, 0), .. Queue(window, 1),
        new(window, 0x14, 1, 15), new(window, 0x3000, 2, 0), new(window, 0x3004, 2, 1),
    ];

    private static IReadOnlyList<Step> TellVirtio(string window) => [new(window, 0x3000, 2, 0), new(window, 0x3004, 2, 1)];

    private static Step[] Queue(string window, uint number) =>
    [
        new(window, 0x16, 2, number), new(window, 0x18, 2, 1, 4, 64, 256), new(window, 0x20, 4), new(window, 0x24, 4, 0), new(window, 0x28, 4),
        new(window, 0x2c, 4, 0), new(window, 0x30, 4), new(window, 0x34, 4, 0), new(window, 0x1c, 2, 1),
    ];
}

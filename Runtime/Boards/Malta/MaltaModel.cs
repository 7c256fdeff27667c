using Dbt.Runtime.Loading;

namespace Dbt.Runtime.Boards.Malta;

/// <summary>The MIPS Malta board with a CoreLV card and YAMON (Malta User's Manual, MD00048).</summary>
public sealed class MaltaModel : BoardModel
{
    private const ulong Megabyte = 1 << 20;
    private const ulong LowLimit = 256 * Megabyte, AliasedLimit = 512 * Megabyte;
    private const uint Alias = 0x2000_0000, HighMemory = 0x8000_0000, BootRom = 0x1fc0_0000, Flash = 0x1e00_0000;

    /// <inheritdoc/>
    public override string Name => "Malta";

    /// <inheritdoc/>
    public override int MostNetworkCards => NetworkSlots.Most;

    /// <inheritdoc/>
    public override int MostVirtioDisks => VirtioSlot.MostDisks;

    /// <summary>
    /// The low 256 MB at 0, below the devices, and all of RAM at 2 GB, where no device interrupts it: what is above 256
    /// MB is Linux's at 0x90000000. What is above 512 MB is seen above the devices at 0x20000000 as well.
    /// </summary>
    public override MemoryLayout LayOut(ulong ramBytes)
    {
        if (ramBytes < 16 * Megabyte || ramBytes > 2048 * Megabyte || ramBytes % Megabyte != 0)
        {
            throw new GuestSetupException(
                $"a Malta board cannot have {ramBytes / (double)Megabyte:0.##} MB of memory: give it 16 to 2048 whole megabytes");
        }
        List<MemoryRegion> regions =
        [
            new(0, Math.Min(ramBytes, LowLimit), 0, IsWritable: true),
            new(HighMemory, ramBytes, 0, IsWritable: true),
            new(BootRom, MaltaBoard.RomBytes, ramBytes, IsWritable: false),
            new(Flash, MaltaBoard.RomBytes, ramBytes + MaltaBoard.RomBytes, IsWritable: false, TakesCommands: true),
        ];
        if (ramBytes > AliasedLimit)
            regions.Add(new(Alias, ramBytes - AliasedLimit, AliasedLimit, IsWritable: true));
        return new MemoryLayout(ramBytes, 2 * MaltaBoard.RomBytes, regions);
    }

    /// <inheritdoc/>
    public override byte[] Load(MemoryLayout layout, Span<byte> lowMemory, BootFiles files, uint kseg0) =>
        Yamon.Load(
            lowMemory, layout.RamBytes, files.Kernel, files.KernelName, files.Initrd.Span, files.CommandLine, kseg0,
            files.Seed);

    /// <inheritdoc/>
    public override byte[] Program(ReadOnlySpan<byte> flash, ElfImage program, string name)
    {
        var image = new byte[MaltaBoard.RomBytes];
        if (flash.IsEmpty)
            Array.Fill(image, (byte)0xff);
        else
            flash.CopyTo(image);
        FlashProgram.Load(image, [Flash, BootRom], program, name);
        return image;
    }

    /// <inheritdoc/>
    public override Board Build(BoardConnections connections) => new MaltaBoard(connections);
}

using Dbt.Runtime.Boards.Malta;
using Dbt.Runtime.Loading;

namespace Dbt.Runtime.Boards;

/// <summary>What a boot loader is given.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="KernelName">What messages, and the loader, call it.</param>
/// <param name="Initrd">The initial ramdisk, empty for none.</param>
/// <param name="CommandLine">The kernel command line, without what the loader itself puts before it.</param>
/// <param name="Seed">The kernel's first randomness; null for that of this kernel and ramdisk.</param>
public sealed record BootFiles(
    ElfImage Kernel, string KernelName, ReadOnlyMemory<byte> Initrd, string CommandLine, string? Seed);

/// <summary>
/// A kind of board: where its memory lies, how it boots, and how to build one. To add a board is to add one of these,
/// and a line below.
/// </summary>
public abstract class BoardModel
{
    /// <summary>The MIPS Malta.</summary>
    public static BoardModel Malta { get; } = new MaltaModel();

    /// <summary>What messages call it.</summary>
    public abstract string Name { get; }

    /// <summary>How many network cards it has room for.</summary>
    public abstract int MostNetworkCards { get; }

    /// <summary>How many virtio disks it has room for.</summary>
    public abstract int MostVirtioDisks { get; }

    /// <summary>Where a board with so much RAM shows it.</summary>
    /// <exception cref="GuestSetupException">The board cannot have so much.</exception>
    public abstract MemoryLayout LayOut(ulong ramBytes);

    /// <summary>Puts a guest into RAM as the board's boot loader would.</summary>
    /// <param name="layout">The board's memory.</param>
    /// <param name="lowMemory">RAM from physical 0 on, <see cref="MemoryLayout.LowBytes"/> of it.</param>
    /// <param name="files">What is to be booted.</param>
    /// <param name="kseg0">Where the guest sees physical 0.</param>
    /// <returns>The boot ROM that enters the kernel, for <see cref="Board.LoadRom"/>.</returns>
    /// <exception cref="GuestSetupException">Something does not fit.</exception>
    public abstract byte[] Load(MemoryLayout layout, Span<byte> lowMemory, BootFiles files, uint kseg0);

    /// <summary>What the board's flash holds with a program in it that the processor starts.</summary>
    /// <param name="flash">What it holds without, empty for nothing; in memory order.</param>
    /// <param name="program">The program.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="GuestSetupException">It is not for the flash, or does not fit.</exception>
    public abstract byte[] Program(ReadOnlySpan<byte> flash, ElfImage program, string name);

    /// <summary>Builds a board.</summary>
    public abstract Board Build(BoardConnections connections);
}

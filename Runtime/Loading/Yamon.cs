using System.Security.Cryptography;
using System.Text;
using Dbt.Runtime.Memory;

namespace Dbt.Runtime.Loading;

/// <summary>
/// The boot monitor's side of the YAMON protocol (YAMON User's Manual, "Loading and executing"): puts the kernel, the
/// ramdisk and the environment where QEMU's Malta board puts them, and makes the boot ROM that enters the kernel.
/// </summary>
/// <remarks>
/// The processor is to start at physical 0x1fc00000 after a reset. The ROM clears Status.ERL, which QEMU does behind
/// the guest's back, so that the kernel is entered with Status 0x00400000 (BEV alone).
/// </remarks>
public static class Yamon
{
    /// <summary>The kernel segment a MIPS kernel is normally linked to.</summary>
    public const uint Kseg0 = 0x8000_0000;

    private const uint EnvironmentAddress = 0x2000;
    private const int Slots = 16, SlotBytes = 256;
    private const uint EnvironmentBytes = Slots * (sizeof(uint) + SlotBytes);
    private const uint LowMemoryLimit = 256 << 20;
    private const uint PhysicalMask = 0x1fff_ffff;

    // Linux puts its boot-time page map behind the ramdisk: at most 128 KB for 2 GB of 4 KB pages.
    private const uint PageMapBytes = 128 << 10;
    private const uint InitrdAlignment = 64 << 10;

    // The monitor's own flash, and what of it shows as the boot ROM.
    private const uint FlashAddress = 0x1e00_0000, FlashEnd = 0x2000_0000;

    /// <summary>Loads a kernel into memory as the boot monitor would.</summary>
    /// <param name="lowMemory">RAM from physical 0 on: all of it, or the first 256 MB.</param>
    /// <param name="memoryBytes">Size of all RAM in bytes.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="kernelName">What argv[0] calls it.</param>
    /// <param name="initrd">The initial ramdisk, empty for none.</param>
    /// <param name="commandLine">The kernel command line, without what the monitor itself puts before it.</param>
    /// <param name="kseg0">Where the guest sees physical 0: another address for kernels linked to user space (KVM
    /// trap-and-emulate).</param>
    /// <param name="seed">The kernel's first randomness; null for that of this kernel and ramdisk, see
    /// <see cref="Seed"/>.</param>
    /// <returns>The boot ROM, to be given to the board.</returns>
    /// <exception cref="GuestSetupException">Something does not fit.</exception>
    public static byte[] Load(
        Span<byte> lowMemory, ulong memoryBytes, ElfImage kernel, string kernelName, ReadOnlySpan<byte> initrd,
        string commandLine,
        uint kseg0 = Kseg0, string? seed = null)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        uint lowBytes = (uint)Math.Min(memoryBytes, LowMemoryLimit);
        lowMemory = lowMemory[..(int)lowBytes];
        ulong kernelEnd = LoadKernel(lowMemory, kernel, kernelName);
        string arguments = commandLine;
        if (!initrd.IsEmpty)
        {
            uint start = PlaceInitrd(lowBytes, kernelEnd, initrd.Length);
            initrd.CopyTo(lowMemory[(int)start..]);
            ulong seenAt = (ulong)(int)(kseg0 + start);
            arguments = $"rd_start=0x{seenAt:x} rd_size={initrd.Length} {commandLine}";
        }
        string[] environment =
        [
            kernelName, arguments,
            "memsize", lowBytes.ToString(),
            "ememsize", memoryBytes.ToString(),
            "modetty0", "38400n8r",
            "rngseed", seed ?? Seed(kernel, initrd),
        ];
        WriteEnvironment(lowMemory, environment, kernel.ByteOrder);
        return BootRom((uint)kernel.Entry, lowBytes, kseg0, kernel.ByteOrder);
    }

    private static ulong LoadKernel(Span<byte> memory, ElfImage kernel, string kernelName)
    {
        ulong end = 0;
        foreach (ElfSegment segment in kernel.Segments)
        {
            ulong start = segment.PhysicalAddress & PhysicalMask;
            if (start is >= FlashAddress and < FlashEnd)
            {
                throw new GuestSetupException(
                    $"{kernelName} is linked for the board's flash at physical 0x{FlashAddress:x}, as boot loaders are: "
                    + "start it there with --bios, or link it to an address in RAM, as 0x80100000.");
            }
            if (segment.MemoryBytes > (ulong)memory.Length || start > (ulong)memory.Length - segment.MemoryBytes)
            {
                throw new GuestSetupException(
                    $"{kernelName} needs memory up to {Megabytes(start + segment.MemoryBytes)} MB, the machine has "
                    + $"{memory.Length >> 20} MB of low memory; give it more memory (256 MB of it is low).");
            }
            if (start < EnvironmentAddress + EnvironmentBytes && start + segment.MemoryBytes > EnvironmentAddress)
            {
                throw new GuestSetupException(
                    $"{kernelName} covers physical 0x{EnvironmentAddress:x}, where the boot monitor keeps the kernel's arguments; "
                    + "link it to a higher address, as 0x80100000.");
            }
            Span<byte> place = memory.Slice((int)start, (int)segment.MemoryBytes);
            segment.Contents.Span.CopyTo(place);
            place[segment.Contents.Length..].Clear();
            end = Math.Max(end, start + segment.MemoryBytes);
        }
        return end;
    }

    private static uint PlaceInitrd(uint lowBytes, ulong kernelEnd, int initrdBytes)
    {
        long start = (long)lowBytes - initrdBytes - PageMapBytes + InitrdAlignment - 1 & -(long)InitrdAlignment;
        if (start > (long)kernelEnd)
            return (uint)start;
        ulong needed = kernelEnd + (ulong)initrdBytes + PageMapBytes + InitrdAlignment;
        string advice = needed < LowMemoryLimit && lowBytes < LowMemoryLimit
            ? $"give the machine at least {Megabytes(needed)} MB of memory"
            : "use a smaller ramdisk: both must fit into the first 256 MB";
        throw new GuestSetupException(
            $"The initial ramdisk ({Megabytes((ulong)initrdBytes)} MB) does not fit behind the kernel, which ends at "
            + $"{Megabytes(kernelEnd)} MB of {lowBytes >> 20} MB; {advice}.");
    }

    private static ulong Megabytes(ulong bytes) => bytes + 0xf_ffff >> 20;

    /// <summary>The kernel's first randomness: the same guest gets the same, so that runs repeat.</summary>
    public static string Seed(ElfImage kernel, ReadOnlySpan<byte> initrd)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ElfSegment segment in kernel.Segments)
            hash.AppendData(segment.Contents.Span);
        hash.AppendData(initrd);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Sixteen pointers, then a 256-byte string for each; a null pointer ends the environment.
    private static void WriteEnvironment(Span<byte> memory, string[] strings, ByteOrder order)
    {
        Span<byte> table = memory.Slice((int)EnvironmentAddress, (int)EnvironmentBytes);
        table.Clear();
        for (int i = 0; i < strings.Length; i++)
        {
            byte[] text = Encoding.UTF8.GetBytes(strings[i]);
            if (text.Length >= SlotBytes)
            {
                throw new GuestSetupException(
                    $"The {(i == 0 ? "kernel's name" : "kernel command line")} is {text.Length} bytes long with what the boot "
                    + $"monitor adds; it takes {SlotBytes - 1}, so shorten it.");
            }
            int at = Slots * sizeof(uint) + i * SlotBytes;
            // Linux takes no others, even where its kseg0 lies elsewhere.
            order.WriteWord(table[(i * sizeof(uint))..], Kseg0 + EnvironmentAddress + (uint)at);
            text.CopyTo(table[at..]);
        }
    }

    // Code words of the ROM; the offsets of the service vector are YAMON's (YAMON User's Manual, appendix A).
    private static byte[] BootRom(uint entry, uint lowBytes, uint kseg0, ByteOrder order)
    {
        uint rom = kseg0 + 0x1fc0_0000;
        const uint start = 0x580, nothing = 0x800, print = 0x808, printCount = 0x83c, putCharacter = 0x870;
        var image = new byte[0x900];

        var code = new CodeWords(image, 0, order);
        code.Add(0x0800_0000 | (rom + start & 0x0fff_ffff) >> 2);   // j start
        code.Add(0);

        ReadOnlySpan<(int Vector, uint Service)> services =
        [
            (0x500, start), (0x504, printCount), (0x520, start), (0x52c, nothing), (0x534, print), (0x538, nothing),
            (0x53c, nothing), (0x540, nothing), (0x544, nothing), (0x548, nothing), (0x54c, nothing), (0x550, nothing),
            (0x554, nothing),
        ];
        foreach ((int vector, uint service) in services)
            order.WriteWord(image.AsSpan(vector), rom + service);

        AddStart(new CodeWords(image, (int)start, order), kseg0, lowBytes, entry);
        AddNothing(new CodeWords(image, (int)nothing, order));
        AddPrint(new CodeWords(image, (int)print, order), rom + putCharacter);
        AddPrintCount(new CodeWords(image, (int)printCount, order), rom + putCharacter);
        AddPutCharacter(new CodeWords(image, (int)putCharacter, order));
        return image;
    }

    private static void AddStart(CodeWords code, uint kseg0, uint lowBytes, uint entry)
    {
        code.Add(0x3c1a_0040);                                      // lui   k0, 0x40
        code.Add(0x409a_6000);                                      // mtc0  k0, Status: BEV, ERL off
        code.Add(0x0000_00c0);                                      // ehb
        code.StoreLittleEndian(0xb400_0068, 0xdf);                  // the GT-64120's registers to 0x1be00000
        code.StoreLittleEndian(0xbbe0_0048, 0xc0);                  // PCI I/O at 0x18000000
        code.StoreLittleEndian(0xbbe0_0050, 0x40);                  //   of 2 MB
        code.StoreLittleEndian(0xbbe0_0058, 0x80);                  // PCI memory at 0x10000000
        code.StoreLittleEndian(0xbbe0_0060, 0x3f);                  //   of 128 MB
        code.StoreLittleEndian(0xbbe0_0080, 0xc1);                  // PCI memory at 0x18200000
        code.StoreLittleEndian(0xbbe0_0088, 0x5e);                  //   of 60 MB
        code.LoadImmediate(CodeWords.Sp, kseg0 + EnvironmentAddress - 64);
        code.LoadImmediate(CodeWords.A0, 2);                        // argc
        code.LoadImmediate(CodeWords.A1, Kseg0 + EnvironmentAddress);
        code.LoadImmediate(CodeWords.A2, Kseg0 + EnvironmentAddress + 8);
        code.LoadImmediate(CodeWords.A3, lowBytes);
        code.LoadImmediate(CodeWords.T9, entry);
        code.Add(0x0320_f809);                                      // jalr  t9
        code.Add(0);
        code.Add(0x1000_ffff);                                      // b     .: a kernel does not return
        code.Add(0);
    }

    private static void AddNothing(CodeWords code)
    {
        code.Add(0x03e0_0008);                                      // jr    ra
        code.Add(0x2402_0000);                                      // li    v0, 0
    }

    // print(port, text)
    private static void AddPrint(CodeWords code, uint putCharacter)
    {
        code.Add(0x03e0_6821);                                      // move  t5, ra
        code.Add(0x00a0_5021);                                      // move  t2, a1
        code.Add(0x9144_0000);                                      // 1: lbu a0, 0(t2)
        code.Add(0x1080_0005);                                      // beqz  a0, 2f
        code.Add(0x254a_0001);                                      // addiu t2, t2, 1
        code.Add(0x0c00_0000 | (putCharacter & 0x0fff_ffff) >> 2);
        code.Add(0);
        code.Add(0x1000_fffa);                                      // b     1b
        code.Add(0);
        code.Add(0x01a0_0008);                                      // 2: jr t5
        code.Add(0);
    }

    // print_count(port, text, count)
    private static void AddPrintCount(CodeWords code, uint putCharacter)
    {
        code.Add(0x03e0_6821);                                      // move  t5, ra
        code.Add(0x00a0_5021);                                      // move  t2, a1
        code.Add(0x10c0_0006);                                      // 1: beqz a2, 2f
        code.Add(0x24c6_ffff);                                      // addiu a2, a2, -1
        code.Add(0x9144_0000);                                      // lbu   a0, 0(t2)
        code.Add(0x0c00_0000 | (putCharacter & 0x0fff_ffff) >> 2);
        code.Add(0x254a_0001);                                      // addiu t2, t2, 1
        code.Add(0x1000_fffa);                                      // b     1b
        code.Add(0);
        code.Add(0x01a0_0008);                                      // 2: jr t5
        code.Add(0);
    }

    private static void AddPutCharacter(CodeWords code)
    {
        code.LoadImmediate(CodeWords.T0, 0xb800_03f8);
        code.Add(0x9109_0005);                                      // 1: lbu t1, 5(t0): line status
        code.Add(0x3129_0020);                                      // andi  t1, t1, 0x20: transmitter empty
        code.Add(0x1120_fffd);                                      // beqz  t1, 1b
        code.Add(0);
        code.Add(0x03e0_0008);                                      // jr    ra
        code.Add(0xa104_0000);                                      // sb    a0, 0(t0)
    }
}

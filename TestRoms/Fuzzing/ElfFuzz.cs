using System.Buffers.Binary;
using Dbt.Hypervisor;
using Dbt.Runtime.Loading;
using Dbt.TestRoms.Instructions;
using Dbt.Tool.Guests;
using Dbt.Tool.Offline;

namespace Dbt.TestRoms.Fuzzing;

/// <summary>
/// Files that were ELF kernels of either order before something happened to them, and files that never were: whatever reads a kernel reads them, and
/// those that are taken run for a moment.
/// </summary>
internal static class ElfFuzz
{
    private const int Moment = 300;
    private const int Offline = 16;

    private static readonly byte[][] s_good =
    [
        Loading.ElfFile.Build(symbols: true), Loading.ElfFile.Build(symbols: true, bigEndian: true), Loading.ElfFile.Build(segments: 2), Loading.ElfFile.Build(is64: true),
        .. ((string[])["mips16", "timer", "tlb" + EmbeddedRoms.BigEndian]).Select(name => EmbeddedRoms.Load(name)?.Kernel.ToArray()).OfType<byte[]>(),
    ];

    // Ends of numbers, of address segments and of memory.
    private static readonly uint[] s_words =
    [
        0, 1, 2, 3, 4, 7, 8, 0xff, 0x100, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0x8010_0000, 0x8fff_fffc, 0x9fff_ffff, 0xa000_0000, 0xbfc0_0000, 0xc000_0000, 0xffff_f000, 0xffff_fffc,
        0xffff_ffff, 0x0010_0000, 0x0100_0000, 0x1000_0000,
    ];

    /// <summary>The first findings.</summary>
    public static IReadOnlyList<string> Findings(int first, int count)
    {
        List<string> findings = [];
        for (int seed = first; seed < first + count && findings.Count < Attempt.MostFindings; seed++)
        {
            SeededRandom random = new($"elf {seed}");
            byte[] file = Make(random);
            int number = seed;
            if (Attempt.Fault($"ELF {seed}", () => Use(file, random, patches: number % Offline == 0)) is { } finding)
                findings.Add(finding);
        }
        return findings;
    }

    private static byte[] Make(SeededRandom random)
    {
        if (random.Below(20) == 0)
            return Bytes(random, random.Below(5000));
        byte[] file = [.. random.Pick(s_good)];
        for (int changes = 1 + random.Below(6); changes > 0; changes--)
            file = Changed(file, random);
        return file;
    }

    private static byte[] Changed(byte[] file, SeededRandom random)
    {
        if (file.Length < 64)
            return Bytes(random, 64);
        bool big = file[5] == 2;
        switch (random.Below(12))
        {
            case 0:
                return file[..random.Below(file.Length)];
            case 1:
                return [.. file, .. Bytes(random, random.Below(200))];
            case 2:
                int at = random.Below(file.Length);
                return [.. file[..at], .. Bytes(random, random.Below(8)), .. file[at..]];
            case 3:
                file[random.Below(file.Length)] ^= (byte)(1 << random.Below(8));
                return file;
            case 4:
                file[random.Below(64)] = (byte)random.Word();
                return file;
            case 5:
                Half(file, Place(file, random, big) & ~1, (ushort)random.Pick(s_words), big);
                return file;
            default:
                uint value = random.Below(4) == 0 ? random.Word() : random.Below(3) == 0 ? (uint)(file.Length - 64 + random.Below(128)) : random.Pick(s_words);
                Word(file, Place(file, random, big) & ~3, value, big);
                return file;
        }
    }

    // A place in the header, in the table of segments, in that of sections, or in what that leads to.
    private static int Place(byte[] file, SeededRandom random, bool big)
    {
        uint sections = Word(file, 32, big);
        bool hasSections = sections < (uint)file.Length - 64;
        int at = random.Below(4) switch
        {
            0 => random.Below(64),
            1 => 52 + random.Below(100),
            2 when hasSections => (int)sections + random.Below(400),
            3 when hasSections => (int)Math.Min(Word(file, (int)sections + 40 + 16, big), (uint)file.Length) + random.Below(200),
            _ => random.Below(file.Length),
        };
        return Math.Min(at, file.Length - 8);
    }

    private static void Use(byte[] file, SeededRandom random, bool patches)
    {
        ElfImage image = ElfImage.Parse(file, "kernel");
        image.FindCode();
        for (int i = 0; i < 4; i++)
        {
            ulong address = (ulong)(int)(i == 0 ? (uint)image.Entry : random.Pick(s_words));
            image.FindSymbol(address);
            image.BeginsMips16(address);
            image.SymbolAt((uint)address);
        }
        image.RefuseForeign();
        MachineConfiguration guest = new()
        {
            Kernel = file,
            KernelName = "kernel",
            MemoryBytes = 16 << 20,
            TranslateInBackground = false,
            JitThreshold = 3,
            InstructionLimit = Moment,
            Engine = (Engine)random.Below(3),
        };
        if (patches)
            Patch(guest);
        using VirtualMachine machine = new(guest);
        machine.Run(CancellationToken.None);
    }

    // As far as it gets without running the guest.
    private static void Patch(MachineConfiguration guest)
    {
        try
        {
            OfflinePatch.Of(guest, _ => { }, new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static byte[] Bytes(SeededRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)random.Word())];

    private static uint Word(byte[] file, int at, bool big) =>
        big ? BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at)) : BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));

    private static void Word(byte[] file, int at, uint value, bool big)
    {
        if (big)
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);
    }

    private static void Half(byte[] file, int at, ushort value, bool big)
    {
        if (big)
            BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at), value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);
    }
}

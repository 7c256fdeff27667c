using System.Buffers.Binary;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Instructions;
using Dbt.TestRoms.Loading;
using Dbt.TestRoms.Lockstep;
using Dbt.TestRoms.Machines;
using static Dbt.Hypervisor.Privileged.Cop0Register;
using static Dbt.TestRoms.Machines.GuestCode;

namespace Dbt.TestRoms.Fuzzing;

/// <summary>
/// Roots that write whatever into the registers of the virtualization module and into their guest's context, and guests of whatever instructions, with
/// GuestIDs of their own, of the other's, and of nobody. Engines agree, and a guest changes no memory but its own two pages.
/// </summary>
internal static class GuestContextFuzz
{
    // From the start of the image: root's first instructions, its vectors, what it tries, and two pages for each guest.
    private const uint Start = SmallGuest.Start, Vectors = 0x1000, Attempts = 0x2000, GuestPages = 0x1_0000, End = 0x1_4000;

    private const uint PagesOfGuest = 0x2000;
    private const int AttemptsOfRoot = 60, WordsOfGuest = 12, Instructions = 40_000;
    private const uint Hypcall = 0x4200_0028, CodeOfGuests = 0x8000_0000;
    private const uint Valid = 0x1e;

    private static readonly int[] s_ofRoot = [GuestCtl0, GuestCtl0Ext, GuestCtl1, GuestCtl2, GtOffset];

    private static readonly ProcessorModel[] s_forms = [.. ProcessorModel.All.Where(model => model.Guest is not null)];

    private static readonly uint[] s_operations =
    [
        Tlbr, Tlbwi, Tlbwr, Tlbp, 0x4200_0003, 0x4200_0004, 0x4200_0009, 0x4200_000a, 0x4200_000c, 0x4200_000e, Wait, Eret, Hypcall, Break, 0x0000_000c,
        0x4168_6000, 0x4168_6020, 0xbc20_0000, 0xbc35_0000, 0xbc01_0000, 0x7c03_103b, 0x4600_0000, 0x7000_003e, 0x4540_0001, 0x1000_ffff,
    ];

    /// <summary>The first findings.</summary>
    public static IReadOnlyList<string> Findings(int first, int count)
    {
        List<string> findings = [];
        for (int seed = first; seed < first + count && findings.Count < Attempt.MostFindings; seed++)
        {
            int number = seed;
            if (Attempt.Fault($"guest context {seed}", () => Try(number), mayBeRefused: false) is { } finding)
                findings.Add(finding);
        }
        return findings;
    }

    private static void Try(int seed)
    {
        SeededRandom random = new($"guest context {seed}");
        byte[] kernel = Image(random);
        MachineConfiguration machine = new()
        {
            Kernel = kernel,
            KernelName = "guest context",
            MemoryBytes = 16 << 20,
            Processor = random.Pick(s_forms),
            JitThreshold = 2,
            InstructionLimit = Instructions,
        };
        foreach (Engine engine in (Engine[])[Engine.Threaded, Engine.Dbt])
        {
            LockstepResult result = SideBySide.Run(new LockstepPlan { Machine = machine, Subject = engine, Step = 200, MemoryInterval = 10 });
            if (result.Divergence is { } divergence)
                throw new InvalidOperationException($"{engine} departs between {divergence.Agreed} and {divergence.Differs}");
        }
        using VirtualMachine ran = new(machine with { Engine = Engine.Threaded });
        ReadOnlySpan<byte> image = kernel.AsSpan(ElfFile.SegmentOffset);
        uint at = Start - CodeOfGuests;
        ran.Run(CancellationToken.None);
        if (ran.Exits[ExitCounter.VzGpsi] == 0 || ran.Exits[ExitCounter.VzRefill] == 0)
            throw new InvalidOperationException("no guest has run far enough to exit");
        if (!ran.Ram.Slice(at, (int)GuestPages).SequenceEqual(image[..(int)GuestPages]))
            throw new InvalidOperationException("a guest has changed root");
        if (ran.Ram.Slice(at + End, 1 << 20).ContainsAnyExcept((byte)0))
            throw new InvalidOperationException("a guest has changed what is nobody's");
    }

    private static byte[] Image(SeededRandom random)
    {
        byte[] file = new byte[ElfFile.SegmentOffset + End];
        const int Segment = 52;
        ElfFile.Build(entry: Start, address: Start).AsSpan(0, ElfFile.SegmentOffset).CopyTo(file);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(Segment + 16), End);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(Segment + 20), End);
        Put(file, 0, [.. Prepare(), .. Li(K0, Start + Attempts), JumpTo(K0), Nop]);
        foreach (uint vector in (uint[])[0, 0x180, 0x200])
            Put(file, Vectors + vector, [Mfc0(K0, KScratch), JumpTo(K0), Nop]);
        List<uint> attempts = [];
        for (int i = 0; i < AttemptsOfRoot; i++)
            attempts.AddRange(AttemptOf(random, i, (uint)attempts.Count * 4));
        Put(file, Attempts, [.. attempts, .. Set(Status, 0), .. Stay]);
        for (uint at = GuestPages; at < End; at += 4)
            Put(file, at, [Guest(random)]);
        return file;
    }

    // Guest 1 and guest 2 have their physical addresses from 0 on, two pages each; without GuestIDs root's address spaces 1 and 2 have them.
    private static List<uint> Prepare()
    {
        List<uint> words = [.. Set(Status, 0), .. Set(EBase, Start + Vectors), .. Set(Compare, 0)];
        for (uint guest = 1; guest <= 2; guest++)
        {
            uint pages = Start - CodeOfGuests + GuestPages + (guest - 1) * PagesOfGuest;
            words.AddRange(Set(GuestCtl1, guest << 16));
            words.AddRange(TlbEntry(guest, 0, guest, pages >> 6 | Valid, pages + 0x1000 >> 6 | Valid));
        }
        return words;
    }

    // Whatever root says of its guest, the guest runs from whatever of its words; whatever happens, the next attempt follows.
    private static List<uint> AttemptOf(SeededRandom random, int number, uint at)
    {
        List<uint> words = [.. Set(Status, 2), .. Set(GuestCtl0, 0)];
        foreach (int register in s_ofRoot)
            words.AddRange(Set(register, random.Word()));
        for (int i = random.Below(5); i > 0; i--)
            words.AddRange([.. Li(K1, random.Word()), ToGuest(K1, random.Below(256))]);
        uint id = random.Below(5) == 0 ? random.Word() & 0xff : 1 + random.Word() % 2;
        words.AddRange([.. Set(GuestCtl1, id), .. Set(EntryHi, id & 0xff)]);
        words.AddRange([.. Li(K1, random.Below(3) == 0 ? random.Word() : 0x2000_0000), ToGuest(K1, Status)]);
        words.AddRange(Set(GuestCtl0, random.Word() | GuestCtl0Bits.Gm | (random.Below(3) == 0 ? 0 : GuestCtl0Bits.Cp0 | GuestCtl0Bits.AtOfGuest)));
        words.AddRange([.. Set(Epc, CodeOfGuests | random.Word() % PagesOfGuest & ~3u), Mfc0(K1, Count), Addiu(K1, K1, 300), Mtc0(K1, Compare)]);
        for (int register = T0; register <= T3; register++)
            words.AddRange(Li(register, Address(random)));
        // Root's timer, if nothing else, ends it.
        List<uint> rest = [.. Set(Status, 0x2000_8003), Eret];
        uint next = Start + Attempts + at + (uint)(words.Count + 3 + rest.Count) * 4;
        words.AddRange([.. Set(KScratch, next), .. rest]);
        return words;
    }

    private static uint Guest(SeededRandom random)
    {
        int register = random.Below(256), general = T0 + random.Below(4), other = T0 + random.Below(4);
        return random.Below(8) switch
        {
            0 => random.Pick(s_operations),
            1 => Mfc0(general, register),
            2 => Mtc0(general, register),
            3 => random.Below(2) == 0 ? ToGuest(general, register) : ToGuest(general, register) & ~0x200u,
            4 => Sw(general, (short)(random.Below(64) * 4), other),
            5 => Lw(general, (short)(random.Below(64) * 4), other),
            6 => Addu(general, other, T0 + random.Below(4)),
            _ => random.Below(16) == 0 ? random.Word() : BranchNotZero(general, random.Below(WordsOfGuest)),
        };
    }

    private static uint Address(SeededRandom random) => random.Below(4) switch
    {
        0 => random.Word() & ~3u,
        1 => Start + random.Word() % End & ~3u,
        2 => random.Word() % PagesOfGuest & ~3u,
        _ => CodeOfGuests | random.Word() % PagesOfGuest & ~3u,
    };

    // MTGC0.
    private static uint ToGuest(int register, int to) => 0x4060_0200 | (uint)register << 16 | (uint)(to >> 3) << 11 | (uint)to & 7;

    private static void Put(byte[] file, uint at, ReadOnlySpan<uint> words)
    {
        for (int i = 0; i < words.Length; i++)
            ByteOrder.Little.WriteWord(file.AsSpan(ElfFile.SegmentOffset + (int)at + 4 * i), words[i]);
    }
}

using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Instructions;
using Dbt.TestRoms.Machines;
using Dbt.Translator;
using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Conformance;

/// <summary>
/// ROMs of random code in kernel mode, round and round, with a handler that goes on behind whatever caused an exception: words that are anything, and
/// instructions that are one, biased to what engines get wrong. No outside oracle knows them; every engine must do what the interpreter does.
/// </summary>
internal sealed class RandomRom
{
    // In one page with the vectors, so that stores among the code are frequent.
    private const uint Page = 0x8000_0000, Code = Page + 0x400, Data = Page + 0xc00;
    private const int CodeWords = 300;
    private const long Limit = 12_000;

    private static readonly string[] s_privileged =
        ["mfc0", "mtc0", "tlbwi", "tlbwr", "tlbp", "tlbr", "eret", "di", "ei", "cache", "synci", "rdhwr", "syscall", "break", "wait", "rdpgpr"];

    private static readonly int[] s_registers =
    [
        Cop0Register.Index, Cop0Register.EntryLo0, Cop0Register.EntryLo1, Cop0Register.PageMask, Cop0Register.Wired, Cop0Register.EntryHi, Cop0Register.Compare,
        Cop0Register.Status, Cop0Register.Cause, Cop0Register.Epc, Cop0Register.Count, Cop0Register.Context, Cop0Register.HwrEna, Cop0Register.Config,
    ];

    // EPC on by four, and back.
    private static readonly uint[] s_handler = [0x401a_7000, 0x275a_0004, 0x409a_7000, 0x4200_0018];

    // Of root and of its guest alike: on the way back upper bits of GuestCtl0 change, GM first of all, as EPC has it.
    private static readonly uint[] s_handlerWithGuests =
        [0x401a_7000, 0x275a_0004, 0x409a_7000, 0x401b_6006, 0x001a_d6c0, 0x037a_d826, 0x409b_6006, 0x4200_0018];

    private static readonly int[] s_guestRegisters =
        [Cop0Register.GuestCtl0, Cop0Register.GuestCtl0Ext, Cop0Register.GuestCtl1, Cop0Register.GuestCtl2, Cop0Register.GtOffset, Cop0Register.Config1, Cop0Register.KScratch];

    // Guest physical memory is root's, for the guests 0 and 1; the guest's Status and EBase are as root's; then the guest runs.
    private static readonly uint[] s_begin =
    [
        0x3c1a_01ff, 0x375a_e000, 0x409a_2800, // PageMask: 16 MB
        0x4080_5000, 0x241a_001e, 0x409a_1000, 0x3c1a_0004, 0x375a_001e, 0x409a_1800, // EntryHi, EntryLo0, EntryLo1
        0x4080_0000, 0x4200_0002, 0x3c1a_0001, 0x409a_5004, 0x241a_0001, 0x409a_0000, 0x4200_0002, // at 0; with RID 1, at 1
        0x3c1a_3000, 0x407a_6200, 0x3c1a_8000, 0x407a_7a01, 0x4080_2800, // guest Status and EBase; PageMask
    ];

    private static readonly InstructionRow[] s_rows = [.. InstructionSet.Rows.Where(row => row.Operands is not [OperandForm.Word])];
    private static readonly InstructionRow[] s_branches = [.. s_rows.Where(row => row.Has(InstructionFlags.Branch))];
    private static readonly InstructionRow[] s_memory = [.. s_rows.Where(row => row.Has(InstructionFlags.Load | InstructionFlags.Store))];
    private static readonly InstructionRow[] s_system = [.. s_rows.Where(row => s_privileged.Contains(row.Name))];

    private static readonly InstructionRow[] s_ofRoot = [.. s_rows.Where(row => row.Level is IsaLevel.Virtualization or IsaLevel.Mips32R3)];

    private readonly SeededRandom _random;
    private readonly bool _withGuests;

    private RandomRom(int seed, bool withGuests) => (_random, _withGuests) = (new SeededRandom($"rom {seed}"), withGuests);

    /// <summary>The first way in which an engine leaves the interpreter, made small, and the seed that showed it; null for none.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="withGuests">Whether it is a root that does anything to its guest, and a guest that does anything.</param>
    /// <param name="stop">Ends the search.</param>
    public static string? FirstDivergence(int first, int count, Engine engine, bool withGuests = false, CancellationToken stop = default)
    {
        for (int seed = first; seed < first + count && !stop.IsCancellationRequested; seed++)
        {
            uint[] code = new RandomRom(seed, withGuests).Make();
            ByteOrder order = seed % 4 == 3 ? ByteOrder.Big : ByteOrder.Little;
            if (Run(code, order, engine, seed, withGuests) is null)
                continue;
            for (int i = 0; i < code.Length; i++)
            {
                uint word = code[i];
                code[i] = 0;
                if (word != 0 && Run(code, order, engine, seed, withGuests) is null)
                    code[i] = word;
            }
            return Describe(seed, order, engine, code, Run(code, order, engine, seed, withGuests)!);
        }
        return null;
    }

    // Every other ROM with patches, which is how it is run, every other with none.
    private static Divergence? Run(uint[] code, ByteOrder order, Engine engine, int seed, bool withGuests)
    {
        MachineConfiguration machine = new()
        {
            Kernel = SmallGuest.Image(order, Page, Code, code),
            KernelName = "random",
            MemoryBytes = 16 << 20,
            TranslateInBackground = false,
            JitThreshold = 2 + seed % 5,
            InstructionLimit = Limit,
            Patch = seed % 2 == 0 ? PatchPolicy.Full : PatchPolicy.None,
            SecondLevelTlb = seed % 3 == 0 && !withGuests ? 64 : 0,
            Processor = withGuests ? ProcessorModel.All[1 + seed % 2] : null,
        };
        LockstepPlan plan = new() { Machine = machine, Subject = engine, Step = 60, MemoryInterval = 20, Seed = seed };
        using CancellationTokenSource stop = new(TimeSpan.FromMinutes(1));
        LockstepResult result = LockstepRun.Run(plan, _ => { }, stop.Token);
        return result.FirstRefusal is null ? result.Divergence : throw new InvalidOperationException($"ROM {seed}: {result.FirstRefusal}");
    }

    private uint[] Make()
    {
        uint[] words = new uint[(Code - Page) / 4 + CodeWords];
        foreach (int vector in (int[])[0x000, 0x100, 0x180, 0x200])
            (_withGuests ? s_handlerWithGuests : s_handler).CopyTo(words, vector / 4);
        List<uint> code = [.. Registers()];
        int loop = code.Count;
        while (code.Count < CodeWords - 2)
            code.Add(Word(code.Count));
        code.Add(0x1000_0000u | (ushort)(loop - code.Count - 1));
        code.Add(Word(code.Count) is var slot && InstructionSet.Find(slot).Has(InstructionFlags.Branch) ? 0 : slot);
        code.ToArray().CopyTo(words, (int)(Code - Page) / 4);
        return words;
    }

    // Addresses of code, of data, of pages that come to be mapped, and words of COP0; Status without BEV and ERL, as a kernel has it.
    private IEnumerable<uint> Registers()
    {
        for (int register = 1; register < 32; register++)
        {
            uint value = _random.Below(8) switch
            {
                0 or 1 => Data + 4 * (uint)_random.Below(200),
                2 => Code + 4 * (uint)_random.Below(CodeWords),
                3 => (uint)_random.Below(8) << 12 | (uint)_random.Below(16) << 2,
                4 => 0xc000_0000 | (uint)_random.Below(8) << 12,
                5 => (uint)_random.Below(0x40) << 6 | 0x1e | (uint)_random.Below(2),
                6 => 0x3000_0000 | (uint)_random.Below(0x10000) & 0xff13,
                _ => _random.Word(),
            };
            yield return 0x3c00_0000 | (uint)register << 16 | value >> 16;
            yield return 0x3400_0000 | (uint)register << 21 | (uint)register << 16 | value & 0xffff;
        }
        yield return 0x3c1a_3000; // lui   k0, 0x3000
        yield return 0x409a_6000; // mtc0  k0, Status: CU1, CU0
        if (!_withGuests)
            yield break;
        foreach (uint word in s_begin)
            yield return word;
        yield return 0x3c1a_9d80u | (uint)_random.Below(0x7f); // lui   k0: GM, CP0, AT, GT, CG, CF and more
        yield return 0x409a_6006; // mtc0  k0, GuestCtl0
    }

    private uint Word(int at)
    {
        uint word = _random.Below(16) switch
        {
            0 => _random.Word(),
            1 or 2 or 3 => Of(_random.Pick(s_branches)),
            4 or 5 or 6 => Of(_random.Pick(s_memory)),
            7 or 8 or 9 => Of(_random.Pick(_withGuests && _random.Below(2) == 0 ? s_ofRoot : s_system)),
            _ => Of(_random.Pick(s_rows)),
        };
        InstructionRow row = InstructionSet.Find(word);
        // Not far, and seldom back: what goes round for ever shows nothing new.
        if (row.Has(InstructionFlags.Branch) && row.Pattern.Contains('i'))
            return word & 0xffff_0000 | (ushort)(_random.Below(12) == 0 ? -_random.Below(Math.Min(at, 20)) : 1 + _random.Below(6));
        if (row.Pattern.Contains('j'))
            return row.Match | Code + 4 * (uint)Math.Min(CodeWords - 3, at + 2 + _random.Below(6)) >> 2 & 0x03ff_ffff;
        return row.Has(InstructionFlags.Load | InstructionFlags.Store) || row.Name is "cache" or "synci" ? word & 0xffff_0000 | (ushort)(_random.Below(32) - 8) : word;
    }

    private uint Of(InstructionRow row)
    {
        uint word = row.Match | _random.Word() & ~row.Mask;
        if (row.Name is not ("mfc0" or "mtc0") && !(_withGuests && row.Name is "mfgc0" or "mtgc0"))
            return word;
        int register = _random.Pick(_withGuests && _random.Below(3) == 0 ? s_guestRegisters : s_registers);
        return word & 0xffff_07f8u | (uint)(register / 8) << 11 | (uint)(register % 8);
    }

    private static string Describe(int seed, ByteOrder order, Engine engine, uint[] code, Divergence divergence)
    {
        IEnumerable<string> lines = code.Index().Where(place => place.Item != 0)
            .Select(place => (Address: Page + 4 * (uint)place.Index, Word: place.Item))
            .Select(line => $"    {line.Address:x8}: {line.Word:x8}  {Disassembler.Format(line.Word, line.Address)}");
        string differences = string.Join(", ", divergence.Reference.DifferencesTo(divergence.Subject)
            .Select(index => $"{MachineState.NameOf(index)} {divergence.Reference[index]:x} and {divergence.Subject[index]:x}"));
        return $"ROM {seed}, {order}-endian, interp and {engine} differ behind instruction {divergence.Agreed}, at {divergence.Culprit?.Pc:x8}: {differences}\n{string.Join('\n', lines)}";
    }
}

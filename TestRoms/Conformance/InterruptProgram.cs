using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Instructions;
using Dbt.TestRoms.Machines;
using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Conformance;

/// <summary>
/// A generated program in kernel mode that goes round, and a handler that notes its interrupts, goes on behind what causes other exceptions, and sets
/// Compare a period further. It does what it would do without interrupts, and each of them comes where its time says.
/// </summary>
internal sealed class InterruptProgram
{
    /// <summary>The handler's instructions on an interrupt.</summary>
    public const int HandlerLength = 20;

    /// <summary>What of memory a program has: the file's page has code, the next what is noted and what it works on.</summary>
    public const uint Notes = Page + 0x1000, Data = Page + 0x1800, DataBytes = 0x400;

    private const uint Page = 0x8000_0000, Entry = Page + 0x400;
    private const int Rounds = 40, FirstBase = 16, Bases = 4;
    private const uint Cu1 = 0x2000_0000, Fr = 0x0400_0000, Mask = 0xfc00, Ie = 1, Counter = 0x200;

    private static readonly uint[] s_handler =
    [
        0x401a_6800, // mfc0  k0, Cause
        0x335a_007c, // andi  k0, k0, 0x7c
        0x1740_0011, // bnez  k0, skip
        0x3c1b_8000, // lui   k1, 0x8000
        0x8f7a_1000, // lw    k0, 0x1000(k1)
        0x037a_d821, // addu  k1, k1, k0
        0x401a_7000, // mfc0  k0, EPC
        0xaf7a_1010, // sw    k0, 0x1010(k1)
        0x401a_6800, // mfc0  k0, Cause
        0xaf7a_1014, // sw    k0, 0x1014(k1)
        0x3c1b_8000, // lui   k1, 0x8000
        0x8f7a_1000, // lw    k0, 0x1000(k1)
        0x275a_0008, // addiu k0, k0, 8
        0xaf7a_1000, // sw    k0, 0x1000(k1)
        0x8f7a_1004, // lw    k0, 0x1004(k1)
        0x401b_5800, // mfc0  k1, Compare
        0x035b_d021, // addu  k0, k0, k1
        0x409a_5800, // mtc0  k0, Compare
        0x4080_6800, // mtc0  zero, Cause
        0x4200_0018, // eret
        0x401a_7000, // skip: mfc0  k0, EPC
        0x275a_0004, // addiu k0, k0, 4
        0x409a_7000, // mtc0  k0, EPC
        0x4200_0018, // eret
    ];

    private readonly CpuCase _body;
    private readonly uint[] _registers;
    private readonly bool _wide;
    private readonly int _seed;

    /// <summary>Makes one; the same seed is the same program.</summary>
    public InterruptProgram(int seed)
    {
        SeededRandom random = new($"interrupts {seed}");
        _seed = seed;
        _body = UserProgram.Of(seed);
        uint[] state = _body.Before();
        _wide = state[CpuState.WideFloat] != 0;
        _registers = state[..32];
        for (int register = FirstBase; register < FirstBase + Bases; register++)
            _registers[register] = Data + 8 * (uint)random.Below(8);
        Period = 80 + (uint)random.Below(1500);
        Order = random.Below(2) == 0 ? ByteOrder.Little : ByteOrder.Big;
    }

    /// <summary>Counts between two interrupts of the timer.</summary>
    public uint Period { get; }

    /// <summary>The byte order.</summary>
    public ByteOrder Order { get; }

    /// <summary>Where the program begins, and where it has ended.</summary>
    public (uint Start, uint End) Body { get; private set; }

    /// <summary>The machine for it.</summary>
    /// <param name="engine">Its engine.</param>
    /// <param name="lines">The interrupts that are let through, as bits of Status; 0 for none.</param>
    public VirtualMachine Build(Engine engine, uint lines)
    {
        uint[] words = new uint[1024];
        s_handler.CopyTo(words, 0x180 / 4);
        List<uint> code = Setup(lines);
        uint start = Entry + 4 * (uint)code.Count;
        code.AddRange(_body.Code.Select(word => ReadsHandler(word) ? 0 : Moved(word, start)));
        // Round again, by a count in memory; then no more interrupts.
        uint[] tail = [0x8e02_0000 | Counter, 0x2442_ffff, 0xae02_0000 | Counter, 0x1440_0000u | (ushort)-(_body.Code.Length + 4), 0, 0x4160_6000, 0x1000_ffff, 0];
        code.AddRange(tail);
        code.CopyTo(words, (int)(Entry - Page) / 4);
        Body = (start, Entry + 4 * (uint)(code.Count - 2));
        return new VirtualMachine(new MachineConfiguration
        {
            Kernel = SmallGuest.Image(Order, Page, Entry, words),
            KernelName = "interrupts",
            MemoryBytes = 16 << 20,
            Engine = engine,
            TranslateInBackground = false,
            JitThreshold = 2 + _seed % 5,
            Patch = _seed % 2 == 0 ? PatchPolicy.Full : PatchPolicy.None,
        });
    }

    /// <summary>All that a program may change: registers but the handler's, and its data.</summary>
    public static unsafe uint[] StateOf(VirtualMachine machine)
    {
        Dbt.Runtime.FloatingPoint.PendingCause.Resolve(machine.Cpu.State);
        List<uint> state = [];
        for (int i = 1; i < 32; i++)
            state.Add(i is 26 or 27 ? 0 : machine.Cpu.Register(i));
        state.AddRange([(uint)machine.Cpu.State->Hi, (uint)machine.Cpu.State->Lo, machine.Cpu.State->Fcsr]);
        for (int i = 0; i < 32; i++)
            state.AddRange([(uint)machine.Cpu.State->Fpr[i], (uint)(machine.Cpu.State->Fpr[i] >> 32)]);
        for (uint offset = 0; offset < DataBytes; offset += 4)
            state.Add(Word(machine, Data + offset));
        return [.. state];
    }

    /// <summary>A word of its memory.</summary>
    public static uint Word(VirtualMachine machine, uint address) =>
        machine.Cpu.Context.Model.ByteOrder.Word(machine.Ram.Slice(AddressMap.Physical(address), 4));

    private List<uint> Setup(uint lines)
    {
        uint status = Cu1 | (_wide ? Fr : 0) | lines;
        List<uint> code = [.. Load(26, status), 0x409a_6000, 0x4080_6800];
        uint start = Entry + 4 * (uint)(2 + 2 + 58 + 15 + 3 + 6 + 4);
        for (int register = 1; register < 32; register++)
        {
            if (register is 26 or 27)
                continue;
            // The address that it may jump to lies in it.
            uint value = _registers[register];
            code.AddRange(Load(register, value - CpuState.Code < 0x400 ? start + (value - CpuState.Code) : value));
        }
        for (uint register = 1; register < 16; register++)
            code.Add(0x4480_0000 | register << 16 | 2 * register << 11); // mtc1
        code.AddRange([.. Load(26, Rounds), 0xae1a_0000 | Counter]);
        code.AddRange([0x3c1b_8000, 0x341a_0000 | Period, 0xaf7a_1004, 0x401b_4800, 0x035b_d021, 0x409a_5800]);
        code.AddRange([.. Load(26, status | (lines != 0 ? Ie : 0)), 0x409a_6000, 0x0000_00c0]);
        return code;
    }

    private static uint[] Load(int register, uint value) =>
        [0x3c00_0000 | (uint)register << 16 | value >> 16, 0x3400_0000 | (uint)register << 21 | (uint)register << 16 | value & 0xffff];

    // The handler's registers are what it left in them.
    private bool ReadsHandler(uint word) => (Footprint.Of(word, _wide).Reads & 3UL << 26) != 0;

    // Jumps say where they lead.
    private static uint Moved(uint word, uint start)
    {
        InstructionRow row = InstructionSet.Find(word);
        return row.Pattern.Contains('j') ? row.Match | start + ((word & 0x03ff_ffff) << 2) - (CpuState.Code & 0x0fff_ffff) >> 2 & 0x03ff_ffff : word;
    }
}

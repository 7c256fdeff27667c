using Dbt.Runtime.FloatingPoint;
using Dbt.TestRoms.Instructions;
using Dbt.Translator.Instructions;
using static Dbt.Translator.Instructions.InstructionFlags;

namespace Dbt.TestRoms.Conformance;

/// <summary>
/// Programs of some dozen instructions in user mode, made from the instruction table: any row, any registers, branches that lead forwards, a few pieces
/// of memory. They end at a BREAK behind them or with the first exception. The same seed is the same program.
/// </summary>
internal sealed class UserProgram
{
    // Registers that programs leave alone: addresses in memory, a small index, a word for FCSR, the address of an instruction.
    private const int FirstBase = 16, Bases = 4, Index = 20, Status = 21, Target = 22;
    private const ulong Kept = 0x7fUL << FirstBase;
    private const uint EvenRegistersOnly = ~0x0021_0840u;

    // What these do is told apart from QEMU elsewhere: Cause of ABS and NEG in docs/fpu.md; SC, which needs its LL, in LinkedCases; MIPS16e, to which JALX leads, by its own rows.
    private static readonly string[] s_leftOut = ["abs.s", "abs.d", "neg.s", "neg.d", "jalx"];

    private static readonly InstructionRow[] s_rows =
    [
        .. InstructionSet.Rows.Where(row =>
            !CpuCases.LeftOut.ContainsKey(row.Name) && !row.Has(Sensitive) && row.Operands is not [OperandForm.Word] && !s_leftOut.Contains(row.Name)),
    ];

    private static readonly InstructionRow[] s_plain = [.. s_rows.Where(row => !row.Has(Branch))];

    private readonly SeededRandom _random;
    private readonly uint[] _code;
    private readonly bool _wide;
    private int _target;

    private UserProgram(SeededRandom random)
    {
        _random = random;
        _wide = random.Below(2) == 0;
        _code = new uint[8 + random.Below(40)];
    }

    /// <summary>Makes one.</summary>
    public static CpuCase Of(int seed) => new UserProgram(new SeededRandom($"program {seed}")).Make();

    private CpuCase Make()
    {
        bool slot = false;
        for (int at = 0; at < _code.Length; at++)
        {
            // No branch in a slot, and none without one.
            InstructionRow row = _random.Pick(slot || at + 2 > _code.Length - 1 ? s_plain : s_rows);
            uint word = Word(row, at);
            if (word == 0)
            {
                at--;
                continue;
            }
            _code[at] = word;
            slot = row.Has(Branch);
        }
        return new CpuCase(_code, [.. State()]);
    }

    // A word of the row for a place, or 0 if this one will not do.
    private uint Word(InstructionRow row, int at)
    {
        // An instruction that may well end the program is worth less.
        if (row.Has(MayTrap) && !row.Has(Float) && _random.Below(6) != 0)
            return 0;
        uint word = row.Match | _random.Word() & ~row.Mask;
        if (!_wide)
            word &= EvenRegistersOnly | row.Mask | ~FloatFields(row);
        if (row.Has(Branch))
            word = Aimed(row, word, at);
        else if (row.Has(Load | Store))
            word = Addressed(row, word);
        else if (row.Operands.Contains(OperandForm.Fcr))
            word = word & ~0x001f_f800u | (uint)(row.Name == "ctc1" ? Status : 8) << 16 | 31 << 11;
        bool fits = word != 0 && InstructionSet.Find(word) == row && (Footprint.Of(word, _wide).Writes & Kept) == 0
            && !IsUnpredictable(row, new Instruction(word))
            && QemuCpuDepartures.Reason(row.Name, new CpuCase([word], [(CpuState.WideFloat, _wide ? 1u : 0)])) is null;
        return fits ? word : 0;
    }

    // A field that ends behind bit 31, or before it begins (MD00086, EXT and INS).
    private static bool IsUnpredictable(InstructionRow row, Instruction word) => row.Name switch
    {
        "ext" => word.Sa + word.Rd > 31,
        "ins" => word.Sa > word.Rd,
        _ => false,
    };

    private static uint FloatFields(InstructionRow row) => row.Has(Float) && !row.Has(Load | Store) ? 0x0021_0840u : 0;

    private uint Aimed(InstructionRow row, uint word, int at)
    {
        // To anywhere behind the slot, the end included.
        int target = at + 2 + _random.Below(_code.Length - at - 1);
        if (row.Pattern.Contains('j'))
            return row.Match | CpuState.Code + (uint)(4 * target) >> 2 & 0x03ff_ffff;
        if (row.Pattern.Contains('i'))
            return word & 0xffff_0000 | (ushort)(target - at - 1);
        if (_target != 0)
            return 0;
        _target = target;
        return word & ~(31u << 21) | (uint)Target << 21;
    }

    private uint Addressed(InstructionRow row, uint word)
    {
        uint based = word & ~(31u << 21) | (uint)(FirstBase + _random.Below(Bases)) << 21;
        if (row.Operands.Contains(OperandForm.Indexed))
            return based & ~(31u << 16) | (uint)Index << 16;
        // Unaligned now and then.
        int offset = _random.Below(10) == 0 ? _random.Below(8) : 4 * _random.Below(2);
        if (row.Name is "lb" or "lbu" or "sb" or "lwl" or "lwr" or "swl" or "swr")
            offset = _random.Below(8);
        else if (row.Name is "ldc1" or "sdc1")
            offset &= ~7;
        return based & 0xffff_0000 | (uint)offset;
    }

    private IEnumerable<(int, uint)> State()
    {
        for (int register = 1; register < FirstBase; register++)
            yield return (register, _random.Below(3) == 0 ? CpuCases.Boundary(_random) : _random.Word());
        for (int register = FirstBase; register < FirstBase + Bases; register++)
            yield return (register, CpuState.MemoryAddress + 8 * (uint)_random.Below(CpuState.MemoryWords / 2 - 1));
        yield return (Index, 8 * (uint)_random.Below(2));
        yield return (Status, FloatStatus());
        yield return (Target, CpuState.Code + 4 * (uint)_target);
        yield return (CpuState.WideFloat, _wide ? 1u : 0);
        yield return (CpuState.Fcsr, FloatStatus());
        foreach ((int, uint) word in MemoryCases.Memory(_random))
            yield return word;
    }

    // Without FS and the underflow trap, in which QEMU departs (docs/fpu.md); often with the trap of an invalid operation, so that few NaNs arise.
    private uint FloatStatus()
    {
        const uint Conditions = 0xfe80_0000, Flags = 0x7c, Mode = 3;
        uint enables = (uint)(_random.Below(4) == 0 ? (FpExceptions)_random.Below(32) & ~FpExceptions.Underflow : 0);
        if (_random.Below(3) != 0)
            enables |= (uint)FpExceptions.InvalidOperation;
        return _random.Word() & (Conditions | Flags | Mode) | enables << Fcsr.EnablesShift;
    }
}

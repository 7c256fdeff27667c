using Dbt.TestRoms.Instructions;
using Dbt.Translator.Instructions;
using static Dbt.Translator.Instructions.InstructionFlags;

namespace Dbt.TestRoms.Conformance;

/// <summary>
/// Programs of half words in user mode, made from the rows of MIPS16e as those of <see cref="UserProgram"/> are from those of words: extended or not,
/// branches and jumps that lead forwards, slots, loads from near the program counter. The same seed is the same program.
/// </summary>
internal sealed class Mips16Program
{
    // Registers that programs leave alone: two addresses in memory, and one of an instruction.
    private const int Base = 16, Target = 17, Stack = 29;
    private const ulong Kept = 1UL << Base | 1UL << Target | 1UL << Stack;
    private const uint Nop = 0x6500;

    // What has rows and cases of its own (Mips16Cases): frames, jumps that say where they lead, what is no instruction. A jump to register 31 may lead back.
    private static readonly InstructionRow[] s_rows =
    [
        .. InstructionSet.Mips16Rows.Where(row => row.Name is not ("sdbbp" or "break" or "reserved" or "jal" or "jalx") && !row.Has(RegisterList)
            && !(row.Name is "jr" or "jrc" && row.Operands.Count == 1 && row.FieldsOf(row.Match).Rs == 31)),
    ];

    private static readonly InstructionRow[] s_plain = [.. s_rows.Where(row => !row.Has(Branch))];

    private readonly SeededRandom _random;
    private readonly List<uint> _code = [];
    private readonly List<(int At, InstructionRow Row)> _branches = [];
    private readonly HashSet<int> _starts = [];
    private readonly int _length;

    private Mips16Program(SeededRandom random)
    {
        _random = random;
        _length = 8 + random.Below(50);
    }

    /// <summary>Makes one.</summary>
    public static CpuCase Of(int seed) => new Mips16Program(new SeededRandom($"mips16 program {seed}")).Make();

    private CpuCase Make()
    {
        while (_code.Count < _length)
        {
            InstructionRow row = _random.Pick(s_rows);
            uint word = Word(row);
            if (word == 0)
                continue;
            _starts.Add(_code.Count);
            if (row.Has(Branch))
                _branches.Add((_code.Count, row));
            Append(word);
            if (!row.HasDelaySlot)
                continue;
            _starts.Add(_code.Count);
            Append(Slot());
        }
        _starts.Add(_code.Count);
        foreach ((int at, InstructionRow row) in _branches.Where(branch => branch.Row.Pattern.Contains('i')))
            Aim(at, row);
        int jump = _branches.Where(branch => !branch.Row.Pattern.Contains('i')).Select(branch => branch.At + 2).DefaultIfEmpty().Max();
        return new CpuCase([.. _code], [.. State(StartAfter(Math.Min(jump, _code.Count)))], IsMips16: true);
    }

    private void Append(uint word)
    {
        if (word > ushort.MaxValue)
            _code.Add(word >> 16);
        _code.Add(word & 0xffff);
    }

    // What follows a jump is an instruction of one half word that is none itself.
    private uint Slot()
    {
        for (int tries = 0; tries < 20; tries++)
        {
            if (_random.Pick(s_plain) is { Bytes: 2 } row && Word(row) is not 0 and var word)
                return word;
        }
        return Nop;
    }

    // A word of the row, or 0 if this one will not do.
    private uint Word(InstructionRow row)
    {
        uint word = Mips16Cases.Word(row, _random);
        Instruction fields = row.FieldsOf(word);
        if (InstructionSet.Find(word, CpuState.Code | 1) != row || (Footprint.Of(word, wideFloat: true, CpuState.Code | 1).Writes & Kept) != 0)
            return 0;
        if (row.Operands.Contains(OperandForm.PcOffset))
            return fields.Immediate is >= -0x400 and < 0x400 ? word : 0;
        bool fits = true;
        if (row.Has(Branch) && !row.Pattern.Contains('i'))
            fits = fields.Rs == Target;
        else if (row.Has(Load | Store))
            fits = fields.Rs is Base or Stack && fields.Immediate is >= 0 and < 16 && (fields.Immediate % 4 == 0 || row.Name is "lb" or "lbu" or "sb" || _random.Below(8) == 0);
        return fits ? word : 0;
    }

    // At what begins with an instruction, or behind all of them.
    private int StartAfter(int at) => _random.Pick([.. _starts.Where(start => start >= at)]);

    private void Aim(int at, InstructionRow row)
    {
        int behind = at + row.Bytes / 2;
        uint distance = (uint)(StartAfter(behind) - behind);
        if (row.Bytes == 2)
        {
            uint field = (1u << row.Pattern.Count(bit => bit == 'i')) - 1;
            _code[at] = _code[at] & ~field | distance & field;
        }
        else
        {
            _code[at] = row.Match >> 16 | (distance >> 5 & 63) << 5 | distance >> 11 & 31;
            _code[at + 1] = _code[at + 1] & ~31u | distance & 31;
        }
    }

    private IEnumerable<(int, uint)> State(int target)
    {
        for (int register = 1; register < 32; register++)
        {
            uint value = _random.Below(3) == 0 ? CpuCases.Boundary(_random) : _random.Word();
            yield return (register, register switch
            {
                Base or Stack => CpuState.MemoryAddress + 8 * (uint)_random.Below(CpuState.MemoryWords / 2 - 1),
                Target => CpuState.Code + 2 * (uint)target | 1,
                _ => value,
            });
        }
        foreach ((int, uint) word in MemoryCases.Memory(_random))
            yield return word;
    }
}

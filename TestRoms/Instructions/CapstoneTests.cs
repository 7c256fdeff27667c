using System.Globalization;
using Dbt.Translator;
using Dbt.Translator.Instructions;
using Gee.External.Capstone;
using Gee.External.Capstone.Mips;
using Xunit;

namespace Dbt.TestRoms.Instructions;

/// <summary>Our disassembler against Capstone's, over every row with random fields.</summary>
public sealed class CapstoneTests
{
    private const uint Pc = 0x8000_1000;
    private const int WordsPerRow = 200;

    [Fact]
    public void Every_row_with_random_fields_reads_as_Capstone_prints_it_without_its_aliases()
    {
        // Doubles in odd registers and longs exist for Capstone only in its 64-bit mode.
        using CapstoneMipsDisassembler narrow = CapstoneDisassembler.CreateMipsDisassembler(MipsDisassembleMode.Bit32 | MipsDisassembleMode.LittleEndian);
        using CapstoneMipsDisassembler wide = CapstoneDisassembler.CreateMipsDisassembler(MipsDisassembleMode.Bit64 | MipsDisassembleMode.LittleEndian);
        List<string> differences = [];
        int compared = 0;
        foreach (InstructionRow row in InstructionSet.Rows.Where(row => row.Operands is not [OperandForm.Word]))
        {
            foreach (uint word in Words(row).Where(word => Unknown(row, new Instruction(word)) is null))
            {
                string ours = Disassembler.Format(word, Pc);
                MipsInstruction[] decoded = (row.Has(InstructionFlags.Float) ? wide : narrow).Disassemble(BitConverter.GetBytes(word), Pc);
                string theirs = decoded.Length == 0 ? "rejected" : WithoutAliases(row, $"{decoded[0].Mnemonic} {decoded[0].Operand}".Trim());
                compared++;
                if (ours != theirs)
                    differences.Add($"{word:x8} {row.Name}: {ours}, but Capstone has {theirs}");
            }
        }
        Assert.True(differences.Count == 0, $"{differences.Count} of {compared} differ:\n{string.Join('\n', differences.Take(20))}");
        Assert.InRange(compared, 30_000, int.MaxValue);
    }

    [Theory]
    [InlineData(0x8fbf001c, "lw $ra, 0x1c($sp)")]
    [InlineData(0x27bdffe0, "addiu $sp, $sp, -0x20")]
    [InlineData(0x1000fffe, "beq $zero, $zero, 0x80000ffc")]
    [InlineData(0x08000404, "j 0x80001010")]
    [InlineData(0x00000000, "nop")]
    [InlineData(0x0000000d, "break")]
    [InlineData(0x0007000d, "break 7")]
    [InlineData(0x03e00008, "jr $ra")]
    [InlineData(0x0320f809, "jalr $t9")]
    [InlineData(0x7c43e804, "ins $v1, $v0, 0, 0x1e")]
    [InlineData(0x401a8002, "mfc0 $k0, $16, 2")]
    [InlineData(0x41606000, "di")]
    [InlineData(0xffffffff, ".word 0xffffffff")]
    [InlineData(0x48950803, ".word 0x48950803")]
    public void Chosen_words_read_so(uint word, string text) => Assert.Equal(text, Disassembler.Format(word, Pc));

    private static IEnumerable<uint> Words(InstructionRow row)
    {
        SeededRandom random = new(row.Name);
        return Enumerable.Range(0, WordsPerRow)
            .Select(_ => row.Match | random.Word() & ~row.Mask)
            // CLZ and CLO must name their destination twice; Capstone prints the two registers or'ed together.
            .Select(word => row.Name is "clz" or "clo" ? word & ~0x001f_0000u | (word & 0xf800) << 5 : word)
            .Where(word => InstructionSet.Find(word) == row);
    }

    /// <summary>Why Capstone 4 cannot be asked about a word; null if it can.</summary>
    private static string? Unknown(InstructionRow row, Instruction word) => row.Name switch
    {
        "mfc0.pv" or "mtc0.pv" or "di.pv" or "ei.pv" => "knows what MIPS defines only",
        "jr" or "jalr" when word.Sa != 0 => "knows no hints but JR.HB's",
        "rdpgpr" or "wrpgpr" or "prefx" => "does not know it",
        _ when row.Level is IsaLevel.Virtualization or IsaLevel.Mips32R3 => "does not know it",
        "recip.s" or "recip.d" or "rsqrt.s" or "rsqrt.d" => "does not know it",
        "wait" when word.Code != 1 << 19 => "knows WAIT with code 0 only",
        "rdhwr" when word.Rd != 29 => "knows hardware register 29 only",
        "ins" when word.Rd < word.Sa => "has no spelling for a field that ends before it begins, and neither have we",
        _ when row.Name.StartsWith("c.", StringComparison.Ordinal) && word.CompareCode != 0 => "knows condition code 0 only",
        _ when row.Match >> 26 == 0x13 && word.Rs == 8 => "reads it as BC3 of MIPS II",
        _ => null,
    };

    /// <summary>Capstone's text with its aliases and peculiarities replaced by the plain instruction.</summary>
    private static string WithoutAliases(InstructionRow row, string text)
    {
        string[] parts = text.Split(' ', 2);
        string[] operands = parts.Length == 1 ? [] : parts[1].Split(", ");
        switch (parts[0])
        {
            // Aliases of assemblers. Ours shows the instruction that is there.
            case "move": return $"{row.Name} {operands[0]}, {operands[1]}, $zero";
            case "neg" or "negu" when row.Name is "sub" or "subu": return $"{row.Name} {operands[0]}, $zero, {operands[1]}";
            case "not": return $"nor {operands[0]}, {operands[1]}, $zero";
            case "b": return $"beq $zero, $zero, {operands[0]}";
            case "bal": return $"bgezal $zero, {operands[0]}";
            case "beqz" or "bnez" or "beqzl" or "bnezl": return $"{row.Name} {operands[0]}, $zero, {operands[1]}";

            // The macro that tests for zero has three operands; the instruction has two.
            case "div" or "divu" when operands[0] == "$zero": return $"{row.Name} {operands[1]}, {operands[2]}";

            // The immediate is sign-extended (MD00086), and printed as if it were not.
            case "tgei" or "tgeiu" or "tlti" or "tltiu" or "teqi" or "tnei" when operands[1].Length == 6 && operands[1][2] >= '8':
                return $"{row.Name} {operands[0]}, {Negative(operands[1])}";

            // A register of coprocessor 0 is printed with the name of the general register of its number.
            case "mfc0" or "mtc0":
                int number = Enumerable.Range(0, 32).Single(register => Disassembler.RegisterName(register) == operands[1]);
                return $"{row.Name} {operands[0]}, ${number}, {operands[2]}";
            default: return text;
        }
    }

    private static string Negative(string hexadecimal)
    {
        int magnitude = 0x10000 - int.Parse(hexadecimal.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return magnitude <= 9 ? $"-{magnitude}" : $"-0x{magnitude:x}";
    }
}

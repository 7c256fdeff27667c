using System.Globalization;
using System.Text;
using Dbt.Translator.Instructions;

namespace Dbt.Translator;

/// <summary>Prints instruction words as assembly text, spelled as Capstone spells it but without its aliases.</summary>
public static class Disassembler
{
    private static readonly string[] s_registers =
    [
        "$zero", "$at", "$v0", "$v1", "$a0", "$a1", "$a2", "$a3", "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7",
        "$s0", "$s1", "$s2", "$s3", "$s4", "$s5", "$s6", "$s7", "$t8", "$t9", "$k0", "$k1", "$gp", "$sp", "$fp", "$ra",
    ];

    /// <summary>The conventional name of a general register, with its dollar sign.</summary>
    public static string RegisterName(int register) => s_registers[register];

    /// <summary>The instruction as text: <c>lw $ra, 0x1c($sp)</c>.</summary>
    /// <param name="word">The instruction.</param>
    /// <param name="pc">Its address, to which branches are relative.</param>
    public static string Format(uint word, uint pc)
    {
        InstructionRow row = InstructionSet.Find(word);
        if (row.Operands == "word")
            return $".word 0x{word:x8}";
        if (row.Operands.Length == 0)
            return row.Name;

        StringBuilder text = new(row.Name);
        var fields = new Instruction(word);
        char separator = ' ';
        foreach (string operand in row.Operands.Split(", "))
        {
            string? value = Operand(operand, fields, pc);
            if (value is null)
                continue;
            text.Append(separator == ' ' ? " " : ", ").Append(value);
            separator = ',';
        }
        return text.ToString();
    }

    /// <summary>One operand by the name of its field; null where it is left out because it has its usual value.</summary>
    private static string? Operand(string name, Instruction fields, uint pc) => name switch
    {
        "rs" => s_registers[fields.Rs],
        "rt" => s_registers[fields.Rt],
        "rd" => s_registers[fields.Rd],
        "rdlink" => fields.Rd == 31 ? null : s_registers[fields.Rd],
        "rtopt" => fields.Rt == 0 ? null : s_registers[fields.Rt],
        "fs" => $"$f{fields.Rd}",
        "ft" => $"$f{fields.Rt}",
        "fd" => $"$f{fields.Sa}",
        "fr" => $"$f{fields.Rs}",
        "fcr" => $"${fields.Rd}",
        "cc" => $"$fcc{fields.ConditionCode}",
        "ccopt" => fields.ConditionCode == 0 ? null : $"$fcc{fields.ConditionCode}",
        "fccopt" => fields.CompareCode == 0 ? null : $"$fcc{fields.CompareCode}",
        "c0" => $"${fields.Rd}, {Number(fields.Sel)}",
        "hwr" => $"${fields.Rd}",
        "saopt" => fields.Sa == 0 ? null : Number(fields.Sa),
        "sa" or "pos" => Number(fields.Sa),
        "size" => Number(fields.Rd + 1),
        "inssize" => Number(fields.Rd - fields.Sa + 1),
        "simm" => Number(fields.Immediate),
        "uimm" => Number((int)fields.UnsignedImmediate),
        "branch" => Address(pc + 4 + (uint)(fields.Immediate << 2)),
        "jump" => Address(pc + 4 & 0xf000_0000 | fields.JumpIndex << 2),
        "offset" => $"{Number(fields.Immediate)}({s_registers[fields.Rs]})",
        "indexed" => $"{s_registers[fields.Rt]}({s_registers[fields.Rs]})",
        "hint" => Number(fields.Rt),
        "hintd" => Number(fields.Rd),
        "code20" => Number(fields.Code),
        "codes" => BreakCodes(fields.Code >> 10, fields.Code & 0x3ff),
        "code10high" => Number(fields.Code >> 5 & 0x3ff),
        "code10lowopt" => (fields.Code & 0x3ff) == 0 ? null : Number(fields.Code & 0x3ff),
        _ => throw new InvalidOperationException($"no operand is called '{name}'"),
    };

    // Assemblers take the code in two halves, the second of which may be left out.
    private static string? BreakCodes(int high, int low) => (high, low) switch
    {
        (0, 0) => null,
        (_, 0) => Number(high),
        _ => $"{Number(high)}, {Number(low)}",
    };

    // Small numbers read the same in both bases.
    private static string Number(int value) => value switch
    {
        >= -9 and <= 9 => value.ToString(CultureInfo.InvariantCulture),
        < 0 => $"-0x{-value:x}",
        _ => $"0x{value:x}",
    };

    private static string Address(uint value) => $"0x{value:x}";
}

using System.Globalization;
using System.Text;
using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Translator;

/// <summary>Prints instruction words as assembly text, spelled as Capstone spells it but without its aliases.</summary>
public static class Disassembler
{
    private static readonly string[] s_registers =
    [
        "$zero", "$at", "$v0", "$v1", "$a0", "$a1", "$a2", "$a3",
        "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7",
        "$s0", "$s1", "$s2", "$s3", "$s4", "$s5", "$s6", "$s7",
        "$t8", "$t9", "$k0", "$k1", "$gp", "$sp", "$fp", "$ra",
    ];

    /// <summary>The conventional name of a general register, with its dollar sign.</summary>
    public static string RegisterName(int register) => s_registers[register];

    /// <summary>The instruction as text: <c>lw $ra, 0x1c($sp)</c>.</summary>
    /// <param name="word">The instruction.</param>
    /// <param name="pc">
    /// Its address, to which branches are relative, and whose bit 0 says that it is of MIPS16e.
    /// </param>
    public static string Format(uint word, uint pc)
    {
        InstructionRow row = InstructionSet.Find(word, pc);
        if (row.Operands is [OperandForm.Word])
            return row.Bytes == 2 ? $".half 0x{word:x4}" : $".word 0x{word:x8}";

        StringBuilder text = new(row.Name);
        Instruction fields = row.FieldsOf(word);
        char separator = ' ';
        foreach (OperandForm operand in row.Operands)
        {
            string? value = Operand(operand, fields, word, pc);
            if (value is null)
                continue;
            text.Append(separator == ' ' ? " " : ", ").Append(value);
            separator = ',';
        }
        return text.ToString();
    }

    /// <summary>One operand; null where it is left out because it has its usual value.</summary>
    private static string? Operand(OperandForm form, Instruction fields, uint word, uint pc) => form switch
    {
        OperandForm.Rs => s_registers[fields.Rs],
        OperandForm.Rt => s_registers[fields.Rt],
        OperandForm.Rd => s_registers[fields.Rd],
        OperandForm.RdLink => fields.Rd == 31 ? null : s_registers[fields.Rd],
        OperandForm.RtOpt => fields.Rt == 0 ? null : s_registers[fields.Rt],
        OperandForm.Fs => $"$f{fields.Rd}",
        OperandForm.Ft => $"$f{fields.Rt}",
        OperandForm.Fd => $"$f{fields.Sa}",
        OperandForm.Fr => $"$f{fields.Rs}",
        OperandForm.Fcr => $"${fields.Rd}",
        OperandForm.Cc => $"$fcc{fields.ConditionCode}",
        OperandForm.CcOpt => fields.ConditionCode == 0 ? null : $"$fcc{fields.ConditionCode}",
        OperandForm.FccOpt => fields.CompareCode == 0 ? null : $"$fcc{fields.CompareCode}",
        OperandForm.C0 => $"${fields.Rd}, {Number(fields.Sel)}",
        OperandForm.Hwr => $"${fields.Rd}",
        OperandForm.SaOpt => fields.Sa == 0 ? null : Number(fields.Sa),
        OperandForm.Sa or OperandForm.Pos => Number(fields.Sa),
        OperandForm.Size => Number(fields.Rd + 1),
        OperandForm.InsSize => Number(fields.Rd - fields.Sa + 1),
        OperandForm.SImm => Number(fields.Immediate),
        OperandForm.UImm => Number((int)fields.UnsignedImmediate),
        OperandForm.Branch or OperandForm.Jump => Address(BranchTargets.Of(word, pc).Target!.Value & ~1u),
        OperandForm.Pc => "$pc",
        OperandForm.PcOffset => $"{Number(fields.Immediate)}($pc)",
        OperandForm.Frame => Frame(fields),
        OperandForm.Offset => $"{Number(fields.Immediate)}({s_registers[fields.Rs]})",
        OperandForm.Indexed => $"{s_registers[fields.Rt]}({s_registers[fields.Rs]})",
        OperandForm.Hint => Number(fields.Rt),
        OperandForm.HintD => Number(fields.Rd),
        OperandForm.Code20 => Number(fields.Code),
        OperandForm.Codes => BreakCodes(fields.Code >> 10, fields.Code & 0x3ff),
        OperandForm.Code10High => Number(fields.Code >> 5 & 0x3ff),
        OperandForm.Code10LowOpt => (fields.Code & 0x3ff) == 0 ? null : Number(fields.Code & 0x3ff),
        _ => throw new InvalidOperationException($"the disassembler has no text for {form}"),
    };

    // As assemblers take it: arguments that are stored, the frame, and the registers that are kept.
    private static string Frame(Instruction fields)
    {
        SavedRegisters saved = fields.Saved;
        IEnumerable<string> stored =
            Enumerable.Range(SavedRegisters.FirstArgument, saved.Arguments).Select(RegisterName);
        IEnumerable<string> kept = saved.Below.ToArray().Select(register => RegisterName(register));
        return string.Join(", ", [.. stored, Number(fields.FrameBytes), .. kept]);
    }

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

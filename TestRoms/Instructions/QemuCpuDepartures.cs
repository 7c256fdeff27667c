using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Instructions;

/// <summary>Where QEMU's 24Kf does not do what the manual says, or the manual leaves it open and the two differ.</summary>
internal static class QemuCpuDepartures
{
    public const string JumpHint = "QEMU reserves JALR with a hint it does not know; hints are to be ignored (MD00086, JALR)";
    public const string OddDouble = "FR = 0, an odd register for a double: unpredictable (MD00086); QEMU uses the pair in moves, loads and stores and reserves the rest, we reserve all";
    public const string LinkAfterFailure = "QEMU keeps the link when SC fails; SC always ends it (MD00086, SC)";
    public const string ZeroBits = "QEMU ignores bits that must be zero; what they do is unpredictable (MD00086), and here such words are reserved";
    public const string Msa = "QEMU passes over words of MSA (and its LSA), which its 24Kf has not";
    public const string Dsp = "QEMU passes over words of the DSP module that would write register 0";

    public const string SavedArguments = "SAVE and RESTORE with the arguments field 15: unpredictable (MD00076); QEMU goes on, we reserve both";

    public static IReadOnlyList<string> All { get; } = [JumpHint, OddDouble, LinkAfterFailure, ZeroBits, Msa, Dsp, SavedArguments];

    /// <summary>Why a case is not compared; null if it is.</summary>
    public static string? Reason(string group, CpuCase test)
    {
        if (test.IsMips16)
            return Mips16Cases.ReservedFrames.Contains(group) ? SavedArguments : null;
        var word = new Instruction(test.Code[0]);
        InstructionRow row = InstructionSet.Find(word.Word);
        return group switch
        {
            _ when row.Name == "jalr" && word.Sa != 0 => JumpHint,
            "ldc1" or "sdc1" when IsNarrow(test) && (word.Rt & 1) != 0 => OddDouble,
            "movf.d" or "movt.d" or "movz.d" or "movn.d" when IsNarrow(test) && ((word.Rd | word.Sa) & 1) != 0 => OddDouble,
            "linked" when test.Code.Length == 3 && test.Code[1] == LinkedCases.Elsewhere => LinkAfterFailure,
            "reserved" when word.Word >> 26 == 0x1e || (word.Word & 0xfc00_003f) == 5 => Msa,
            "reserved" when word.Word >> 26 == 0x1f && word.Rd == 0 => Dsp,
            "reserved" or "cop1" or "cop1x" when IsInstructionButForZeros(word.Word) => ZeroBits,
            _ => null,
        };
    }

    private static bool IsNarrow(CpuCase test) => test.Before()[CpuState.WideFloat] == 0;

    /// <summary>Whether the word would be an instruction if bits were clear, other than in the fields that tell instructions apart.</summary>
    private static bool IsInstructionButForZeros(uint word)
    {
        const uint Opcode = 0xfc00_0000, Function = 0x3f, Cop1 = 0x11u << 26;
        return InstructionSet.Rows.Any(row =>
            row.Operands is not [OperandForm.Word] && (word & row.Match) == row.Match && ((word ^ row.Match) & row.Mask & Telling(row)) == 0);

        // Moves of COP1 are told apart by the field rs alone.
        static uint Telling(InstructionRow row) => (row.Match & Opcode) != Cop1 ? Opcode | Function : row.Match >> 25 == Cop1 >> 25 ? 0xffe0_0000 : 0xffe0_003f;
    }
}
